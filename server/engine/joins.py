# mypy: disallow-subclassing-any=False
"""Parallel and inclusive joins, and the end of a process: when they fire and what comes out.

A join keeps one WAITING instance per arrived token, each with the data of its own branch. The
instance that completes the set consumes the others, notes them in ``took`` (a jump undoes joins
by it) and merges three ways: what a branch changed since the fork wins over what it inherited.
The stock joins count cancelled instances of earlier rounds and let the last branch overwrite
the others key by key (SpiffWorkflow 3.2.0, tests/engine/test_joins.py).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import EngineError, MergeConflict
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.casetree import AHEAD, OPEN, LeanTask, element_of
from server.engine.values import MISSING, same


class _Joining:
    """The waiting rule and the merge that both gateways share."""

    name: str
    inputs: list[Any]

    def enough(self, my_task: LeanTask) -> bool:
        """May the join fire with this arrival and those that wait?"""
        raise NotImplementedError

    def others(self, my_task: LeanTask) -> list[LeanTask]:
        """The oldest waiting arrival on each input other than this one's."""
        tasks = my_task.workflow.tasks
        arrived: dict[str, LeanTask] = {}
        for task in tasks.values():
            if task.task_spec is self and task._state == TaskState.WAITING and task is not my_task:
                parent = tasks[task._parent]
                if parent._state == TaskState.COMPLETED:
                    arrived.setdefault(parent.task_spec.name, task)
        arrived.pop(my_task.parent.task_spec.name, None)
        return list(arrived.values())

    def _update_hook(self, my_task: LeanTask) -> bool:
        parent = my_task.parent
        if parent._state != TaskState.COMPLETED:
            return False
        my_task.data = dict(parent.data)
        if len(self.inputs) > 1 and not self.enough(my_task):
            my_task._set_state(TaskState.WAITING)
            return False
        return True

    def consume(self, my_task: LeanTask) -> None:
        """Take the waiting arrivals in and merge their data with this one's."""
        others = self.others(my_task) if len(self.inputs) > 1 else []
        if not others:
            return
        arrivals = [task for task in (my_task, *others) if "held" not in task.internal_data]
        if arrivals:
            my_task.data = merge(self.name, [task.parent for task in arrivals])
        my_task.internal_data["took"] = [task.id.hex for task in others]
        take_in(others)


class MergingParallel(_Joining, ParallelGateway):
    """Fires when a token has arrived on every input."""

    def enough(self, my_task: LeanTask) -> bool:
        return len(self.others(my_task)) + 1 >= len(self.inputs)

    def _run_hook(self, my_task: LeanTask) -> bool:
        self.consume(my_task)
        return True


class MergingInclusive(_Joining, InclusiveGateway):
    """Fires when no token can still come (BPMN 2.0, 13.4.3); splits on every true condition."""

    #: spec name -> inputs of this join that can be reached from it without passing the join
    reach: Mapping[str, frozenset[str]]

    def enough(self, my_task: LeanTask) -> bool:
        full = {task.parent.task_spec.name for task in (my_task, *self.others(my_task))}
        empty = {spec.name for spec in self.inputs} - full
        for task in my_task.workflow.tasks.values():
            if task._state & OPEN and task.task_spec is not self:
                ahead = self.reach.get(task.task_spec.name, frozenset())
                if ahead & empty and not ahead & full:
                    return False
        return True

    def _run_hook(self, my_task: LeanTask) -> bool:
        self.consume(my_task)
        matches, defaults = self._get_matching_outputs(my_task)
        taken = matches or defaults
        if not taken:
            raise EngineError(
                _("网关的条件均不成立，且没有默认流向，本步骤没有执行"), element=self.name
            )
        my_task._sync_children(taken, TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=AHEAD)
        return True


class MergingEnd(_EndJoin):
    """The end of a process or subprocess: waits for every token, merges as a join does.

    The data of a subprocess go on in its caller. At the end of a case nothing is merged: its
    result is the table of variables, and a case must not stop at its last step.
    """

    def _update_hook(self, my_task: LeanTask) -> bool:
        if my_task.parent._state != TaskState.COMPLETED:
            return False
        my_task.data = dict(my_task.parent.data)
        for task in my_task.workflow.tasks.values():
            if task._state & OPEN and task.task_spec is not self:
                my_task._set_state(TaskState.WAITING)
                return False
        return True

    def _run_hook(self, my_task: LeanTask) -> bool:
        workflow = my_task.workflow
        others = [
            task
            for task in workflow.tasks.values()
            if task.task_spec is self and task._state == TaskState.WAITING
        ]
        if others and workflow.parent_task_id is not None:
            owner = workflow.top_workflow.find(workflow.parent_task_id)
            arrivals = [task for task in (my_task, *others) if "held" not in task.internal_data]
            my_task.data = merge(element_of(owner.task_spec), [task.parent for task in arrivals])
        if others:
            my_task.internal_data["took"] = [task.id.hex for task in others]
            take_in(others)
        return True


def take_in(arrivals: Iterable[LeanTask]) -> None:
    """Waiting arrivals are used up: cancelled, with nothing predicted below them."""
    for task in arrivals:
        task._drop_children(force=True)
        task._set_state(TaskState.CANCELLED)


def merge(element: str, ends: list[LeanTask]) -> dict[str, Json]:
    """Data after a join of branches that end at ``ends``: three ways, lists replaced whole.

    Raises:
        MergeConflict: two branches wrote one variable differently.
    """
    base = _fork(ends).data
    merged = dict(base)
    writers: dict[str, tuple[LeanTask, Json]] = {}
    for end in ends:
        for key in base.keys() | end.data.keys():
            value = end.data.get(key, MISSING)
            if same(base.get(key, MISSING), value):
                continue
            writer, written = writers.setdefault(key, (end, value))
            if not same(written, value):
                raise MergeConflict(
                    _("并行的几个分支对同一事项填写了不同内容，无法合并"),
                    element=element,
                    detail=f"{key}: {element_of(writer.task_spec)}, {element_of(end.task_spec)}",
                )
            if value is MISSING:
                merged.pop(key, None)
            else:
                merged[key] = value
    return merged


def _fork(ends: list[LeanTask]) -> LeanTask:
    """The newest common ancestor of the branches; compaction keeps it while one is open."""
    lines = [_line(end) for end in ends]
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
