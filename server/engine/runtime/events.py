# mypy: disallow-subclassing-any=False
"""Events: timers and messages are passive and fire by command only, conditions are asked by us.

A timer's text is a key or a literal that is never evaluated here; a thrown message is handed to
the caller, who routes it. The stock definitions poll the clock, deliver a message to any case
that waits, and read texts as Python (SpiffWorkflow 3.2.0, tests/engine/test_events.py).

Internal data of a waiting task: ``event_fired``; ``payload``, and ``writes`` whose values it is,
between a delivery and the run;
``chosen``, at an event gateway, the name of the spec whose event came.
"""

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, EndEvent, EventBasedGateway
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import EngineError, UnknownTask
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.port import MessageSent
from server.engine.runtime.casetree import AHEAD, Case, LeanTask, boundary_events
from server.engine.runtime.values import copied


class Passive(EventDefinition):
    """An event that nothing inside the engine can fire; equal when it is the same element."""

    def __init__(self, element: str, description: str) -> None:
        super().__init__(element, description=description)
        self.element = element

    def catches(self, my_task: LeanTask, event: Any) -> bool:
        """Never: events come by command."""
        return False

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.element == self.element

    def __hash__(self) -> int:
        return hash(self.element)


class PassiveTimer(Passive):
    """A wish to be woken; ``kind`` and ``wish`` as written in the diagram."""

    def __init__(self, element: str, kind: str, wish: str) -> None:
        super().__init__(element, "Timer")
        self.kind = kind
        self.wish = wish


class PassiveMessage(Passive):
    """A message waited for, or thrown to whoever routes it."""

    def __init__(self, element: str, message: str) -> None:
        super().__init__(element, "Message")
        self.message = message

    def throw(self, my_task: LeanTask) -> None:
        """Hand the message to the caller of the step."""
        my_task.workflow.top_workflow.thrown.append(
            MessageSent(element=self.element, message=self.message, data=copied(my_task.data))
        )

    def update_task_data(self, my_task: LeanTask) -> None:
        """The payload joins the data of the token."""
        payload = my_task.internal_data.pop("payload", None)
        if payload:
            my_task.data = {**my_task.data, **payload}
            my_task.workflow.top_workflow.write(my_task, payload)


class PassiveCondition(Passive):
    """A condition over the case, asked once each time the step has come to rest."""

    def __init__(self, element: str, expression: str) -> None:
        super().__init__(element, "Conditional")
        self.expression = expression


class BareSignal(Passive):
    """A signal inside one case; it carries nothing, each branch keeps its own data."""

    def __init__(self, element: str, signal: str) -> None:
        super().__init__(element, "Signal")
        self.signal = signal

    def throw(self, my_task: LeanTask) -> None:
        """To every branch of the case that waits for it."""
        heard = [
            (task, definition)
            for workflow in my_task.workflow.top_workflow.workflows()
            for task in workflow.open_tasks()
            for definition in awaited(task)
            if isinstance(definition, BareSignal) and definition.signal == self.signal
        ]
        for task, definition in heard:
            if task._state == TaskState.WAITING and task.id in task.workflow.tasks:
                happen(task, definition)


class Alarm(Passive):
    """An error or escalation: goes outwards to the nearest boundary event that takes its code.

    An error that nobody takes stops the step; the stock engine goes on as if nothing had been.
    """

    def __init__(self, element: str, kind: str, code: str) -> None:
        super().__init__(element, kind)
        self.kind = kind
        self.code = code

    def throw(self, my_task: LeanTask) -> None:
        """Outwards, with the data of the moment."""
        catcher = _catcher(self, my_task)
        if catcher is not None:
            my_task.stamp()
            catcher.internal_data["payload"] = copied(my_task.data)
            catcher.internal_data["writes"] = dict(my_task.versions)
            happen(catcher, catcher.task_spec.event_definition)
        elif self.kind == "error":
            raise EngineError(
                _("流程抛出的错误没有被任何边界事件接住，本步骤没有执行"),
                element=self.element,
                detail=f"error code: {self.code}",
            )

    def update_task_data(self, my_task: LeanTask) -> None:
        """The data of the moment go on behind the boundary event."""
        payload = my_task.internal_data.pop("payload", None)
        my_task.adopt(payload or {}, my_task.internal_data.pop("writes", {}))


class FirstOf(MultipleEventDefinition):
    """The events of an event gateway; the one that came is noted by the name of its spec."""

    def has_fired(self, my_task: LeanTask) -> bool:
        """Has one of the events come?"""
        return "chosen" in my_task.internal_data

    def reset(self, my_task: LeanTask) -> None:
        """Forget which came."""
        my_task.internal_data.pop("chosen", None)


