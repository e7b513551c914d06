"""Acts that take two persons: what waits for somebody, what he asked, and the decision."""

from http import HTTPStatus
from uuid import UUID

import marshmallow as ma
from marshmallow import validate

from server.api.blueprints import Blueprint
from server.api.questions import NothingSchema, Questions
from server.api.schemas import Moment, WhoSchema, word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.requests import RequestKind, RequestState
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.queries.requests import Requested
from server.services.context import Context
from server.services.files import requests as files
from server.services.files.requests import View
from server.services.verbs import requests as verbs
from server.services.verbs.questions import LONGEST

requests = Blueprint("requests", __name__, description=_("须由两人办理的事"))


class AnswerRequestSchema(ma.Schema):
    """What is answered."""

    answer = ma.fields.String(load_default="", validate=validate.Length(0, LONGEST))


class RequestChangeSchema(ma.Schema):
    """One thing that would be another."""

    label = ma.fields.String(required=True)
    before = ma.fields.String(required=True)
    after = ma.fields.String(required=True)


class RequestSchema(ma.Schema):
    """One request."""

    id = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    case = ma.fields.String(required=True)
    reference = ma.fields.String(required=True)
    kind = word(RequestKind)
    title = ma.fields.String(required=True)
    reason = ma.fields.String(required=True)
    state = word(RequestState)
    office = ma.fields.String(required=True, metadata={"description": "决定的机构"})
    asked_by = ma.fields.Nested(WhoSchema, required=True)
    asked_at = Moment(required=True)
    decided_by = ma.fields.Nested(WhoSchema, required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)
    answer = ma.fields.String(required=True)
    actions = ma.fields.List(ma.fields.String(), required=True)
    changes = ma.fields.List(
        ma.fields.Nested(RequestChangeSchema),
        required=True,
        metadata={"description": "同意后的变化，已经办理的为办理前后；清单中为空"},
    )
    hindrance = ma.fields.String(
        required=True, metadata={"description": "现在不能同意的原因，能同意的为空"}
    )


class RequestsSchema(ma.Schema):
    """What waits for the reader, and what he asked."""

    waiting = ma.fields.List(ma.fields.Nested(RequestSchema), required=True)
    asked = ma.fields.List(ma.fields.Nested(RequestSchema), required=True)


@requests.route("/requests")
@requires(Permission.CASE_READ)
@requests.response(HTTPStatus.OK, RequestsSchema)
def index() -> dict[str, Json]:
    """等本人决定的请示，和本人提出的请示"""
    with reading() as ctx:
        desk = files.desk(ctx)
    return {
        "waiting": [_shown(view) for view in desk.waiting],
        "asked": [_shown(view) for view in desk.asked],
    }


@requests.route("/requests/<uuid:request>")
@requires(Permission.CASE_READ)
@requests.response(HTTPStatus.OK, RequestSchema)
def one(request: UUID) -> dict[str, Json]:
    """一项请示，和同意后的变化"""
    with reading() as ctx:
        view = files.one(ctx, str(request))
    looked("request.read", str(request), view.request.case_id)
    return _shown(view)


def _look(ctx: Context, request_id: str) -> tuple[Requested, dict[str, Json]]:
    view = files.one(ctx, request_id)
    return view.request, _shown(view)


def _shown(view: View) -> dict[str, Json]:
    asked = view.request
    plain = ("id", "version", "reference", "kind", "reason", "state", "office", "answer")
    may = {"consent": view.may_decide, "refuse": view.may_decide, "withdraw": view.may_withdraw}
    decided = asked.decided_by and {"id": asked.decided_by, "name": asked.decided_name}
    return {
        **{name: getattr(asked, name) for name in plain},
        "case": asked.case_id,
        "title": view.title,
        "asked_by": {"id": asked.asked_by, "name": asked.asked_name},
        "asked_at": asked.asked_at,
        "decided_by": decided or None,
        "decided_at": asked.decided_at,
        "actions": [name for name, is_open in may.items() if is_open],
        "changes": view.outlook.changes if view.outlook else (),
        "hindrance": view.hindrance,
    }


_questions = Questions(
    blueprint=requests, path="/requests/<uuid:request>", schema=RequestSchema, look=_look
)
_questions.register("consent", _("同意，所请示的事随即办理"), AnswerRequestSchema, verbs.consent)
_questions.register("refuse", _("不同意，须写明理由"), AnswerRequestSchema, verbs.refuse)
_questions.register("withdraw", _("撤回本人提出的请示"), NothingSchema, verbs.withdraw)
