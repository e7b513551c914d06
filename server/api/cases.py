"""Cases: open one, list them, look at one."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from flask import Response, jsonify
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.openapi import PREFIX
from server.api.schemas import (
    MATTER,
    CaseDecisionSchema,
    DeadlineSchema,
    Moment,
    OpenTaskSchema,
    Paging,
    PlaceSchema,
    ResultSchema,
    word,
)
from server.api.tasks import of_open
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.lifecycle import CaseStatus, DeadlineState
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.queries import case_lists
from server.queries.case_files import Head
from server.queries.case_filters import Wanted
from server.services import limits
from server.services.case.idempotency import Answer
from server.services.clocks.deadline_sheets import DeadlineSheet
from server.services.context import Context
from server.services.files import case_indexes, case_summaries, case_view, searches
from server.services.files.case_diagrams import Drawing
from server.services.files.case_summaries import Summary
from server.services.verbs import cases as service

cases = Blueprint("cases", __name__, description=_("事项"))

#: a word of a filter
_WORD: Final = validate.Regexp(r"^[\w.\-]{1,120}$")


class WantedSchema(Paging):
    """What the list is narrowed to."""

    status = ma.fields.String(load_default="", validate=validate.OneOf(tuple(CaseStatus)))
    procedure = ma.fields.String(load_default="", validate=_WORD)
    unit = ma.fields.String(load_default="", validate=_WORD)
    q = ma.fields.String(load_default="", validate=validate.Length(0, 100))


class StartSchema(ma.Schema):
    """What is started, with its form filled in."""

    procedure = ma.fields.String(required=True, validate=validate.Length(1, 80))
    variables = ma.fields.Dict(keys=ma.fields.String(), load_default=dict)


class ConcernedSchema(ResultSchema):
    """Somebody the case is about."""

    kind = word(("applicant", "subject"))
    name = ma.fields.String(required=True)


class NextDueSchema(ma.Schema):
    """The clock that ends first."""

    key = ma.fields.String(required=True, attribute="rule_key")
    state = word(DeadlineState)
    due_on = ma.fields.Date(required=True, allow_none=True)
    provisional_on = ma.fields.Date(required=True, allow_none=True)


class PeriodSchema(DeadlineSchema):
    """One clock of the case."""

    title = ma.fields.String(required=True)
    force = word(("statutory", "soft"))
    origin_on = ma.fields.Date(required=True)
    met_on = ma.fields.Date(required=True, allow_none=True)


class OpenedSchema(ma.Schema):
    """A case that was opened."""

    id = ma.fields.String(required=True)
    reference = ma.fields.String(required=True)
    status = word(CaseStatus)
    procedure = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True, metadata={"description": "所适用的政策包的版本号"})
    tasks = ma.fields.List(ma.fields.Nested(OpenTaskSchema), required=True)


class CaseSchema(OpenedSchema, ResultSchema):
    """One case."""

    pack = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    matter = ma.fields.String(required=True, metadata={"description": MATTER})
    status_reason = ma.fields.String(required=True)
    level = ma.fields.String(required=True)
    unit = ma.fields.Nested(PlaceSchema, required=True, allow_none=True)
    opened_on = ma.fields.Date(required=True)
    closed_at = Moment(required=True, allow_none=True)
    subjects = ma.fields.List(ma.fields.Nested(ConcernedSchema), required=True)
    deadlines = ma.fields.List(ma.fields.Nested(PeriodSchema), required=True)
    decisions = ma.fields.List(ma.fields.Nested(CaseDecisionSchema), required=True)


class LineSchema(ResultSchema):
    """One line of the list."""

    id = ma.fields.String(required=True)
    reference = ma.fields.String(required=True)
    matter = ma.fields.String(required=True, attribute="title", metadata={"description": MATTER})
    procedure = ma.fields.String(required=True)
    status = word(CaseStatus)
    level = ma.fields.String(required=True)
    unit = ma.fields.String(required=True)
    opened_on = ma.fields.Date(required=True)
    closed_at = Moment(required=True, allow_none=True)
    subjects = ma.fields.List(ma.fields.Nested(ConcernedSchema), required=True)
    deadline = ma.fields.Nested(NextDueSchema, required=True, allow_none=True, attribute="next_due")


class EventSchema(ma.Schema):
    """One act."""

    at = Moment(required=True)
    actor = ma.fields.String(
        required=True, metadata={"description": "不便告知姓名时为承办机关或者系统"}
    )
    verb = ma.fields.String(required=True)
    task = ma.fields.String(required=True)
    detail = ma.fields.String(required=True)


class EventsSchema(ma.Schema):
    """One page of the timeline."""

    items = ma.fields.List(ma.fields.Nested(EventSchema), required=True)
    total = ma.fields.Integer(required=True, allow_none=True)


class MarkSchema(ma.Schema):
    """How often an element was done, is active, is overdue."""

    done = ma.fields.Integer(required=True)
    active = ma.fields.Integer(required=True)
    overdue = ma.fields.Integer(required=True)


class DiagramSchema(ma.Schema):
    """The diagram with what is drawn on it."""

    process = ma.fields.String(required=True)
    xml = ma.fields.String(required=True)
    elements = ma.fields.Dict(
        keys=ma.fields.String(), values=ma.fields.Nested(MarkSchema), required=True
    )
    flows = ma.fields.List(ma.fields.String(), required=True)


class CasesSchema(ma.Schema):
    """One page of cases."""

    items = ma.fields.List(ma.fields.Nested(LineSchema), required=True)
    total = ma.fields.Integer(required=True, allow_none=True)


@cases.route("/cases", methods=["POST"])
@requires(Permission.CASE_READ)
@cases.doc(parameters=commands.HEADERS[:1])
@cases.arguments(StartSchema)
@cases.response(HTTPStatus.CREATED, OpenedSchema)
def create(given: dict[str, Any]) -> Response:
    """启动程序

    variables为启动表单的内容；申请人得到的待办只有他自己的。
    """

    def effect(ctx: Context) -> Answer:
        case_id = service.open_case(ctx, given["procedure"], given["variables"])
        found = case_summaries.opened(ctx, case_id)
        told = {**_head(found.head), "tasks": [of_open(task) for task in found.tasks]}
        return Answer(
            status=HTTPStatus.CREATED,
            body=OpenedSchema().dump(told),
            headers={
                **commands.tagged(found.version),
                "Location": f"{PREFIX}/cases/{case_id}",
            },
            case_id=case_id,
        )

    return commands.once(effect)


@cases.route("/cases")
@requires(Permission.CASE_READ)
@cases.arguments(WantedSchema, location="query")
@cases.response(HTTPStatus.OK, CasesSchema)
def index(given: dict[str, Any]) -> case_lists.Page:
    """本人可见的事项，最新的在前"""
    wanted = Wanted(
        status=given["status"],
        procedure=given["procedure"],
        unit_id=given["unit"],
        q=given["q"],
    )
    if wanted.q:
        looked("search", "search", limit=limits.SEARCH)
    with reading() as ctx:
        found = searches.narrowed(ctx, wanted)
        return case_indexes.listed(ctx, found, page=given["page"], page_size=given["page_size"])


@cases.route("/cases/<uuid:case>")
@requires(Permission.CASE_READ)
@cases.response(HTTPStatus.OK, CaseSchema)
def show(case: UUID) -> Response:
    """一个事项：当事人、正在等待的待办、期限、结果"""
    with reading() as ctx:
        found = case_summaries.summary(ctx, str(case))
    looked("case.read", str(case), str(case))
    response = jsonify(CaseSchema().dump(shown(found)))
    response.headers.extend(dict(commands.tagged(found.version)))
    return response


@cases.route("/cases/<uuid:case>/events")
@requires(Permission.CASE_READ)
@cases.arguments(Paging, location="query")
@cases.response(HTTPStatus.OK, EventsSchema)
def events(given: dict[str, Any], case: UUID) -> dict[str, Json]:
    """办理过程，最早的在前"""
    with reading() as ctx:
        found = case_view.case_file(ctx, str(case)).timeline[::-1]
    looked("case.events", str(case), str(case))
    first = (given["page"] - 1) * given["page_size"]
    return {"items": found[first : first + given["page_size"]], "total": len(found)}


@cases.route("/cases/<uuid:case>/diagram")
@requires(Permission.CASE_READ)
@cases.response(HTTPStatus.OK, DiagramSchema)
def diagram(case: UUID) -> Drawing:
    """该事项所适用版本的流程图，以及各环节已办、在办、逾期的次数"""
    with reading() as ctx:
        found = case_view.drawn(ctx, str(case))
    looked("case.diagram", str(case), str(case))
    return found


def shown(found: Summary) -> dict[str, Json]:
    """A case as it is answered."""
    head = found.file.head
    return {
        **_head(head),
        "status_reason": head.status_reason,
        "outcome": head.outcome,
        "outcome_title": found.file.outcome,
        "level": head.level,
        "pack": found.pack,
        "title": found.file.title,
        "matter": head.matter,
        "unit": {"id": head.unit_id, "name": head.unit} if head.unit_id else None,
        "opened_on": head.opened_on,
        "closed_at": head.closed_at,
        "subjects": found.file.subjects,
        "tasks": [of_open(task) for task in found.tasks],
        "deadlines": [_period(clock.sheet) for clock in found.file.clocks],
        "decisions": found.decisions,
    }


def _head(head: Head) -> dict[str, Json]:
    names = ("id", "reference", "status", "procedure")
    return {**{name: getattr(head, name) for name in names}, "version": head.pack_version}


def _period(clock: DeadlineSheet) -> dict[str, Json]:
    names = [name for name in PeriodSchema().fields if name != "basis"]
    return {**{name: getattr(clock, name) for name in names}, "basis": clock.rule.cited}
