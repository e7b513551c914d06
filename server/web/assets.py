"""Addresses of the built front-end files: names carry the hash of their content."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import orjson
from flask import Blueprint, Response, send_from_directory
from werkzeug.exceptions import NotFound

from server.domain.access import Permission
from server.http.access import requires

#: where the build puts its files; git-ignored, shipped in the wheel
BUILT = Path(__file__).resolve().parent / "static"

#: what pages ask for; the program does not start without
NEEDED: Final = frozenset(
    {
        *("app.js", "mark.svg", "office.css"),
        *("form.css", "form.js", "viewer.css", "viewer.js"),
        *("designer.css", "designer.js", "studio.css", "diff.css", "diff.js"),
        *("rehearse.css", "rehearse.js"),
        *("dmn.css", "dmn.js", "formeditor.css", "formeditor.js"),
    }
)

#: a file whose name carries its hash never changes
_FOR_EVER = 365 * 24 * 3600

files = Blueprint("files", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assets:
    """What was built: plain name (``office.css``) -> name of the file."""

    names: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path = BUILT) -> Self:
        """The manifest of the build. Raises RuntimeError when it or a needed file is missing."""
        manifest = folder / "manifest.json"
        names = orjson.loads(manifest.read_bytes()) if manifest.exists() else {}
        missing = sorted(
            name for name in NEEDED if name not in names or not (folder / names[name]).exists()
        )
        if missing:
            raise RuntimeError(
                "the front end is not built: run `make run` or `npm run build`"
                f" (missing: {', '.join(missing)})"
            )
        return cls(names=names)

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError for a name that was not built."""
        return f"/static/{self.names[name]}"


@files.get("/static/<path:name>")
@requires(Permission.ANYBODY, of_anybody=True)
def static(name: str) -> Response:
    """A built file; the manifest itself is nobody's business."""
    if name == "manifest.json":
        raise NotFound
    return send_from_directory(BUILT, name, max_age=_FOR_EVER)
