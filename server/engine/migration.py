"""Migration: the rows of a state read against the new version, or the reasons why not.

Rows keep their ids, data and timers; only what the new version draws differently is put right:
boundary events that are new begin to wait, a step that got its first one gets the node above it.
The stock way resets open tasks, so that drafts and due dates are lost (tests/engine/
test_migration.py).

A mapping renames open elements (old id to new id); an empty new id drops a boundary event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import MigrationRefused
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine.casetree import FINISHED, OPEN, Case, LeanTask, element_of
from server.engine.codec import Row, assemble, unseal
from server.engine.specs import Definition

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
    reading = _Reading(target, mapping, [])
    moved = reading.rows(source.spec, target.spec, rows)
    owners = {row[_ID]: row for row in moved}
    moved_parts = []
    for key, name, completed, data, part_rows in parts:
        owner = owners.get(key)
        if owner is None:
            continue
        part = target.parts[reading.part_of(owner)]
        inner = reading.rows(source.parts[name], part, part_rows)
        owners.update({row[_ID]: row for row in inner})
        moved_parts.append([key, part.name, completed, data, inner])
    if reading.reasons:
        raise MigrationRefused(
            _("该事项正在办理的环节在新版本流程中不存在或已改变"), reading.reasons
        )
    variables = {**dict.fromkeys(sorted(target.files.variables)), **header[3]}
    case = assemble(target, [[*header[:3], variables], moved, moved_parts])
    for workflow in case.workflows():
        _draw_boundaries(workflow)
    return case


@dataclass(slots=True)
class _Reading:
    """Reads rows of the old version in the new one, and collects what does not fit."""

    target: Definition
    mapping: Mapping[str, str]
    reasons: list[Finding]

    def rows(self, old: Any, new: Any, rows: list[Row]) -> list[Row]:
        """The rows of one workflow; rows below a dropped one are dropped."""
        kept: list[Row] = []
        names: dict[str, Any] = {}
        for row in rows:
            if row[_ABOVE] is not None and row[_ABOVE] not in names:
                continue
            spec = self._spec(old, new, row, names.get(row[_ABOVE]))
            if spec is None:
                continue
            names[row[_ID]] = spec
            kept.append([*row[:_SPEC], spec.name, *row[_TRIGGERED:]])
        missing = self.target.files.variables - kept[0][_CHANGED].keys()
        kept[0][_CHANGED] = {**dict.fromkeys(sorted(missing)), **kept[0][_CHANGED]}
        return kept

    def part_of(self, owner: Row) -> str:
        """The process or subprocess that an open call activity or subprocess runs."""
        for spec in (self.target.spec, *self.target.parts.values()):
            found = spec.task_specs.get(owner[_SPEC])
            if found is not None and hasattr(found, "spec"):
                return str(found.spec)
        raise KeyError(owner[_SPEC])

    def _spec(self, old: Any, new: Any, row: Row, above: Any) -> Any:
        """The spec of a row in the new version; None when the row is dropped."""
        was = old.task_specs[row[_SPEC]]
        if was is old.end:
            return new.end
        name = self._renamed(row[_SPEC])
        found = new.task_specs.get(name)
        if row[_STATE] & FINISHED:
            return found or new.start
        if found is None and (not name or not element_of(was)):
            return None
        if found is None:
            return self._refuse(was, "MIGRATION_STEP_MISSING", _("正在办理的环节在新版本中不存在"))
        if type(found) is not type(was):
            return self._refuse(
                was, "MIGRATION_STEP_CHANGED", _("正在办理的环节在新版本中类型不同")
            )
        if above is new.start and len(found.inputs) > 1 and row[_STATE] == TaskState.WAITING:
            return self._refuse(
                was, "MIGRATION_BRANCH_MISSING", _("已办完的分支在新版本中不存在，无法汇合")
            )
        return found

    def _renamed(self, name: str) -> str:
        for suffix in _SUFFIXES:
            if name.endswith(suffix):
                return (
                    self.mapping.get(name.removesuffix(suffix), name.removesuffix(suffix)) + suffix
                )
        return self.mapping.get(name, name)

    def _refuse(self, spec: Any, code: str, message: str) -> Any:
        self.reasons.append(
            Finding(
                code=code,
                element=element_of(spec),
                message=message,
                fix=_("请在迁移对照表中指明新版本中对应的环节"),
            )
        )
        return spec


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
    node.data = dict(above.data)
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
