"""Parsed procedures by content hash: made once, shared by all cases and threads."""

import hashlib
import threading
from collections import OrderedDict
from typing import Final

from server.engine.port import Files
from server.engine.runtime.parsing import Definition, define

__all__ = ["Definition", "Specs", "content_hash", "define"]

_CACHED: Final = 256


class Specs:
    """A bounded cache of definitions. Safe for many threads."""

    def __init__(self, size: int = _CACHED) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Definition] = OrderedDict()
        self._keys: OrderedDict[int, tuple[Files, str]] = OrderedDict()

    def get(self, files: Files) -> Definition:
        """The definition of these files, parsed when it is not known yet.

        Raises:
            EngineError: the engine cannot run them; names the element as far as it is known.
        """
        key = self._key(files)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        made = define(files, key)
        with self._lock:
            self._known[key] = made
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return made

    def _key(self, files: Files) -> str:
        """The content hash, remembered per object: hashing a pack costs more than a step."""
        with self._lock:
            held = self._keys.get(id(files))
            if held is not None and held[0] is files:
                return held[1]
        key = content_hash(files)
        with self._lock:
            self._keys[id(files)] = (files, key)
            while len(self._keys) > self._size:
                self._keys.popitem(last=False)
        return key


def content_hash(files: Files) -> str:
    """A hash over everything that decides how the procedure runs."""
    hashed = hashlib.sha256()
    parts = [files.process, *sorted(files.variables), *map(repr, sorted(files.types.items()))]
    for text in parts:
        hashed.update(text.encode() + b"\0")
    for group in (files.diagrams, files.decisions):
        for name in sorted(group):
            hashed.update(f"{name}\0{len(group[name])}\0".encode() + group[name])
    return hashed.hexdigest()
