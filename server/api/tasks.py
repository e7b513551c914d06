"""Tasks: the lists of an official, one task with its form, and what is done to it."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from flask import Response, jsonify, request
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.schemas import MATTER, OpenTaskSchema, Paging, ReleaseSchema, TaskSchema, word
from server.domain.access import Permission
from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.lifecycle import WorkState
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.queries import inbox, versions
from server.queries.inbox import Entry
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import open_tasks, sheets
from server.services.files.open_tasks import Due, OpenTask
from server.services.files.sheets import Sheet
from server.services.identity import posts
from server.services.verbs import work

tasks = Blueprint("tasks", __name__, description=_("待办"))

#: a word of a filter
_WORD: Final = validate.Regexp(r"^[\w.\-]{1,120}$")


class WantedSchema(Paging):
    """Which list, and what it is narrowed to."""

    view = ma.fields.String(load_default="inbox", validate=validate.OneOf(tuple(inbox.VIEWS)))
    procedure = ma.fields.String(load_default="", validate=_WORD)
    unit = ma.fields.String(load_default="", validate=_WORD)
    key = ma.fields.String(load_default="", validate=_WORD)
    reference = ma.fields.String(load_default="", validate=validate.Length(0, 120))


class TaskLineSchema(TaskSchema):
    """One line of a list of tasks."""

    matter = ma.fields.String(required=True, metadata={"description": MATTER})


class TasksSchema(ma.Schema):
    """One page of tasks."""

    items = ma.fields.List(ma.fields.Nested(TaskLineSchema), required=True)
    total = ma.fields.Integer(required=True, allow_none=True)


class ReturnedSchema(ma.Schema):
    """Why a task is to be done again."""

    by = ma.fields.String(required=True, metadata={"description": "退回人，不便告知时为空"})
    office = ma.fields.String(required=True)
    step = ma.fields.String(required=True, metadata={"description": "从哪个环节退回"})
    reason = ma.fields.String(required=True)
    at = ma.fields.AwareDateTime(required=True)


class TaskSheetSchema(TaskSchema):
    """One task with everything it asks."""

    state = word(WorkState)
    instruction = ma.fields.String(required=True)
    actions = ma.fields.List(ma.fields.String(), required=True)
    hindrance = ma.fields.String(required=True, metadata={"description": "不能办理时的原因"})
    returned = ma.fields.Nested(ReturnedSchema, required=True, allow_none=True)
    form = ma.fields.Dict(
        keys=ma.fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "form-js表单"},
    )
    data = ma.fields.Dict(keys=ma.fields.String(), required=True)
    decision = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "集体研究的标识"}
    )


class TaskDoneSchema(TaskSchema):
    """A task after a command, with the open tasks of its case."""

    state = word(WorkState)
    actions = ma.fields.List(ma.fields.String(), required=True)
    tasks = ma.fields.List(ma.fields.Nested(OpenTaskSchema), required=True)


class AnswersSchema(ma.Schema):
    """What is filled in."""

    variables = ma.fields.Dict(keys=ma.fields.String(), required=True)


@tasks.route("/tasks")
@requires(Permission.CASE_READ)
@tasks.arguments(WantedSchema, location="query")
@tasks.response(HTTPStatus.OK, TasksSchema)
def index(given: dict[str, Any]) -> dict[str, Json]:
    """待办的清单

    inbox为本人已签收的，queue为本人可以签收的，overdue为本人可见而逾期的，done为本人办结的。
    """
    filters = inbox.Filters(
        step=given["key"],
        unit_id=given["unit"],
        procedure=given["procedure"],
        reference=given["reference"],
    )
    with reading() as ctx:
        page = inbox.page(
            ctx.session,
            ctx.actor,
            inbox.VIEWS[given["view"]],
            when=open_tasks.when(ctx),
            filters=filters,
            sheet=inbox.Sheet(number=given["page"], size=given["page_size"]),
        )
        items = [_line(entry, open_tasks.of_entry(ctx, entry)) for entry in page.items]
    return {"items": items, "total": page.total}


@tasks.route("/tasks/<uuid:task>")
@requires(Permission.CASE_READ)
@tasks.response(HTTPStatus.OK, TaskSheetSchema)
def show(task: UUID) -> Response:
    """一项待办，连同表单、已知的内容和本人现在可以做的操作"""
    with reading() as ctx:
        sheet = sheets.sheet(ctx, str(task))
    looked("task.read", sheet.id, sheet.case.id)
    shown = {
        **_of_sheet(sheet),
        "instruction": sheet.instruction,
        "hindrance": sheet.hindrance,
        "returned": sheet.returned,
        "form": sheet.form.schema if sheet.form else None,
        "data": sheet.form.data if sheet.form else {},
        "decision": sheet.decision,
    }
    response = jsonify(TaskSheetSchema().dump(shown))
    response.headers.extend(dict(commands.tagged(str(sheet.version))))
    return response


@tasks.route("/tasks/<uuid:task>/claim", methods=["POST"])
@requires(Permission.CASE_READ)
@tasks.doc(parameters=commands.HEADERS)
@tasks.response(HTTPStatus.OK, TaskDoneSchema)
def claim(task: UUID) -> Response:
    """签收"""
    return after(str(task), work.claim)


@tasks.route("/tasks/<uuid:task>/release", methods=["POST"])
@requires(Permission.CASE_READ)
@tasks.doc(parameters=commands.HEADERS)
@tasks.arguments(ReleaseSchema, required=False)
@tasks.response(HTTPStatus.OK, TaskDoneSchema)
def release(given: dict[str, Any], task: UUID) -> Response:
    """退回给原来可以签收的人；本机构负责人收回他人签收的待办须写明理由"""
    return after(str(task), partial(work.release, **given))


@tasks.route("/tasks/<uuid:task>/complete", methods=["POST"])
@requires(Permission.CASE_READ)
@tasks.doc(parameters=commands.HEADERS)
@tasks.arguments(AnswersSchema)
@tasks.response(HTTPStatus.OK, TaskDoneSchema)
def complete(given: dict[str, Any], task: UUID) -> Response:
    """提交表单，办结本项待办"""

    def verb(ctx: Context, item_id: str, *, seen: int | None) -> None:
        work.complete(ctx, item_id, given["variables"], seen=seen)

    return after(str(task), verb)


def after(item_id: str, verb: Callable[..., None]) -> Response:
    """Do it once, and answer with the task as the actor sees it then, where he still does."""

    def effect(ctx: Context) -> Answer:
        case_id = sheets.case_of(ctx, item_id)
        verb(ctx, item_id, seen=seen(ctx, item_id))
        then = ctx.afterwards()
        try:
            sheet = sheets.sheet(then, item_id)
        except NotFound:
            # the task is with others now, and not for him to see
            body: dict[str, Json] = {"id": item_id, "actions": [], "tasks": []}
            return Answer(status=HTTPStatus.OK, body=body, case_id=case_id)
        waits = open_tasks.of_case(then, sheet.case.id)
        shown = {**_of_sheet(sheet), "tasks": [of_open(each) for each in waits]}
        return Answer(
            status=HTTPStatus.OK,
            body=TaskDoneSchema().dump(shown),
            headers=commands.tagged(str(sheet.version)),
            case_id=case_id,
        )

    return commands.once(effect)


def seen(ctx: Context, item_id: str) -> int | None:
    """The version the request names, None for none or any."""
    if "If-Match" not in request.headers:
        return None
    version = versions.of_task(ctx.session, posts.with_posts(ctx), item_id)
    commands.refuse_stale(str(version))
    return version


def of_open(task: OpenTask) -> dict[str, Json]:
    """An open task of a case; its id for who may act on it alone."""
    shown = {
        "key": task.key,
        "title": task.title,
        "unit": _named(task.unit_id, task.unit),
        "deadline": task.deadline,
    }
    return {**shown, "id": task.id} if task.may_act else shown


def _of_sheet(sheet: Sheet) -> dict[str, Json]:
    clock = sheet.deadline
    due = clock and Due(
        key=clock.key,
        due_on=clock.due_on,
        provisional_on=clock.provisional_on,
        state=clock.state,
        basis=clock.rule.cited,
        line=clock.line,
    )
    return {
        "id": sheet.id,
        "key": sheet.key,
        "title": sheet.title,
        "case": sheet.case.id,
        "reference": sheet.case.reference,
        "unit": _named(sheet.unit_id, sheet.office),
        "assignee": _named(sheet.assignee_id, sheet.assignee),
        "deadline": due,
        "version": sheet.version,
        "state": sheet.state,
        "actions": sheet.actions,
    }


def _line(entry: Entry, due: Due | None) -> dict[str, Json]:
    return {
        "id": entry.id,
        "key": entry.key,
        "title": entry.title,
        "case": entry.case_id,
        "reference": entry.reference,
        "matter": entry.case_title,
        "unit": _named(entry.unit_id, entry.unit_name),
        "assignee": _named(entry.assignee_id, entry.assignee_name),
        "deadline": due,
        "version": entry.version,
    }


def _named(found_id: str | None, name: str) -> dict[str, str] | None:
    return {"id": found_id, "name": name} if found_id else None
