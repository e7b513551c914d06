"""What a pack extends: asked of the same few manifests again and again, so it is remembered."""

from collections.abc import Mapping
from functools import lru_cache

from server.adapters import yaml_files


def extended(files: Mapping[str, bytes], key: str) -> list[str]:
    """Keys of the packs that this one names in ``extends``, none where it cannot be read."""
    return list(_named(files.get(f"processes/{key}/pack.yaml", b"")))


@lru_cache(maxsize=32)
def _named(manifest: bytes) -> tuple[str, ...]:
    value, _findings = yaml_files.load("pack.yaml", manifest)
    names = value.get("extends") if isinstance(value, Mapping) else None
    if not isinstance(names, list):
        return ()
    return tuple(name for name in names if isinstance(name, str))
