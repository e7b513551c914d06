"""What comes out of a join: a three-way merge, and how jumps move the base of it.

Branches are compared with the data at their fork: what one changed wins over what others only
inherited, what two changed differently is a conflict. A jump mixes that: its token begins with
the current variables, written by all branches. So at a jump every open token notes its data of
that moment (``bases``, by the tick of the jump) and the new token is the jump's ``seat``. A join
that a seat reaches starts from the data of the jump and adds what each branch changed since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.errors import MergeConflict
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.casetree import LeanTask, element_of
from server.engine.values import MISSING, same

_Data = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class _Branch:
    """One arrival at a join, with the jumps that happened since the fork."""

    arrival: LeanTask
    #: tick of a jump -> what the branch knew then
    bases: Mapping[int, _Data]
    #: jumps whose token came this way
    seats: frozenset[int]


def merge(element: str, arrivals: Sequence[LeanTask]) -> tuple[dict[str, Json], dict[str, Any]]:
    """Data of the token behind a join, and the internal data that carry its jumps on.

    Raises:
        MergeConflict: two branches wrote one variable differently.
    """
    data, marks, conflict = _joined(arrivals)
    if conflict:
        raise MergeConflict(
            _("并行的几个分支对同一事项填写了不同内容，无法合并"), element=element, detail=conflict
        )
    return data, marks


def merge_ends(arrivals: Sequence[LeanTask]) -> dict[str, Json]:
    """Data that a subprocess leaves; of two different values the one that came last.

    Two rounds of a reminder end side by side and may say different things: no fault of anyone,
    and nothing that an official could put right at the last step.
    """
    return _joined(sorted(arrivals, key=lambda arrival: arrival.last_state_change))[0]


def _joined(
    arrivals: Sequence[LeanTask],
) -> tuple[dict[str, Json], dict[str, Any], str]:
    fork = _fork(arrivals)
    branches = [_branch(arrival, fork) for arrival in arrivals]
    jumped = max((seat for branch in branches for seat in branch.seats), default=0)
    first: _Data = fork.data
    for branch in branches:
        if jumped in branch.seats:
            first = branch.bases[jumped]
    known = [branch.bases.get(jumped, fork.data) for branch in branches]
    arrived = [branch.arrival.data for branch in branches]
    writers = [_writer(arrival) for arrival in arrivals]
    data, conflict = _merged(first, list(zip(writers, known, arrived, strict=True)))
    bases: dict[str, _Data] = {str(jumped): first} if jumped else {}
    for tick in sorted({tick for branch in branches for tick in branch.bases if tick > jumped}):
        then = [branch.bases.get(tick, branch.arrival.data) for branch in branches]
        bases[str(tick)] = _merged(first, list(zip(writers, known, then, strict=True)))[0]
    marks: dict[str, Any] = {"bases": bases} if bases else {}
    if jumped:
        marks["seats"] = [jumped]
    return data, marks, conflict


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


def _merged(
    first: _Data, branches: Iterable[tuple[str, _Data, _Data]]
) -> tuple[dict[str, Json], str]:
    """``first`` with all that each (writer, known, arrived) changed; and the conflict, if any."""
    merged = dict(first)
    written: dict[str, tuple[str, Json]] = {}
    conflict = ""
    for writer, known, arrived in branches:
        for key in [*known, *(key for key in arrived if key not in known)]:
            value = arrived.get(key, MISSING)
            if same(known.get(key, MISSING), value):
                continue
            other, before = written.setdefault(key, (writer, value))
            if not same(before, value):
                conflict = conflict or f"{key}: {other}, {writer}"
            if value is MISSING:
                merged.pop(key, None)
            else:
                merged[key] = value
    return merged, conflict


def _branch(arrival: LeanTask, fork: LeanTask) -> _Branch:
    bases: dict[int, _Data] = {}
    seats: set[int] = set()
    here = arrival
    while here is not fork:
        for tick, data in here.internal_data.get("bases", {}).items():
            bases.setdefault(int(tick), data)
        seats.update(here.internal_data.get("seats", ()))
        here = here.parent
    return _Branch(arrival, bases, frozenset(seats))


def _writer(arrival: LeanTask) -> str:
    return element_of(arrival.parent.task_spec)


def _fork(arrivals: Sequence[LeanTask]) -> LeanTask:
    """The newest common ancestor of the branches; compaction keeps it while one is open."""
    lines = [_line(arrival.parent) for arrival in arrivals]
    fork = lines[0][0]
    for generation in zip(*lines, strict=False):
        if any(task is not generation[0] for task in generation):
            break
        fork = generation[0]
    return fork


def _line(task: LeanTask) -> list[LeanTask]:
    line = []
    here: LeanTask | None = task
    while here is not None:
        line.append(here)
        here = here.parent
    line.reverse()
    return line
