"""Recusals: declared of oneself, asked for about another, decided, taken back."""

from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from flask import Response
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.openapi import PREFIX
from server.api.questions import NothingSchema, Questions
from server.api.schemas import Moment, WhoSchema, word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.http.verbs.saying import LONGEST
from server.queries.recusals import Recusal
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import recusals as files
from server.services.files.recusals import View
from server.services.verbs import recusal_decisions
from server.services.verbs import recusals as verbs

recusals = Blueprint("recusals", __name__, description=_("回避"))

_STATES: Final = ("asked", "declared", "granted", "refused", "withdrawn")
_SAID: Final = validate.Length(0, LONGEST)


class KeepAwaySchema(ma.Schema):
    """Who keeps away, and why."""

    ground = ma.fields.String(
        load_default="",
        validate=validate.Length(0, 40),
        metadata={"description": "政策包所列回避情形的编号"},
    )
    note = ma.fields.String(load_default="", validate=_SAID, metadata={"description": "情形说明"})
    person = ma.fields.String(
        load_default="",
        validate=validate.Length(0, verbs.LONGEST_NAME),
        metadata={
            "description": "不填为本人回避。请求他人回避的，承办人员填该人的id，当事人填其姓名"
        },
    )
    reason = ma.fields.String(
        load_default="", validate=_SAID, metadata={"description": "请求他人回避的理由"}
    )


class RecusalAnswerSchema(ma.Schema):
    """The reason of the decision."""

    answer = ma.fields.String(required=True, validate=validate.Length(1, LONGEST))
    person = ma.fields.String(
        load_default="",
        validate=validate.Length(0, 36),
        metadata={"description": "当事人所称的人员不能确定的，填所指的人员的id"},
    )


class RecusalSchema(ma.Schema):
    """One recusal; what the reader may not know is empty."""

    id = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    case = ma.fields.String(required=True)
    person = ma.fields.Nested(WhoSchema, required=True, allow_none=True)
    named = ma.fields.String(required=True)
    ground = ma.fields.String(required=True)
    note = ma.fields.String(required=True)
    state = word(_STATES)
    at = Moment(required=True)
    decided_at = Moment(required=True, allow_none=True)
    answer = ma.fields.String(required=True)
    actions = ma.fields.List(ma.fields.String(), required=True)


class RecusalsSchema(ma.Schema):
    """The recusals of a case."""

    items = ma.fields.List(ma.fields.Nested(RecusalSchema), required=True)
    total = ma.fields.Integer(required=True)


class KeptAwaySchema(ma.Schema):
    """What was noted; nothing more of the case, which whoever keeps away does not see."""

    id = ma.fields.String(required=True)
    state = word(_STATES)


@recusals.route("/cases/<uuid:case>/recusals")
@requires(Permission.CASE_READ)
@recusals.response(HTTPStatus.OK, RecusalsSchema)
def index(case: UUID) -> dict[str, Json]:
    """该事项中本人可以知道的回避，最新的在前"""
    with reading() as ctx:
        found = [_shown(view) for view in files.of_case(ctx, str(case))]
    looked("recusal.read", str(case), str(case))
    return {"items": found, "total": len(found)}


@recusals.route("/cases/<uuid:case>/recusals", methods=["POST"])
@requires(Permission.CASE_READ)
@recusals.doc(parameters=commands.HEADERS[:1])
@recusals.arguments(KeepAwaySchema)
@recusals.response(HTTPStatus.CREATED, KeptAwaySchema)
def create(given: dict[str, Any], case: UUID) -> Response:
    """声明本人回避，随即生效；或者请求他人回避，由其所在机构的负责人决定

    签收待办即声明没有应当回避的情形，不另填写。
    """

    def effect(ctx: Context) -> Answer:
        asks = bool(given["person"])
        if asks:
            about = {name: given[name] for name in ("person", "ground", "reason")}
            found = verbs.ask(ctx, str(case), **about)
        else:
            found = verbs.declare(ctx, str(case), ground=given["ground"], note=given["note"])
        return Answer(
            status=HTTPStatus.CREATED,
            body={"id": found, "state": "asked" if asks else "declared"},
            headers={"Location": f"{PREFIX}/recusals/{found}"},
            case_id=str(case),
        )

    return commands.once(effect)


@recusals.route("/recusals/<uuid:recusal>")
@requires(Permission.CASE_READ)
@recusals.response(HTTPStatus.OK, RecusalSchema)
def show(recusal: UUID) -> dict[str, Json]:
    """一项回避"""
    with reading() as ctx:
        _head, view = files.one(ctx, str(recusal))
    looked("recusal.read", str(recusal), view.recusal.case_id)
    return _shown(view)


def _look(ctx: Context, recusal_id: str) -> tuple[Recusal, dict[str, Json]]:
    view = files.one(ctx, recusal_id)[1]
    return view.recusal, _shown(view)


def _shown(view: View) -> dict[str, Json]:
    row = view.recusal
    plain = ("id", "version", "named", "ground", "note", "state", "at", "decided_at", "answer")
    may = {"grant": view.may_decide, "refuse": view.may_decide, "withdraw": view.may_withdraw}
    return {
        **{name: getattr(row, name) for name in plain},
        "case": row.case_id,
        "person": {"id": row.person_id, "name": row.person} if row.person_id else None,
        "actions": [name for name, is_open in may.items() if is_open],
    }


_questions = Questions(
    blueprint=recusals, path="/recusals/<uuid:recusal>", schema=RecusalSchema, look=_look
)
_questions.register(
    "grant",
    _("决定回避，随即生效"),
    RecusalAnswerSchema,
    partial(recusal_decisions.decide, granted=True),
)
_questions.register(
    "refuse",
    _("决定不予回避，须写明理由"),
    RecusalAnswerSchema,
    partial(recusal_decisions.decide, granted=False),
)
_questions.register(
    "withdraw", _("撤回本人提出、尚未决定的请求"), NothingSchema, recusal_decisions.withdraw
)
