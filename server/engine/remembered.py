"""Answers of the isolate that were given before: the same question has the same answer for ever.

What a text of FEEL means never depends on when it is asked, so a check of a file that changed in
one place need not ask again about all others. The memory is plain JSON: it outlives the process.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Final

from server.domain.expressions import Json
from server.engine.isolate import Isolate, shared

_PARSE: Final = "parse"


class Memory:
    """What is known by key, and which of it was used: the rest is kept while there is room."""

    def __init__(self, known: Mapping[str, Json] | None = None) -> None:
        self._known = known or {}
        self.used: dict[str, Json] = {}

    def get(self, key: str) -> Json:
        """What is known, None for nothing."""
        if key not in self.used and key in self._known:
            self.used[key] = self._known[key]
        return self.used.get(key)

    def put(self, key: str, value: Json) -> None:
        """Know it from now on; None is nothing."""
        self.used[key] = value

    def kept(self, most: int) -> str:
        """All of it as JSON for the next time; only what was used, where that is too long."""
        everything = json.dumps({**self._known, **self.used})
        return everything if len(everything) <= most else json.dumps(self.used)

    def of(self, key: str, make: Callable[[], Json]) -> Json:
        """What is known, else what ``make`` says, which is known from then on."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found


def key_of(kind: str, *contents: bytes) -> str:
    """The key of what follows from these bytes and from nothing else."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return f"{kind}:{digest.hexdigest()}"


class RememberedIsolate(Isolate):
    """The isolate of the process behind a memory; a question that fails is never remembered."""

    def __init__(self, memory: Memory, isolate: Isolate = shared) -> None:
        super().__init__()
        self._kept = memory
        self._behind = isolate

    def ask(self, act: str, request: Mapping[str, Json]) -> Json:
        """As of the isolate.

        Raises:
            ExpressionFailed: as of the isolate.
        """
        if act == _PARSE:
            return self._parsed(request["list"])
        try:
            key = key_of(act, json.dumps(request, sort_keys=True).encode())
        except (TypeError, ValueError, RecursionError):
            return self._behind.ask(act, request)
        return self._kept.of(key, lambda: self._behind.ask(act, request))

    def close(self) -> None:
        """Close the isolate behind."""
        self._behind.close()

    def _parsed(self, wanted: list[tuple[str, bool]]) -> Json:
        keys = {f"{'?' if unary else '='}{text}": (text, unary) for text, unary in wanted}
        new = [key for key in keys if self._kept.get(key) is None]
        if new:
            asked = {"list": [keys[key] for key in new]}
            for key, answer in zip(new, self._behind.ask(_PARSE, asked), strict=True):
                self._kept.put(key, answer)
        return [self._kept.get(f"{'?' if unary else '='}{text}") for text, unary in wanted]
