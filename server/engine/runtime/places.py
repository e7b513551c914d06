"""Where in a case a task stands, told without its key: the same place, whenever the case is run.

A task key is random, so a log that names keys cannot be played again. A place names the element,
its item of a list, and which of several alike (a repeated reminder opens the same step twice), for
each activity on the way from the case to the task.
"""

from typing import Any

from server.domain.errors import UnknownTask
from server.domain.texts import _
from server.engine.port import Command, Place, Spot
from server.engine.runtime.casetree import Case, LeanTask, element_of


def place_of(case: Case, command: Command) -> Place:
    """The place of the task, or of the activity, that the command names; empty when it names none,
    or one that is not there."""
    key = getattr(command, "task_key", None) or getattr(command, "scope", None)
    task = None if key is None else case.find(key)
    spots: list[Spot] = []
    while task is not None:
        spots.append(_spot(task))
        owner = task.workflow.parent_task_id
        task = None if owner is None else case.find(owner)
    return tuple(reversed(spots))


def task_at(case: Case, place: Place) -> str:
    """Key of the task that stands at this place.

    Raises:
        UnknownTask: none does.
    """
    workflow: Any = case
    key = ""
    for spot in place:
        alike = [] if workflow is None else _alike(workflow, spot.element, spot.instance)
        if spot.nth >= len(alike):
            raise UnknownTask(_("该任务已办结或已失效"), element=spot.element)
        key = alike[spot.nth].id
        workflow = case.subprocesses.get(key)
    return key


def _spot(task: LeanTask) -> Spot:
    element, instance = element_of(task.task_spec), task.internal_data.get("key")
    alike = _alike(task.workflow, element, instance)
    return Spot(
        element=element, instance=instance, nth=alike.index(task) if task in alike else len(alike)
    )


def _alike(workflow: Any, element: str, instance: str | None) -> list[LeanTask]:
    """The open tasks of this element and item, in the order in which they came to be so."""
    found = [
        task
        for task in workflow.open_tasks()
        if element_of(task.task_spec) == element and task.internal_data.get("key") == instance
    ]
    return sorted(found, key=lambda task: task.last_state_change)
