"""Who knew of which write: what decides between two values of one variable where tokens meet.

Every token holds, for each variable, the id of the write whose value it has: a number of its own
per write, 0 for what was there before anything ran side by side and is known to all. A write knows
the write it replaced and all that one knew. Of two writes the one that knows the other is newer,
wherever the tokens forked and met; two that do not know each other were made side by side.

After a jump every open token *absorbs* it: what it merely still holds is older than what the jump
began with, what it changes from now on is newer.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, Final, Self

from server.domain.expressions import Json
from server.engine.runtime.values import MISSING, same

#: variable -> id of the write whose value a token holds; shared between tokens, never edited
Versions = Mapping[str, int]

_NONE: Final[frozenset[int]] = frozenset()
_NOTHING: Final[Mapping[str, Any]] = {}


class Writes:
    """The writes of one case that some token still holds, and what each of them knew."""

    def __init__(self) -> None:
        #: write -> the writes it knew, direct or not; nothing for one that knew only 0
        self.known: dict[int, frozenset[int]] = {}
        #: write -> what whoever holds it has learnt since by jumps
        self.absorbed: dict[int, frozenset[int]] = {}

    def __bool__(self) -> bool:
        return bool(self.known or self.absorbed)

    def add(self, write: int, over: Iterable[int]) -> None:
        """A new write by somebody who held these."""
        knows = frozenset(over).union(*map(self._met_by, over)) - {0}
        if knows:
            self.known[write] = knows

    def jump(self, write: int, over: Iterable[int]) -> None:
        """A jump began with a value of its own, while these were held: they absorb it."""
        self.add(write, over)
        learnt = self.known.get(write, _NONE) | {write}
        for each in over:
            self.absorbed[each] = self.absorbed.get(each, _NONE) | (learnt - {each})

    def knows(self, write: int, other: int) -> bool:
        """Is ``write`` newer than ``other``?"""
        return other != write and (other == 0 or other in self.known.get(write, _NONE))

    def heads(self, writes: Iterable[int]) -> list[int]:
        """Those that no other of them knows, in their order."""
        found = list(dict.fromkeys(writes))
        return [one for one in found if not any(self.knows(other, one) for other in found)]

    def written(
        self, versions: Versions, names: Iterable[str], tick: Callable[[], int]
    ) -> Versions:
        """The versions of a token that wrote these variables."""
        newer = dict(versions)
        for name in names:
            newer[name] = tick()
            old = versions.get(name, 0)
            if old or self.absorbed:
                self.add(newer[name], (old,))
        return newer

    def keep(self, held: Set[int]) -> None:
        """Forget all writes but those that are held."""
        for book in (self.known, self.absorbed):
            kept = {
                write: knew & held for write, knew in book.items() if write in held or not write
            }
            book.clear()
            book.update({write: knew for write, knew in kept.items() if knew})

    def _met_by(self, write: int) -> frozenset[int]:
        return self.known.get(write, _NONE) | self.absorbed.get(write, _NONE)


def changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[str]:
    """Variables whose values are others now, or gone: what somebody wrote."""
    names = [
        name
        for name, value in after.items()
        if (old := before.get(name, MISSING)) is not value and not same(old, value)
    ]
    if len(before) + len(names) > len(after):
        names += [name for name in before if name not in after]
    return names


class Holder:
    """What holds data of a case and knows of each variable which write it has.

    Anybody may replace the data; what differs from ``stamped`` is a write of this holder, noted by
    the next ``stamp``. Whoever hands data on stamps first, so every write is known by its maker.
    """

    workflow: Any
    data: dict[str, Json]
    versions: Versions = _NOTHING
    #: the data that ``versions`` describe; shared between holders, never edited
    stamped: Mapping[str, Json] = _NOTHING
    #: the very ``data`` that were looked at last, so that most looks are at nothing else
    _seen: Mapping[str, Json] = _NOTHING

    def follow(self, other: Self) -> None:
        """Hold what the other holds."""
        other.stamp()
        self.data = self._seen = dict(other.data)
        self.versions, self.stamped = other.versions, other.stamped

    def differ(self, other: Self) -> None:
        """Keep the data, as if the other's had been the start: what differs is written here."""
        self.versions, self.stamped, self._seen = other.versions, other.stamped, _NOTHING
        self.stamp()

    def become(self, data: dict[str, Json], versions: Versions) -> None:
        """Hold these data, which are of these writes."""
        self.data = self._seen = data
        self.versions, self.stamped = versions, dict(data)

    def adopt(self, values: Mapping[str, Json], versions: Versions) -> None:
        """Take over these values, which are of these writes, and keep all else."""
        self.stamp()
        newer = {name: versions.get(name, 0) for name in values}
        self.become({**self.data, **values}, {**self.versions, **newer})

    def stamp(self) -> None:
        """Note what was changed since the last time as written here."""
        data, before = self.data, self.stamped
        # the engine below edits in place only to put a variable in for a while, or to take one out
        if data is self._seen and len(data) == len(before):
            return
        names = changes(before, data)
        self._seen, self.stamped = data, dict(data)
        if names:
            top = self.workflow.top_workflow
            self.versions = top.writes.written(self.versions, names, top.next_tick)
