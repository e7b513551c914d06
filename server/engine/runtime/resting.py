"""A case at rest: what it waits for, what changed since before, and what may be forgotten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from server.engine.port import OpenTask, Stayed, Subscription, TimerWanted
from server.engine.runtime.casetree import FINISHED, Case, LeanTask, element_of, enclosing_item
from server.engine.runtime.events import PassiveMessage, PassiveTimer, definitions_of, interrupts
from server.engine.runtime.joins import MergingEnd, MergingParallel, take_in
from server.engine.runtime.values import copied

#: (task id, element id; empty for work) -> the task and, for an event, its definition
Waits = dict[tuple[str, str], tuple[LeanTask, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What began and ended to wait between two moments of a case."""

    opened: tuple[OpenTask, ...]
    closed: tuple[OpenTask, ...]
    timers_wanted: tuple[TimerWanted, ...]
    timers_dropped: tuple[TimerWanted, ...]
    subscribed: tuple[Subscription, ...]
    unsubscribed: tuple[Subscription, ...]


def waits_of(case: Case) -> Waits:
    """Everything the case waits for that somebody outside must do."""
    waits: Waits = {}
    for workflow in case.workflows():
        for task in workflow.tasks.values():
            if task._state == TaskState.READY:
                if task.task_spec.manual:
                    waits[task.id, ""] = (task, None)
            elif task._state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
                for definition in definitions_of(task):
                    if isinstance(definition, PassiveTimer | PassiveMessage):
                        waits[task.id, definition.element] = (task, definition)
    return waits


def difference(before: Waits, after: Waits) -> Difference:
    """What is in one and not in the other."""
    begun = [wait for key, wait in after.items() if key not in before]
    ended = [wait for key, wait in before.items() if key not in after]
    return Difference(
        opened=tuple(_works(begun)),
        closed=tuple(_works(ended)),
        timers_wanted=tuple(_timers(begun)),
        timers_dropped=tuple(_timers(ended)),
        subscribed=tuple(_subscriptions(begun)),
        unsubscribed=tuple(_subscriptions(ended)),
    )


def stayed(before: Waits, after: Waits) -> Stayed:
    """What is in both, as it is after."""
    same = [wait for key, wait in after.items() if key in before]
    return Stayed(
        work=tuple(_works(same)),
        timers=tuple(_timers(same)),
        subscriptions=tuple(_subscriptions(same)),
    )


def renamed(waits: Waits, mapping: Mapping[str, str]) -> Waits:
    """The same with the elements under the names they have in another version."""
    return {(key, mapping.get(element) or element): wait for (key, element), wait in waits.items()}


def settle(case: Case) -> None:
    """Forget what nothing will come back to; what the case waits for does not change.

    Parts whose task is finished or gone; at the top, tokens that reached the end while others go
    on (their variables are in the table already); finished tasks above all open ones.
    """
    for key in list(case.subprocesses):
        owner = case.find(key)
        if owner is None or owner._state & FINISHED:
            case.drop_part(key)
    opened = case.open_tasks()
    arrived = [task for task in opened if isinstance(task.task_spec, MergingEnd)]
    if len(arrived) < len(opened):
        take_in(arrived)
    for workflow in case.workflows():
        _compact(workflow)


def _compact(workflow: Any) -> None:
    """Drop finished tasks above the newest common ancestor of all open ones."""
    opened = workflow.open_tasks()
    if not opened:
        return
    trunk = _path(opened[0])
    for task in opened[1:]:
        trunk = _shared(trunk, _path(task))
    newest = trunk[-1]
    if not newest._state & FINISHED:
        if len(trunk) < 2:
            return
        newest = trunk[-2]
    newest = _with_its_block(workflow, newest)
    root = workflow.task_tree
    if newest is root or newest._parent == root.id:
        return
    todo = root.children
    while todo:
        task = todo.pop()
        if task is not newest:
            todo += task.children
            del workflow.tasks[task.id]
    newest._parent = root.id
    root._children = [newest.id]
    workflow.last_task = None


def _with_its_block(workflow: Any, newest: LeanTask) -> LeanTask:
    """The ancestor below which a fired join lies together with all it took, or with none of it.

    A jump into one branch undoes the join and needs the arrivals of the others; without them, or
    with one of them but without the join, that join would wait for ever (``jump``).
    """
    tasks = workflow.tasks
    fired = [
        [join, *(tasks[key] for key in join.internal_data["took"] if key in tasks)]
        for join in tasks.values()
        if "took" in join.internal_data and isinstance(join.task_spec, MergingParallel)
    ]
    parted = True
    while parted:
        parted = False
        for stands in fired:
            outside = [task for task in stands if newest not in _path(task)]
            if stands[0] is not newest and 0 < len(outside) < len(stands):
                trunk = _path(newest)
                for task in outside:
                    trunk = _shared(trunk, _path(task))
                newest, parted = trunk[-1], True
    return newest


def _path(task: LeanTask) -> list[LeanTask]:
    path = [task]
    while (parent := path[-1].parent) is not None:
        path.append(parent)
    path.reverse()
    return path


def _shared(one: list[LeanTask], other: list[LeanTask]) -> list[LeanTask]:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left is not right:
            break
        length += 1
    return one[:length]


def _works(waits: list[tuple[LeanTask, Any]]) -> Iterator[OpenTask]:
    for task, definition in waits:
        if definition is None:
            yield open_task(task)


def open_task(task: LeanTask) -> OpenTask:
    """A user task as callers see it."""
    instance = enclosing_item(task)
    internal: Mapping[str, Any] = {} if instance is None else instance.internal_data
    return OpenTask(
        task_key=task.id,
        node_key=element_of(task.task_spec),
        lane=task.task_spec.lane or "",
        instance=internal.get("key"),
        item=copied(internal.get("item")),
        scopes=tuple(_scopes(task)),
        data=copied(task.data),
    )


def _scopes(task: LeanTask) -> Iterator[str]:
    """Keys of the tasks around it, from outside inwards, as far as these are still there."""
    key = task.workflow.parent_task_id
    if key is not None:
        owner = task.workflow.top_workflow.find(key)
        yield from () if owner is None else _scopes(owner)
        yield key


def _timers(waits: list[tuple[LeanTask, Any]]) -> Iterator[TimerWanted]:
    for task, definition in waits:
        if isinstance(definition, PassiveTimer):
            yield TimerWanted(
                task_key=task.id,
                element=definition.element,
                kind=definition.kind,
                wish=definition.wish,
                interrupting=interrupts(task),
            )


def _subscriptions(waits: list[tuple[LeanTask, Any]]) -> Iterator[Subscription]:
    for task, definition in waits:
        if isinstance(definition, PassiveMessage):
            yield Subscription(
                task_key=task.id, element=definition.element, message=definition.message
            )
