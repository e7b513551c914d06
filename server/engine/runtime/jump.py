"""Return: a jump back to a user task visited before, in every position of the diagram.

The branch of the target is removed and a new token begins at the target with the current
variables. Removed, never cancelled: a reset or a restored state would reopen what others have
done meanwhile, and stock joins would count the cancelled instances (tests/engine/test_jump.py).

A join that consumed a token of the removed branch is undone by its ``took`` record: the arrivals
of other branches wait again. What they wrote is in the current variables already: every open token
absorbs the jump, and adds to the next merge only what it changes from then on (``provenance``).
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from SpiffWorkflow.util.task import TaskState

from server.domain.errors import UnknownTask
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.runtime.casetree import FINISHED, OPEN, Case, LeanTask, begin
from server.engine.runtime.joins import MergingParallel
from server.engine.runtime.merging import absorb
from server.engine.runtime.provenance import Versions

_REACHED = FINISHED | OPEN


def jump(case: Case, target: str, data: dict[str, Json], scope: str | None) -> None:
    """Make ``target`` the one open step of its branch, with ``data``.

    Raises:
        UnknownTask: the scope is gone, or has no such step.
    """
    workflow = _scope(case, scope)
    specs = workflow.spec.task_specs
    # with boundary events the token starts above the step, so that they wait again
    spec = specs.get(f"{target}.BoundaryEventSplit") or specs.get(target)
    if spec is None:
        raise UnknownTask(_("要退回的环节不在本流程中"), element=target)
    visited = [
        task
        for task in workflow.tasks.values()
        if task.task_spec is spec and task._state & _REACHED
    ]
    workflow.completed = False
    if visited:
        seat = max(visited, key=lambda task: task.last_state_change)
        parent = seat.parent
        _undo_joins(workflow, {task.id for task in _subtree(seat)})
        drop(workflow, seat)
    else:
        parent = workflow.task_tree
        for child in parent.children:
            drop(workflow, child)
    versions = absorb(case, data)
    if not visited:
        _stand_in(workflow, spec, data, versions)
    begin(parent, spec, data, versions)
    workflow.last_task = None


def drop(workflow: Any, task: LeanTask) -> None:
    """Remove a task and all below it, with what they wait for and what runs inside them."""
    top = workflow.top_workflow
    for each in _subtree(task):
        top.event_manager.remove_task(each)
        top.drop_part(each.id)
        del workflow.tasks[each.id]
    task.workflow.tasks[task._parent]._children.remove(task.id)


def _scope(case: Case, scope: str | None) -> Any:
    if scope is None:
        return case
    part = case.subprocesses.get(scope)
    if part is None or part.completed:
        raise UnknownTask(_("要退回的子流程已经结束"))
    return part


def _undo_joins(workflow: Any, region: set[str]) -> None:
    """Joins that fired with a token of the region wait again, and all behind them goes."""
    undone = True
    while undone:
        undone = False
        joins = [each for each in workflow.tasks.values() if "took" in each.internal_data]
        # oldest first: the same order whether the case was loaded or not
        for join in sorted(joins, key=attrgetter("last_state_change")):
            took = join.internal_data["took"]
            if join.id in region or not region.isdisjoint(took):
                undone = True
                _undo(workflow, join, took, region)


def _undo(workflow: Any, join: LeanTask, took: Iterable[str], region: set[str]) -> None:
    del join.internal_data["took"]
    for key in took:
        arrival = workflow.tasks.get(key)
        if arrival is not None and key not in region:
            arrival._set_state(TaskState.WAITING)
    if join.id not in region:
        for child in join.children:
            region.update(task.id for task in _subtree(child))
            drop(workflow, child)
        join.follow(join.parent)
        join._set_state(TaskState.WAITING)


def _stand_in(workflow: Any, target: Any, data: dict[str, Json], versions: Versions) -> None:
    """The other branches of a block around the target were compacted: let them count as arrived.

    Inclusive joins need nothing: no active token reaches the inputs that are lost.
    """
    for join in workflow.spec.task_specs.values():
        if not isinstance(join, MergingParallel) or len(join.inputs) < 2:
            continue
        ahead = _reachable(target, join)
        if join.name not in ahead:
            continue
        lost = [each for each in join.inputs if each.name not in ahead]
        if len(lost) < len(join.inputs):
            for each in lost:
                passed = workflow.task_tree._add_child(each, TaskState.FUTURE)
                passed.become(dict(data), versions)
                _arrive(passed, join)


def _arrive(passed: LeanTask, join: Any) -> None:
    passed._set_state(TaskState.COMPLETED)
    arrival = passed._add_child(join, TaskState.FUTURE)
    arrival.follow(passed)
    arrival._set_state(TaskState.WAITING)


def _reachable(start: Any, stop: Any) -> set[str]:
    """Names of the specs reached from ``start``, not going past ``stop``."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        spec = todo.pop()
        if spec.name not in seen:
            seen.add(spec.name)
            todo += [] if spec is stop else spec.outputs
    return seen


def _subtree(task: LeanTask) -> list[LeanTask]:
    found, todo = [], [task]
    while todo:
        here = todo.pop()
        found.append(here)
        todo += here.children
    return found