class EventChoice(EventBasedGateway):
    """An event gateway: goes on behind the one event that came."""

    def _run_hook(self, my_task: LeanTask) -> bool:
        spec = my_task.workflow.spec.task_specs[my_task.internal_data.pop("chosen")]
        definition = self.event_definition.event_definitions[self.outputs.index(spec)]
        definition.update_task_data(my_task)
        my_task._sync_children([spec], TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=AHEAD)
        return True


class TerminatingEnd(EndEvent):
    """An end event; a terminating one ends all of its process, however deep the tree."""

    def _on_complete_hook(self, my_task: LeanTask) -> None:
        if isinstance(self.event_definition, TerminateEventDefinition):
            my_task._drop_children(force=True)
            my_task.workflow.close()
        else:
            super()._on_complete_hook(my_task)


def definitions_of(task: LeanTask) -> Iterator[Any]:
    """What a waiting task waits for; several at an event gateway."""
    definition = task.task_spec.event_definition
    if isinstance(definition, FirstOf):
        yield from definition.event_definitions
    else:
        yield definition


def awaited(task: LeanTask) -> Iterator[Any]:
    """What a task waits for now; nothing when it is no event or does not wait."""
    if task._state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
        yield from definitions_of(task)


def interrupts(task: LeanTask) -> bool:
    """Does the event end what it is attached to; true of every event but one kind of boundary."""
    return not isinstance(task.task_spec, BoundaryEvent) or bool(task.task_spec.cancel_activity)


def choose(task: LeanTask, definition: Any) -> None:
    """At an event gateway: this is the event that came."""
    gateway = task.task_spec
    for index, each in enumerate(gateway.event_definition.event_definitions):
        if each is definition:
            task.internal_data["chosen"] = gateway.outputs[index].name


def fire(task: LeanTask, definition: Any) -> None:
    """Let the event of a waiting task happen."""
    if isinstance(task.task_spec.event_definition, FirstOf):
        choose(task, definition)
    else:
        definition.catch(task)
    task.task_spec._update(task)


def happen(task: LeanTask, definition: Any) -> None:
    """Let an event happen that may come again as long as its step is open, if it is beside it."""
    (fire if interrupts(task) else fire_beside)(task, definition)


def fire_beside(task: LeanTask, definition: Any) -> None:
    """Let a repeating event happen once more: a clone fires, the original stays armed."""
    clone = task.parent._add_child(task.task_spec, TaskState.WAITING)
    clone.triggered = True
    for name in {"payload", "writes"} & task.internal_data.keys():
        clone.internal_data[name] = task.internal_data.pop(name)
    task.task_spec._predict(clone, mask=TaskState.NOT_FINISHED_MASK)
    fire(clone, definition)


def waiting_for(task: LeanTask, kind: type[Passive], element: str) -> Any:
    """The definition of that kind and element a task waits for.

    Raises:
        UnknownTask: it does not wait for it, or no longer.
    """
    for definition in awaited(task):
        if isinstance(definition, kind) and definition.element == element:
            return definition
    raise UnknownTask(_("该事件已不再等待"), element=element)


def fire_conditions(case: Case) -> bool:
    """Ask every waiting condition once; fire the first that holds and say whether one did.

    A condition sees the data of its own branch and, over them, what other branches wrote last.
    """
    for workflow in list(case.workflows()):
        for task in workflow.open_tasks():
            for definition in awaited(task):
                if isinstance(definition, PassiveCondition) and _holds(task, definition):
                    fire(task, definition)
                    return True
    return False


def _holds(task: LeanTask, definition: PassiveCondition) -> bool:
    workflow = task.workflow
    contexts: tuple[dict[str, Json], ...] = (
        workflow.top_workflow.variables,
        task.data,
        workflow.data_objects,
    )
    try:
        holds: bool = workflow.script_engine.holds(definition.expression, *contexts)
    except EngineError as error:
        error.element = error.element or definition.element
        raise
    return holds


def _catcher(alarm: Alarm, my_task: LeanTask) -> LeanTask | None:
    """The waiting boundary event of the nearest scope around that takes the code of the alarm."""
    top = my_task.workflow.top_workflow
    scope = my_task.workflow
    while scope.parent_task_id is not None:
        owner = top.find(scope.parent_task_id)
        for event in boundary_events(owner):
            definition = event.task_spec.event_definition
            if event._state == TaskState.WAITING and _takes(definition, alarm):
                return event
        scope = owner.workflow
    return None


def _takes(definition: Any, alarm: Alarm) -> bool:
    return (
        isinstance(definition, Alarm)
        and definition.kind == alarm.kind
        and definition.code in ("", alarm.code)
    )
