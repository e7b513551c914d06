# mypy: disallow-subclassing-any=False
"""Parallel and inclusive joins, and the end of a process: when they fire and what comes out.

A join keeps one WAITING instance per arrived token, each with the data of its own branch. The
instance that completes the set consumes the others, notes them in ``took`` (a jump undoes joins
by it) and merges: of each variable the newest write (``merging``).
The stock joins count cancelled instances of earlier rounds and let the last branch overwrite
the others key by key (SpiffWorkflow 3.2.0, tests/engine/test_joins.py).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import EngineError
from server.domain.texts import _
from server.engine.runtime.casetree import AHEAD, OPEN, Case, LeanTask
from server.engine.runtime.merging import merge, merge_ends


class _Joining:
    """The waiting rule and the merge that both gateways share."""

    name: str
    inputs: list[Any]

    def enough(self, my_task: LeanTask) -> bool:
        """May the join fire with this arrival and those that wait?"""
        raise NotImplementedError

    def others(self, my_task: LeanTask) -> list[LeanTask]:
        """The arrival that waits longest on each input other than this one's."""
        first: dict[str, LeanTask] = {}
        for task in sorted(self._waiting(my_task), key=_came):
            first.setdefault(task.parent.task_spec.name, task)
        first.pop(my_task.parent.task_spec.name, None)
        return list(first.values())

    def is_first(self, my_task: LeanTask) -> bool:
        """Does no arrival on the same input wait longer?"""
        return not any(
            task.parent.task_spec is my_task.parent.task_spec and _came(task) < _came(my_task)
            for task in self._waiting(my_task)
        )

    def _waiting(self, my_task: LeanTask) -> list[LeanTask]:
        return [
            task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self
            and task._state == TaskState.WAITING
            and task is not my_task
            and task.parent._state == TaskState.COMPLETED
        ]

    def _update_hook(self, my_task: LeanTask) -> bool:
        parent = my_task.parent
        if parent._state != TaskState.COMPLETED:
            return False
        my_task.follow(parent)
        if len(self.inputs) > 1 and not self._may_fire(my_task):
            my_task._set_state(TaskState.WAITING)
            return False
        return True

    def _may_fire(self, my_task: LeanTask) -> bool:
        return self.is_first(my_task) and not self._is_firing(my_task) and self.enough(my_task)

    def _is_firing(self, my_task: LeanTask) -> bool:
        """Is another arrival about to run and take this one in?"""
        return any(
            task.task_spec is self and task._state == TaskState.READY and task is not my_task
            for task in my_task.workflow.tasks.values()
        )

    def consume(self, my_task: LeanTask) -> None:
        """Take the waiting arrivals in and merge their data with this one's."""
        others = self.others(my_task) if len(self.inputs) > 1 else []
        if not others:
            return
        my_task.become(*merge(self.name, [my_task, *others]))
        my_task.internal_data["took"] = [task.id for task in others]
        take_in(others)


class MergingParallel(_Joining, ParallelGateway):
    """Fires when a token has arrived on every input."""

    def enough(self, my_task: LeanTask) -> bool:
        """One on every input."""
        return len(self.others(my_task)) + 1 >= len(self.inputs)

    def _run_hook(self, my_task: LeanTask) -> bool:
        self.consume(my_task)
        return True


class MergingInclusive(_Joining, InclusiveGateway):
    """Fires when no token can still come (BPMN 2.0, 13.4.3); splits on every true condition.

    Asked only when all else rests (``fire_inclusive``): as long as a token is on its way to a
    choice, what it chooses decides whether it can still come.
    """

    #: spec name -> inputs of this join that can be reached from it without passing the join
    reach: Mapping[str, frozenset[str]]

    def enough(self, my_task: LeanTask) -> bool:
        """No active token reaches an empty input and no filled one."""
        full = {task.parent.task_spec.name for task in (my_task, *self.others(my_task))}
        empty = {spec.name for spec in self.inputs} - full
        for task in my_task.workflow.tasks.values():
            if task.task_spec is not self and stands(task):
                ahead = self.reach.get(task.task_spec.name, frozenset())
                if ahead & empty and not ahead & full:
                    return False
        return True

    def _may_fire(self, my_task: LeanTask) -> bool:
        return False

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
    """The end of a process or subprocess: waits for every token.

    The data of a subprocess go on in its caller; of two values the later one. At the end of a case
    nothing is merged: its result is the table of variables.
    """

    def _update_hook(self, my_task: LeanTask) -> bool:
        if my_task.parent._state != TaskState.COMPLETED:
            return False
        my_task.follow(my_task.parent)
        for task in my_task.workflow.tasks.values():
            waits = task.task_spec is self and task._state == TaskState.WAITING
            if task._state & OPEN and not waits and task is not my_task:
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
            my_task.become(*merge_ends([my_task, *others]))
        if others:
            my_task.internal_data["took"] = [task.id for task in others]
            take_in(others)
        return True


def fire_inclusive(case: Case) -> bool:
    """Let one inclusive join fire to which no token can still come, and say whether one did.

    Of several the one that none of the others leads to: behind it a token chooses its way, and may
    then come to the others or no longer.
    """
    for workflow in case.workflows():
        able = [task for task in workflow.open_tasks() if _is_able(task)]
        if able:
            names = {task.task_spec.name for task in able}
            free = [task for task in able if not _is_behind(task.task_spec, names)]
            (free or able)[0]._ready()
            return True
    return False


def _is_able(task: LeanTask) -> bool:
    join = task.task_spec
    waits = task._state == TaskState.WAITING and isinstance(join, MergingInclusive)
    return waits and join.is_first(task) and join.enough(task)


def _is_behind(join: MergingInclusive, names: Iterable[str]) -> bool:
    """Can the join be reached from one of these, other than itself?"""
    return any(join.reach.get(name) for name in names if name != join.name)


def _came(arrival: LeanTask) -> int:
    """When the token came: a tick of the case."""
    tick: int = arrival.parent.last_state_change
    return tick


def stands(task: LeanTask) -> bool:
    """Is there a token: at work, or just given by a split that has not begun all its branches?"""
    if task._state == TaskState.FUTURE:
        return task.parent is not None and task.parent._state == TaskState.COMPLETED
    return bool(task._state & OPEN)


def take_in(arrivals: Iterable[LeanTask]) -> None:
    """Waiting arrivals are used up: cancelled, with nothing predicted below them."""
    for task in arrivals:
        task._drop_children(force=True)
        task._set_state(TaskState.CANCELLED)
