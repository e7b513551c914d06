"""A running case as bytes and back: one tuple per task, without what can be predicted again.

``format byte | checksum (16) | JSON``. The JSON is ``[header, tasks, parts]``: each task as
``[id, parent, tick, state, spec, triggered, internal data, changed variables, removed ones]``,
against the data of its parent, parents before children; internal data with the ``versions`` that
differ from those of the parent. What the writes knew of each other is in the header. Tasks that
no token has reached are left
out and predicted anew with new ids, so that nothing of an abandoned future is accepted later.

The stock serializer drops changes of type (1 to true), writes the specs into each state, and
loads nothing again once an answer held the key ``typename`` (tests/engine/test_codec.py).
"""

import logging
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import BudgetExceeded, StateUnreadable
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.runtime.casetree import Case, LeanTask, Part
from server.engine.runtime.merging import forget
from server.engine.runtime.parsing import Definition
from server.engine.runtime.provenance import Versions
from server.engine.runtime.values import same

FORMAT: Final = b"\x01"
MAX_STATE: Final = 1_000_000
_CHECK: Final = 16
_LARGE: Final = 65_536
_INTERNAL: Final = 6
_log = logging.getLogger(__name__)

#: one task, as stored
Row = list[Any]


def encode(case: Case) -> bytes:
    """The state of a case at rest.

    Raises:
        BudgetExceeded: it is larger than 1 MB.
    """
    held = forget(case)
    writes = [_listed(case.writes.known), _listed(case.writes.absorbed)]
    header = [case.tick, case.completed, case.data, case.variables, writes]
    parts = [
        [key, part.spec.name, part.completed, part.data, _rows(part, held)]
        for key, part in case.subprocesses.items()
    ]
    state = seal([header, _rows(case, held), parts])
    if len(state) > _LARGE:
        _log.warning("the state of a case has %d bytes", len(state))
    if len(state) > MAX_STATE:
        raise BudgetExceeded(
            _("事项的流转数据超过上限，本步骤没有执行"), detail=f"{len(state)} bytes"
        )
    return state


def decode(definition: Definition, state: bytes) -> Case:
    """The case whose state this is; it evaluates nothing until a step begins.

    Raises:
        StateUnreadable: unknown format, broken, or not a state of this definition.
    """
    return assemble(definition, unseal(state))


def digest(state: bytes) -> bytes:
    """What tells one state from every other."""
    return blake2b(state, digest_size=_CHECK).digest()


def seal(document: Json) -> bytes:
    """Format byte, checksum and JSON."""
    body = orjson.dumps(document)
    return FORMAT + digest(body) + body


def unseal(state: bytes) -> Json:
    """The JSON of a state.

    Raises:
        StateUnreadable: unknown format or broken.
    """
    check, body = state[1 : 1 + _CHECK], state[1 + _CHECK :]
    if state[:1] != FORMAT:
        raise StateUnreadable(_("事项的流转状态格式无法识别"), detail=f"format {state[:1]!r}")
    if digest(body) != check:
        raise StateUnreadable(_("事项的流转状态已损坏"), detail="checksum")
    return orjson.loads(body)


def assemble(definition: Definition, document: Json) -> Case:
    """The case that the JSON of a state describes.

    Raises:
        StateUnreadable: it does not fit the definition.
    """
    try:
        (tick, completed, data, variables, *writes), rows, parts = document
        case = Case(definition.spec, definition.parts)
        case.tick, case.completed, case.data, case.variables = tick, completed, data, variables
        for known, absorbed in writes:
            case.writes.known, case.writes.absorbed = _unlisted(known), _unlisted(absorbed)
        _fill(case, rows, case)
        for row in parts:
            _add_part(definition, case, row)
        if not writes:
            _attribute(case)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StateUnreadable(
            _("事项的流转状态与流程图不符"), detail=f"{type(error).__name__}: {error}"
        ) from error
    tick = case.tick
    for workflow in case.workflows():
        for task in workflow.open_tasks():
            task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
    case.tick = tick
    return case


