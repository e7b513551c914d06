"""One step of one case: runs what no person has to do until all rests, within a budget.

It records which elements and flows were passed. An element is passed when its token leaves it; a
multi-instance step once, when all its instances are done. A flow is passed when the element
behind it has been reached.
"""

import time
from typing import Any, Final

from SpiffWorkflow.util.task import TaskState

from server.domain.errors import BudgetExceeded
from server.domain.texts import _
from server.engine.runtime.casetree import FINISHED, OPEN, Case, LeanTask, element_of, is_child
from server.engine.runtime.conditions import FeelEngine
from server.engine.runtime.events import fire_conditions
from server.engine.runtime.joins import fire_inclusive
from server.engine.runtime.parsing import Definition
from server.engine.runtime.tasks import interrupted

MAX_STEPS: Final = 2_000
MAX_SECONDS: Final = 5.0
MAX_TASKS: Final = 5_000


class Step:
    """The run of one command; made for it and thrown away."""

    def __init__(self, definition: Definition, case: Case, powers: FeelEngine) -> None:
        self._definition = definition
        self._case = case
        self._powers = powers
        self._count = 0
        self._until = time.monotonic() + MAX_SECONDS
        self._fetched: frozenset[str] = frozenset()
        #: element that ran last: where a failure happened
        self.element = ""
        self.visited: list[str] = []
        self.flows: list[str] = []
        case.script_engine = powers

    def run(self, task: LeanTask) -> None:
        """Let one task do what it does, and note what it passed.

        Raises:
            BudgetExceeded: the step has become too long.
        """
        spec = task.task_spec
        self.element = element_of(spec)
        self._count += 1
        self._check_budget()
        self._prefetch(task)
        if self.element and not is_child(spec) and spec.bpmn_id:
            self.visited.append(self.element)
        task.run()
        if spec.bpmn_id:
            self._note_flows(task)

    def run_until_rest(self) -> None:
        """Run every ready task that is no work for people until nothing moves.

        Inclusive joins are asked when all else rests, conditions when those rest too.

        Raises:
            BudgetExceeded: the step has become too long, or the case too large.
        """
        while self._run_ready() or fire_inclusive(self._case) or fire_conditions(self._case):
            pass
        self._check_budget()

    def _prefetch(self, task: LeanTask) -> None:
        """Ask the conditions of a chain of gateways at once, on entering it."""
        chain = self._definition.chains.get(task.task_spec, ())
        if not self._fetched.issuperset(chain):
            self._powers.prefetch(chain, task.data, task.workflow.data_objects)
        # behind anything but a gateway the data may be others
        self._fetched = self._fetched | frozenset(chain) if chain else frozenset()

    def _check_budget(self) -> None:
        tasks = sum(len(workflow.tasks) for workflow in self._case.workflows())
        if self._count > MAX_STEPS or tasks > MAX_TASKS or time.monotonic() > self._until:
            raise BudgetExceeded(
                _("自动执行的环节过多或用时过长，本步骤没有执行"),
                element=self.element,
                detail=f"{self._count} steps, {tasks} tasks",
            )

    def _run_ready(self) -> bool:
        ran = False
        parts = [part for part in self._case.subprocesses.values() if not part.completed]
        parts.sort(key=lambda part: part.depth, reverse=True)
        for workflow in (*parts, self._case):
            while self._sweep(workflow):
                ran = True
        return ran

    def _sweep(self, workflow: Any) -> bool:
        """Run what is ready in one workflow now; true when something ran."""
        ran = False
        tasks = workflow.tasks
        ready = [
            task
            for task in tasks.values()
            if task._state == TaskState.READY and not task.task_spec.manual
        ]
        for task in ready:
            if self._stopped(workflow):
                break
            if task._state == TaskState.READY and task.id in tasks:
                self.run(task)
                ran = True
        return ran

    def _stopped(self, workflow: Any) -> bool:
        """Has the activity around this workflow ended, or been interrupted a moment ago?"""
        if workflow.parent_task_id is None:
            return False
        owner = self._case.find(workflow.parent_task_id)
        return owner is None or bool(owner._state & FINISHED) or interrupted(owner)

    def _note_flows(self, task: LeanTask) -> None:
        scope = task.workflow.spec.name
        for child in task.children:
            if child._state & (OPEN | FINISHED) and not is_child(child.task_spec):
                flow = self._definition.flows.get(
                    (scope, self.element, element_of(child.task_spec))
                )
                if flow is not None:
                    self.flows.append(flow)
