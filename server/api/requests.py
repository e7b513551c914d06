"""Acts that take two persons: what waits for somebody, what he asked, and the decision."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.schemas import Moment, WhoSchema, word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.requests import RequestKind, RequestState
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import requests as files
from server.services.files.requests import View
from server.services.verbs import requests as verbs

requests = Blueprint("requests", __name__, description=_("须由两人办理的事"))


class AnswerRequestSchema(ma.Schema):
    """What is answered."""

    answer = ma.fields.String(load_default="", validate=validate.Length(0, verbs.LONGEST))


class WithdrawRequestSchema(ma.Schema):
    """Nothing else is asked."""


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
        metadata={"description": "同意后的变化；清单中为空"},
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


def _register(name: str, says: str, schema: type[ma.Schema], verb: Callable[..., None]) -> None:
    def view(given: dict[str, Any], request: UUID) -> Response:
        def effect(ctx: Context) -> Answer:
            now = files.one(ctx, str(request)).request
            commands.refuse_stale(str(now.version))
            verb(ctx, str(request), **given)
            return _answered(ctx, str(request))

        return commands.once(effect)

    view.__name__, view.__doc__ = name, says
    described = requests.response(HTTPStatus.OK, RequestSchema)(view)
    described = requests.arguments(schema)(described)
    described = requests.doc(parameters=commands.HEADERS)(described)
    allowed = requires(Permission.CASE_READ)(described)
    requests.route(f"/requests/<uuid:request>/{name}", methods=["POST"])(allowed)


_register("consent", _("同意，所请示的事随即办理"), AnswerRequestSchema, verbs.consent)
_register("refuse", _("不同意，须写明理由"), AnswerRequestSchema, verbs.refuse)
_register("withdraw", _("撤回本人提出的请示"), WithdrawRequestSchema, verbs.withdraw)


def _answered(ctx: Context, request_id: str) -> Answer:
    ctx.settle()
    view = files.one(ctx, request_id)
    return Answer(
        status=HTTPStatus.OK,
        body=RequestSchema().dump(_shown(view)),
        headers=commands.tagged(str(view.request.version)),
        case_id=view.request.case_id,
    )


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