def _add_part(definition: Definition, case: Case, row: Json) -> None:
    key, name, completed, data, rows = row
    owner = case.find(key)
    if owner is None:
        raise ValueError(f"part {name} has no owner")
    part = Part(definition.parts[name], owner.id, case)
    part.completed, part.data = completed, data
    _fill(part, rows, case)
    case.subprocesses[owner.id] = part
    part.completed_event.connect(owner.task_spec._on_subworkflow_completed, owner)


def _attribute(case: Case) -> None:
    """A state of before provenance was kept: whatever differs from the data above was written."""
    for workflow in case.workflows():
        for task in workflow.tasks.values():
            owner = task.parent or case.find(workflow.parent_task_id or "")
            task.internal_data.pop("bases", None)
            task.internal_data.pop("seats", None)
            if owner is not None:
                task.differ(owner)


def _rows(workflow: Any, held: Mapping[str, Any]) -> list[Row]:
    """The tasks that a token has reached; ``held`` are those whose versions count."""
    tasks = workflow.tasks
    rows: list[Row] = []
    if not held:
        return [_row(task, tasks) for task in tasks.values() if task._state >= TaskState.WAITING]
    books: dict[str | None, Versions] = {None: {}}
    for task in tasks.values():
        if task._state >= TaskState.WAITING:
            above = books[task._parent]
            books[task.id] = task.versions if task.id in held else above
            rows.append(_row(task, tasks))
            if books[task.id] != above:
                rows[-1][_INTERNAL] = _attributed(task, above)
    return rows


def _row(task: LeanTask, tasks: dict[str, LeanTask]) -> Row:
    parent = tasks.get(task._parent) if task._parent is not None else None
    if parent is None:
        changed: dict[str, Json] = task.data
        removed: list[str] = []
    else:
        old = parent.data
        changed = {
            key: value
            for key, value in task.data.items()
            if key not in old or not same(value, old[key])
        }
        removed = [key for key in old if key not in task.data]
    return [
        task.id,
        None if parent is None else parent.id,
        task.last_state_change,
        task._state,
        task.task_spec.name,
        int(task.triggered),
        task.internal_data,
        changed,
        removed,
    ]


def _attributed(task: LeanTask, above: Versions) -> dict[str, Any]:
    """The internal data, with the versions that are others than those above."""
    older = {name: 0 for name in above if name not in task.versions}
    newer = {name: each for name, each in task.versions.items() if each != above.get(name)}
    return {**task.internal_data, "versions": {**older, **newer}}


def _listed(book: Mapping[int, frozenset[int]]) -> dict[str, list[int]]:
    return {str(write): sorted(knew) for write, knew in book.items()}


def _unlisted(book: Mapping[str, list[int]]) -> dict[int, frozenset[int]]:
    return {int(write): frozenset(knew) for write, knew in book.items()}


def _fill(workflow: Any, rows: list[Row], case: Case) -> None:
    specs, tasks = workflow.spec.task_specs, workflow.tasks
    for key, above, tick, state, spec, triggered, internal, changed, removed in rows:
        task = LeanTask.__new__(LeanTask)
        task.id = key
        task.workflow, task.task_spec, task.thread_id = workflow, specs[spec], 0
        task._state, task._children, task.last_state_change = state, [], tick
        task.triggered, task.internal_data = bool(triggered), internal
        parent = tasks[above] if above is not None else None
        task._parent = None if parent is None else parent.id
        if parent is None:
            workflow.task_tree, task.data = task, changed
        else:
            parent._children.append(task.id)
            task.data = {**parent.data, **changed}
            for name in removed:
                task.data.pop(name, None)
        versions = {} if parent is None else parent.versions
        if "versions" in internal:
            versions = {**versions, **internal.pop("versions")}
        if parent is None or changed or removed:
            task.become(task.data, versions)
        else:
            task.versions, task.stamped, task._seen = versions, parent.stamped, task.data
        tasks[task.id] = task
        if state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            case.event_manager.add_task(task)
