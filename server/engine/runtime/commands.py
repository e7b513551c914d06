"""What each command of the port does to a case at rest, before the case runs on."""

from SpiffWorkflow.util.task import TaskState

from server.domain.errors import UnknownTask
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.port import Amend, Cancel, CompleteTask, Deliver, Return, Start, TimerDue
from server.engine.runtime.casetree import (
    Case,
    LeanTask,
    begin,
    element_of,
    enclosing_item,
    plant,
)
from server.engine.runtime.events import (
    PassiveMessage,
    PassiveTimer,
    definitions_of,
    fire,
    fire_beside,
    happen,
    waiting_for,
)
from server.engine.runtime.jump import jump
from server.engine.runtime.merging import put
from server.engine.runtime.parsing import Definition
from server.engine.runtime.steps import Step
from server.engine.runtime.tasks import start_of
from server.engine.runtime.values import clean

#: commands that go to a case, old or new
CaseCommand = Start | CompleteTask | TimerDue | Deliver | Return | Cancel | Amend


def apply(definition: Definition, case: Case, step: Step, command: CaseCommand) -> None:
    """Do what the command says; nothing else of the case has moved yet.

    Raises:
        Invalid: variables that are not plain JSON, or lack the result of an item.
        UnknownTask: what the command names is not there, or no longer.
    """
    match command:
        case Start():
            start(definition, case, command)
        case CompleteTask():
            _complete(case, step, command)
        case TimerDue():
            _due(case, step, command)
        case Deliver():
            _deliver(case, step, command)
        case Return():
            _return(case, step, command)
        case Cancel():
            case.close()
        case Amend():
            _amend(case, command)


def start(definition: Definition, case: Case, command: Start) -> None:
    """Put the first token on the start event the command means; every declared name exists."""
    variables: dict[str, Json] = dict.fromkeys(sorted(definition.files.variables))
    variables.update(clean(command.variables))
    case.variables = dict(variables)
    begun = begin(plant(case, variables), start_of(case.spec, command.message), variables, {})
    if begun._state == TaskState.WAITING:
        fire(begun, next(definitions_of(begun)))


def _complete(case: Case, step: Step, command: CompleteTask) -> None:
    task = _task(case, command.task_key)
    if task._state != TaskState.READY or not task.task_spec.manual:
        raise UnknownTask(_("该任务已办结或已失效"))
    answers = clean(command.variables)
    if "key" in task.internal_data:
        task.parent.task_spec.check_result(answers)
    task.data = {**task.data, **answers}
    case.write(task, answers)
    step.run(task)


def _due(case: Case, step: Step, command: TimerDue) -> None:
    step.element = command.element
    task = _task(case, command.task_key)
    definition = waiting_for(task, PassiveTimer, command.element)
    (fire_beside if command.again else fire)(task, definition)


def _deliver(case: Case, step: Step, command: Deliver) -> None:
    step.element = command.element
    task = _task(case, command.task_key)
    definition = waiting_for(task, PassiveMessage, command.element)
    task.internal_data["payload"] = clean(command.payload)
    happen(task, definition)


def _return(case: Case, step: Step, command: Return) -> None:
    answers = clean(command.variables)
    case.variables.update(answers)
    scope = command.scope
    for place in command.into:
        step.element = place
        jump(case, place, {**_current(case, scope), **answers}, scope)
        scope = _begun_again(case, step, place, scope)
    step.element = command.target
    jump(case, command.target, {**_current(case, scope), **answers}, scope)


def _begun_again(case: Case, step: Step, place: str, scope: str | None) -> str:
    """The task of a call or subprocess at which a new token stands, with the part it begins.

    What is passed on the way was passed before; it leaves no trace.
    """
    passed, flows = len(step.visited), len(step.flows)
    step.run_until_rest()
    del step.visited[passed:], step.flows[flows:]
    case.thrown.clear()
    case.decided.clear()
    around = case if scope is None else case.subprocesses[scope]
    found = [
        task
        for task in around.tasks.values()
        if task.id in case.subprocesses and element_of(task.task_spec) == place
    ]
    if not found:
        raise UnknownTask(_("要退回的子流程没有可以办理的环节"), element=place)
    return max(found, key=lambda task: task.last_state_change).id


def _amend(case: Case, command: Amend) -> None:
    values = clean(command.variables)
    case.variables.update(values)
    put(case, values)


def _current(case: Case, scope: str | None) -> dict[str, Json]:
    """The variables of now: the table, and inside one item of a list what is known there."""
    part = case.subprocesses.get(scope) if scope is not None else None
    owner = case.find(part.parent_task_id) if part is not None else None
    opened = part.open_tasks() if part is not None else []
    if owner is None or enclosing_item(owner) is None or not opened:
        return case.variables
    newest = max(opened, key=lambda task: task.last_state_change)
    return {**case.variables, **newest.data}


def _task(case: Case, key: str) -> LeanTask:
    task = case.find(key)
    if task is None:
        raise UnknownTask(_("该任务已办结或已失效"))
    return task
