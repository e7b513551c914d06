"""What comes out of a join: a three-way merge, and how jumps move the base of it.

Branches are compared with the data at their fork: what one changed wins over what others only
inherited, what two changed differently is a conflict. Where forks lie within each other the inner
ones are merged first, as if they had a join of their own: of three tokens, two may have seen a
change that only looks like two changes from the outer fork.

A jump mixes all that: its token begins with the current variables, written by all branches. So at
a jump every open token notes its data of that moment (``bases``, by the tick of the jump) and the
new token is the jump's ``seat``. A join that a seat reaches starts from the data of the jump and
adds what each branch changed since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.domain.errors import MergeConflict
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.runtime.casetree import LeanTask, element_of
from server.engine.runtime.values import MISSING, same

_Data = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class _Branch:
    """What came one way from a fork: one token, or several met, and the jumps since the fork."""

    data: _Data
    #: the element it came from
    writer: str
    #: when it came; of several, the variables that an earlier one wrote last
    tick: int
    ticks: Mapping[str, int]
    #: tick of a jump -> what the branch knew then
    bases: Mapping[int, _Data]
    #: jumps whose token came this way
    seats: frozenset[int]


def merge(element: str, arrivals: Sequence[LeanTask]) -> tuple[dict[str, Json], dict[str, Any]]:
    """Data of the token behind a join, and the internal data that carry its jumps on.

    Raises:
        MergeConflict: two branches wrote one variable differently.
    """
    _fork, met, conflict = _met(arrivals)
    if conflict:
        raise MergeConflict(
            _("并行的几个分支对同一事项填写了不同内容，无法合并"), element=element, detail=conflict
        )
    marks: dict[str, Any] = {}
    if met.bases:
        marks["bases"] = {str(tick): data for tick, data in met.bases.items()}
    if met.seats:
        marks["seats"] = sorted(met.seats)
    return dict(met.data), marks


def merge_ends(arrivals: Sequence[LeanTask]) -> dict[str, Json]:
    """Data that a subprocess leaves; of two different values the one that came last.

    Two rounds of a reminder end side by side and may say different things: no fault of anyone,
    and nothing that an official could put right at the last step.
    """
    return dict(_met(arrivals)[1].data)


def _met(arrivals: Sequence[LeanTask]) -> tuple[LeanTask, _Branch, str]:
    """The newest common ancestor of the arrivals, what comes of them there, and any conflict."""
    lines = [_line(arrival) for arrival in arrivals]
    depth = _shared(lines)
    fork = lines[0][depth - 1]
    ways: dict[str, list[LeanTask]] = {}
    for arrival, line in zip(arrivals, lines, strict=True):
        ways.setdefault(line[depth].id, []).append(arrival)
    branches, conflicts = [], []
    for way in ways.values():
        here, branch, conflict = _met(way) if len(way) > 1 else (way[0], _single(way[0]), "")
        branches.append(_since(fork, here, branch))
        conflicts.append(conflict)
    met, conflict = _joined(fork.data, branches)
    return fork, met, next(filter(None, conflicts), conflict)


def _joined(base: _Data, branches: Sequence[_Branch]) -> tuple[_Branch, str]:
    """What comes of branches that began with ``base``."""
    jumped = max((seat for branch in branches for seat in branch.seats), default=0)
    first = base
    for branch in branches:
        if jumped in branch.seats:
            first = branch.bases[jumped]
    known = [branch.bases.get(jumped, base) for branch in branches]
    merged = _Merged(first)
    for branch, before in zip(branches, known, strict=True):
        merged.add(branch, before, branch.data)
    bases: dict[int, _Data] = {jumped: first} if jumped else {}
    for tick in sorted({tick for branch in branches for tick in branch.bases if tick > jumped}):
        then = _Merged(first)
        for branch, before in zip(branches, known, strict=True):
            then.add(branch, before, branch.bases.get(tick, branch.data))
        bases[tick] = then.data
    met = _Branch(
        data=merged.data,
        writer=", ".join(branch.writer for branch in branches),
        tick=max(branch.tick for branch in branches),
        ticks=merged.ticks,
        bases=bases,
        seats=frozenset({jumped}) if jumped else frozenset(),
    )
    return met, merged.conflict


def mark_jump(seat: LeanTask, data: _Data) -> None:
    """Note a jump: ``seat`` is its token, just begun with ``data``; all others keep their own.

    What is written inside a subprocess reaches the branches around it too, so its activity is the
    seat out there; not around one item of a list, nor where only named variables come out.
    """
    top = seat.workflow.top_workflow
    tick = top.next_tick()
    here: LeanTask | None = seat
    while here is not None:
        workflow = here.workflow
        _mark(workflow, here, tick, data)
        owner = workflow.parent_task_id
        named = workflow.spec.io_specification
        if owner is None or (named is not None and named.data_outputs):
            return
        here = top.find(owner)
        if here is not None and "key" in here.internal_data:
            return


def unmark(task: LeanTask) -> None:
    """The task is as if no jump had happened."""
    task.internal_data.pop("bases", None)
    task.internal_data.pop("seats", None)


def _mark(workflow: Any, seat: LeanTask, tick: int, data: _Data) -> None:
    others = [task for task in workflow.open_tasks() if task is not seat]
    if not others:
        return
    for task in others:
        task.internal_data.setdefault("bases", {})[str(tick)] = dict(task.data)
    seat.internal_data.setdefault("bases", {})[str(tick)] = dict(data)
    seat.internal_data.setdefault("seats", []).append(tick)
    tasks = workflow.tasks.values()
    alive = {str(each) for task in tasks for each in task.internal_data.get("seats", ())}
    for task in tasks:
        bases = task.internal_data.get("bases")
        if bases is not None and not bases.keys() <= alive:
            task.internal_data["bases"] = {key: bases[key] for key in bases if key in alive}


class _Merged:
    """Data being put together from what each branch changed."""

    def __init__(self, first: _Data) -> None:
        self.data: dict[str, Json] = dict(first)
        #: variable -> when the branch came that wrote it last
        self.ticks: dict[str, int] = {}
        #: the first variable that two branches wrote differently, and by whom
        self.conflict = ""
        self._written: dict[str, tuple[str, Json]] = {}

    def add(self, branch: _Branch, known: _Data, arrived: _Data) -> None:
        """What ``branch`` changed of ``known``."""
        for key in [*known, *(key for key in arrived if key not in known)]:
            value = arrived.get(key, MISSING)
            if not same(known.get(key, MISSING), value):
                self._write(key, value, branch)

    def _write(self, key: str, value: Json, branch: _Branch) -> None:
        other, before = self._written.setdefault(key, (branch.writer, value))
        if not same(before, value):
            self.conflict = self.conflict or f"{key}: {other}, {branch.writer}"
        tick = branch.ticks.get(key, branch.tick)
        if tick < self.ticks.get(key, tick):
            return
        self.ticks[key] = tick
        if value is MISSING:
            self.data.pop(key, None)
        else:
            self.data[key] = value


def _single(arrival: LeanTask) -> _Branch:
    parent = arrival.parent
    return _Branch(
        data=arrival.data,
        writer=element_of(parent.task_spec),
        tick=parent.last_state_change,
        ticks={},
        bases={},
        seats=frozenset(),
    )


def _since(fork: LeanTask, here: LeanTask, branch: _Branch) -> _Branch:
    """The branch with the jumps noted between ``here`` and the fork; the latest note counts."""
    bases, seats = dict(branch.bases), set(branch.seats)
    while here is not fork:
        for tick, data in here.internal_data.get("bases", {}).items():
            bases.setdefault(int(tick), data)
        seats.update(here.internal_data.get("seats", ()))
        here = here.parent
    return replace(branch, bases=bases, seats=frozenset(seats))


def _shared(lines: Sequence[Sequence[LeanTask]]) -> int:
    """How many generations all lines have in common; compaction keeps the last while it counts."""
    depth = 0
    for generation in zip(*lines, strict=False):
        if any(task is not generation[0] for task in generation):
            break
        depth += 1
    return depth


def _line(task: LeanTask) -> list[LeanTask]:
    line = []
    here: LeanTask | None = task
    while here is not None:
        line.append(here)
        here = here.parent
    line.reverse()
    return line
