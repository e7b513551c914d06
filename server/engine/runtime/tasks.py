# mypy: disallow-subclassing-any=False
"""Subprocess, call activity and business rule task, as this engine runs them.

A subprocess begins at its none start event and does not go on when an interrupting boundary
event has fired already: the stock engine lets an error end event complete the subprocess first
and then cancels what followed (SpiffWorkflow 3.2.0, tests/engine/test_tasks.py).
A business rule task assigns the result of its decision: it replaces, it never merges.
"""

from typing import Any

from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, BpmnSpecMixin, CallActivity
from SpiffWorkflow.bpmn.specs.defaults import SubWorkflowTask as Subprocess
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import EngineError
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.runtime.casetree import (
    FINISHED,
    LeanTask,
    begin,
    boundary_events,
    element_of,
    plant,
)
from server.engine.runtime.joins import take_in
from server.engine.xml_gate import RONGCUO, tag

_FIRED = TaskState.READY | TaskState.COMPLETED


class _Scope:
    """What embedded subprocess and call activity share; mixed before the stock class."""

    spec: str

    def start_workflow(self, my_task: LeanTask) -> None:
        top = my_task.workflow.top_workflow
        part = top.create_subprocess(my_task, self.spec)
        part.completed_event.connect(self._on_subworkflow_completed, my_task)
        root = plant(part, self.given(my_task, part), my_task)
        begin(root, start_of(part.spec), root.data, root.versions)

    def given(self, my_task: LeanTask, part: Any) -> dict[str, Json]:
        """The variables the subprocess begins with."""
        return dict(my_task.data)

    def update_data(self, my_task: LeanTask, part: Any) -> None:
        my_task.follow(part.last_task)

    def _on_subworkflow_completed(self, part: Any, my_task: LeanTask) -> None:
        if not interrupted(my_task) and my_task._state == TaskState.STARTED:
            self.update_data(my_task, part)
            my_task._set_state(TaskState.READY)

    def _update_hook(self, my_task: LeanTask) -> bool:
        if my_task.workflow.top_workflow.subprocesses.get(my_task.id) is None:
            BpmnTaskSpec._update_hook(self, my_task)
            self.start_workflow(my_task)
            my_task._set_state(TaskState.STARTED)
        return False

    def _on_cancel(self, my_task: LeanTask) -> None:
        part = my_task.workflow.top_workflow.subprocesses.get(my_task.id)
        if part is not None:
            part.close()


class EmbeddedPart(_Scope, Subprocess):
    """An embedded subprocess: sees and leaves all variables."""


class CalledPart(_Scope, CallActivity):
    """A call activity: with an ``ioSpecification`` only the variables named there pass."""

    def given(self, my_task: LeanTask, part: Any) -> dict[str, Json]:
        """All variables, or those named as inputs."""
        wanted = part.spec.io_specification
        if wanted is None or not wanted.data_inputs:
            return dict(my_task.data)
        return _picked(wanted.data_inputs, my_task.data, element_of(self))

    def update_data(self, my_task: LeanTask, part: Any) -> None:
        """All variables of the called process, or those named as outputs."""
        wanted = part.spec.io_specification
        if wanted is None or not wanted.data_outputs:
            my_task.follow(part.last_task)
        else:
            results = _picked(wanted.data_outputs, part.last_task.data, element_of(self))
            part.last_task.stamp()
            my_task.adopt(results, part.last_task.versions)


class ActivityOver(BoundaryEventJoin):
    """Behind an activity and each of its events: when it is over, nothing waits beside it.

    The stock class walks the tree above and below, by recursion (SpiffWorkflow 3.2.0,
    specs/Join.py:204).
    """

    def _update_hook(self, my_task: LeanTask) -> bool:
        my_task._inherit_data()
        split = my_task.parent.parent
        events = [each for each in split.children if isinstance(each.task_spec, BoundaryEvent)]
        activities = [each for each in split.children if each not in events]
        ended = any(each._state & _FIRED and each.task_spec.cancel_activity for each in events)
        if not ended and not all(each._state & FINISHED for each in activities):
            my_task._set_state(TaskState.WAITING)
            return False
        for each in activities if ended else ():
            each.cancel()
        for each in events:
            if each._state == TaskState.WAITING:
                each.cancel()
        beside = [child for each in split.children for child in each.children]
        others = [each for each in beside if each.task_spec is self and each is not my_task]
        take_in(each for each in others if not each._state & FINISHED)
        return True


class RuleTask(BpmnSpecMixin):
    """A business rule task: asks one decision and assigns its result to one variable."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.decision = ""
        self.result = ""

    def _run_hook(self, my_task: LeanTask) -> bool:
        case = my_task.workflow.top_workflow
        context = {**my_task.workflow.data_objects, **my_task.data}
        made = case.powers.decide(self.decision, self.bpmn_id, context)
        case.decided.append(made)
        assigned = {self.result: made.result}
        my_task.data = {**my_task.data, **assigned}
        case.write(my_task, assigned)
        return True


class PlainParser(TaskParser):
    """User, manual and plain tasks."""


class RuleTaskParser(TaskParser):
    """Reads ``rongcuo:decision`` and ``rongcuo:result``."""

    def create_task(self) -> RuleTask:
        """The task with its two attributes."""
        task: RuleTask = super().create_task()
        task.decision = self.node.get(tag("decision", RONGCUO), "")
        task.result = self.node.get(tag("result", RONGCUO), "")
        if not (task.decision and task.result):
            self.raise_validation_exception("a business rule task names a decision and a result")
        return task


def interrupted(my_task: LeanTask) -> bool:
    """Has an interrupting boundary event of this activity fired, though it still stands?"""
    return any(
        event._state & _FIRED and event.task_spec.cancel_activity
        for event in boundary_events(my_task)
    )


def start_of(spec: Any, message: str | None = None) -> Any:
    """The start event at which ``spec`` begins: that of the message, or the one without.

    Raises:
        EngineError: there is no such start event.
    """
    starts = spec.bpmn_start_events
    if message is not None:
        found = [
            each for each in starts if getattr(each.event_definition, "message", "") == message
        ]
    else:
        found = [each for each in starts if isinstance(each.event_definition, NoneEventDefinition)]
        found = found or [each for each in starts if not hasattr(each.event_definition, "message")]
    if not found:
        raise EngineError(
            _("流程没有可用的开始事件"), element=str(spec.name), detail=f"message: {message}"
        )
    return found[0]


def _picked(wanted: list[Any], data: dict[str, Json], element: str) -> dict[str, Json]:
    missing = [each.bpmn_id for each in wanted if each.bpmn_id not in data]
    if missing:
        raise EngineError(
            _("被调用的流程缺少约定的数据项，本步骤没有执行"),
            element=element,
            detail=", ".join(missing),
        )
    return {each.bpmn_id: data[each.bpmn_id] for each in wanted}
