"""Migration: the rows of a state read against the new version, or the reasons why not.

Rows keep their ids, data and timers; only what the new version draws differently is put right:
boundary events that are new begin to wait, a step that got its first one gets the node above it.
The stock way resets open tasks, so that drafts and due dates are lost (tests/engine/
test_migration.py).

A mapping renames open elements (old id to new id); an empty new id drops a boundary event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import MigrationRefused
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine.runtime.casetree import FINISHED, OPEN, Case, LeanTask, element_of
from server.engine.runtime.codec import Row, assemble, unseal
from server.engine.runtime.parsing import Definition

_SUFFIXES: Final = (" [child]", ".BoundaryEventSplit", ".BoundaryEventJoin")
_ID, _ABOVE, _TICK, _STATE, _SPEC, _TRIGGERED, _INTERNAL, _CHANGED, _REMOVED = range(9)


def migrate(
    source: Definition, target: Definition, state: bytes, mapping: Mapping[str, str]
) -> Case:
    """The case of ``state`` as a case of ``target``; it has no powers yet.

    Raises:
        MigrationRefused: open elements that the new version does not have, or has as another
            kind; one reason each.
        StateUnreadable: the state is broken.
    """
    header, rows, parts = unseal(state)
    reading = _Reading(target, mapping)
    moved = reading.rows(source.spec, target.spec, rows)
    moved_parts = []
    for key, name, completed, data, part_rows in parts:
        owner = reading.specs.get(key)
        if owner is not None:
            part = target.parts[owner.spec]
            inner = reading.rows(source.parts[name], part, part_rows)
            moved_parts.append([key, part.name, completed, data, inner])
    if reading.reasons:
        raise MigrationRefused(
            _("该事项正在办理的环节在新版本流程中不存在或已改变"), reading.reasons
        )
    variables = {**dict.fromkeys(sorted(target.files.variables)), **header[3]}
    case = assemble(target, [[*header[:3], variables, *header[4:]], moved, moved_parts])
    for workflow in case.workflows():
        for name in workflow.spec.data_objects:
            workflow.data.setdefault("data_objects", {}).setdefault(name, None)
        _draw_boundaries(workflow)
    return case


@dataclass(slots=True)
class _Reading:
    """Reads rows of the old version in the new one, and collects what does not fit."""

    target: Definition
    mapping: Mapping[str, str]
    reasons: list[Finding] = field(default_factory=list)
    #: task id -> its spec in the new version
    specs: dict[str, Any] = field(default_factory=dict)

    def rows(self, old: Any, new: Any, rows: list[Row]) -> list[Row]:
        """The rows of one workflow; rows below a dropped one are dropped."""
        kept: list[Row] = []
        for row in rows:
            above = row[_ABOVE]
            if above is None or above in self.specs:
                spec = self._spec(old, new, row)
                if spec is not None:
                    self.specs[row[_ID]] = spec
                    kept.append([*row[:_SPEC], spec.name, *row[_TRIGGERED:]])
        missing = self.target.files.variables - kept[0][_CHANGED].keys()
        kept[0][_CHANGED] = {**dict.fromkeys(sorted(missing)), **kept[0][_CHANGED]}
        return kept

    def _spec(self, old: Any, new: Any, row: Row) -> Any:
        """The spec of a row in the new version; None when the row is dropped or refused."""
        was = old.task_specs[row[_SPEC]]
        if was is old.end:
            return new.end
        found = new.task_specs.get(self._renamed(row[_SPEC]))
        if row[_STATE] & FINISHED:
            return found or new.start
        if found is None:
            if not self._is_dropped(was):
                self._refuse("MIGRATION_STEP_MISSING", was, _("正在办理的环节在新版本中不存在"))
            return None
        if type(found) is not type(was):
            self._refuse("MIGRATION_STEP_CHANGED", was, _("正在办理的环节在新版本中类型不同"))
            return None
        arrived = row[_STATE] == TaskState.WAITING and len(found.inputs) > 1
        if arrived and self.specs[row[_ABOVE]] is new.start:
            text = _("已办完的分支在新版本中不存在，无法汇合")
            self._refuse("MIGRATION_BRANCH_MISSING", was, text)
            return None
        return found

    def _renamed(self, name: str) -> str:
        suffix = next((each for each in _SUFFIXES if name.endswith(each)), "")
        element = name.removesuffix(suffix)
        return self.mapping.get(element, element) + suffix

    def _is_dropped(self, spec: Any) -> bool:
        """Boundary events the mapping drops, and nodes that only the engine knows."""
        element = element_of(spec)
        return not element or (
            isinstance(spec, BoundaryEvent) and not self.mapping.get(element, "?")
        )

    def _refuse(self, code: str, spec: Any, message: str) -> None:
        fix = _("请在迁移对照表中指明新版本中对应的环节")
        self.reasons.append(Finding(code=code, element=element_of(spec), message=message, fix=fix))


def _draw_boundaries(workflow: Any) -> None:
    """Open steps get the boundary events that the new version has and the old had not."""
    specs = workflow.spec.task_specs
    for task in workflow.open_tasks():
        split = specs.get(f"{task.task_spec.name}.BoundaryEventSplit")
        if split is not None and task.parent.task_spec is not split:
            _put_above(workflow, task, split)
    for task in list(workflow.tasks.values()):
        if isinstance(task.task_spec, BoundaryEventSplit) and task._state == TaskState.COMPLETED:
            _add_events(task)


def _put_above(workflow: Any, task: LeanTask, split: Any) -> None:
    above = task.parent
    above._children.remove(task.id)
    node = above._add_child(split, TaskState.FUTURE)
    node.follow(above)
    node._set_state(TaskState.COMPLETED)
    node._children = [task.id]
    task._parent = node.id
    # rows go out in the order of the dict, parents before children
    todo = [task]
    while todo:
        here = todo.pop()
        workflow.tasks[here.id] = workflow.tasks.pop(here.id)
        todo += here.children


def _add_events(split: LeanTask) -> None:
    children = split.children
    if not any(child._state & OPEN and not _is_event(child) for child in children):
        return
    waiting = {child.task_spec for child in children}
    for spec in split.task_spec.outputs:
        if isinstance(spec, BoundaryEvent) and spec not in waiting:
            event = split._add_child(spec, TaskState.WAITING)
            spec._predict(event, mask=TaskState.NOT_FINISHED_MASK)
            spec._update(event)


def _is_event(task: LeanTask) -> bool:
    return isinstance(task.task_spec, BoundaryEvent)
