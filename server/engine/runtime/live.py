"""Live cases between steps, so that most steps need not decode: bounded, taken out on use.

An object is found by the digest of the state its last step gave, and only after the caller has
said that this state was committed (``keep``). It is taken out while a step runs on it and comes
back with the next ``keep``; whatever fails loses it (ENGINE section 6).
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

from server.engine.runtime.codec import digest

#: how many results of steps may wait for their commit at the same time
_UNKEPT: Final = 64


@dataclass(frozen=True, slots=True)
class _Kept:
    case_id: str
    version: int
    running: Any


class Live:
    """Least recently used cases go first. Safe for many threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._digests: dict[str, bytes] = {}
        self._unkept: OrderedDict[bytes, Any] = OrderedDict()

    def offer(self, state: bytes, running: Any) -> None:
        """This object stands where ``state`` says; usable once ``keep`` confirms the state."""
        if not self._size:
            return
        with self._lock:
            self._unkept[digest(state)] = running
            while len(self._unkept) > _UNKEPT:
                self._unkept.popitem(last=False)

    def keep(self, case_id: str, version: int, state: bytes) -> None:
        """The state is committed as this version of the case."""
        key = digest(state)
        with self._lock:
            running = self._unkept.pop(key, None)
            held = self._digests.get(case_id)
            if held is not None and self._kept[held].version > version:
                return
            self._drop(case_id)
            if running is None:
                return
            self._kept[key] = _Kept(case_id, version, running)
            self._digests[case_id] = key
            while len(self._kept) > self._size:
                oldest = next(iter(self._kept.values()))
                self._drop(oldest.case_id)

    def take(self, state: bytes) -> Any:
        """The object of a committed state, no longer held here; None when there is none."""
        with self._lock:
            kept = self._kept.get(digest(state))
            if kept is None:
                return None
            self._drop(kept.case_id)
            return kept.running

    def forget(self, case_id: str) -> None:
        """Lose the object of this case."""
        with self._lock:
            self._drop(case_id)

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)

    def _drop(self, case_id: str) -> None:
        key = self._digests.pop(case_id, None)
        if key is not None:
            del self._kept[key]
