"""What a wheel needs besides the package: packs and forms, and the front end, which is built."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: made by ``npm run build``; without one of them the program does not start
BUILT = ("server/engine/feel.js", "server/web/static/manifest.json")


class Shipped(BuildHookInterface):  # type: ignore[type-arg]
    """Puts ``processes`` and ``forms`` where an installed program looks for them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folders; an editable installation reads them from the checkout."""
        if version == "editable":
            return
        missing = [name for name in BUILT if not (Path(self.root) / name).is_file()]
        if missing:
            raise RuntimeError(f"not built: {', '.join(missing)}; run `npm ci && npm run build`")
        for folder in ("processes", "forms"):
            build_data["force_include"][folder] = f"server/shipped/{folder}"
