"""Dates of events that are asked to be corrected: put the question, decide it, take it back."""

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
from server.domain.lifecycle import DeadlineState
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.queries.corrections import Question
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import corrections as files
from server.services.files.corrections import View
from server.services.verbs import corrections as verbs
from server.services.verbs.questions import LONGEST

corrections = Blueprint("corrections", __name__, description=_("事件日期的更正"))

_KEY: Final = validate.Regexp(r"^[\w.\-]{1,120}$")
_STATES: Final = ("asked", "approved", "refused", "withdrawn")


class AskSchema(ma.Schema):
    """Which date is to be what, and why."""

    event = ma.fields.String(
        required=True, validate=_KEY, metadata={"description": "政策包中事件的标识"}
    )
    date = ma.fields.Date(required=True)
    reason = ma.fields.String(required=True, validate=validate.Length(1, LONGEST))
    evidence = ma.fields.String(
        required=True,
        validate=validate.Length(1, 36),
        metadata={"description": "本人刚上传的附件的id"},
    )


class AnswerSchema(ma.Schema):
    """What is answered."""

    answer = ma.fields.String(load_default="", validate=validate.Length(0, LONGEST))


class EffectSchema(ma.Schema):
    """What the right date would make of one clock."""

    title = ma.fields.String(required=True)
    was_due_on = ma.fields.Date(required=True, allow_none=True, attribute="was_on")
    due_on = ma.fields.Date(required=True, allow_none=True)
    was_state = word(DeadlineState, attribute="before")
    state = word(DeadlineState, attribute="after")


class CorrectionSchema(ma.Schema):
    """One question about a date."""

    id = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    case = ma.fields.String(required=True)
    event = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    was_on = ma.fields.Date(required=True)
    date = ma.fields.Date(required=True, attribute="to_on")
    reason = ma.fields.String(required=True)
    evidence = ma.fields.String(required=True)
    state = word(_STATES)
    asked_by = ma.fields.Nested(WhoSchema, required=True)
    asked_at = Moment(required=True)
    decided_by = ma.fields.Nested(WhoSchema, required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)
    answer = ma.fields.String(required=True)
    actions = ma.fields.List(ma.fields.String(), required=True)
    effects = ma.fields.List(ma.fields.Nested(EffectSchema), required=True)


class CorrectionsSchema(ma.Schema):
    """The questions of a case."""

    items = ma.fields.List(ma.fields.Nested(CorrectionSchema), required=True)
    total = ma.fields.Integer(required=True)


@corrections.route("/cases/<uuid:case>/corrections")
@requires(Permission.CASE_READ)
@corrections.response(HTTPStatus.OK, CorrectionsSchema)
def index(case: UUID) -> dict[str, Json]:
    """该事项中提出过的日期更正，最新的在前"""
    with reading() as ctx:
        found = [_shown(view) for view in files.of_case(ctx, str(case))]
    looked("correction.read", str(case), str(case))
    return {"items": found, "total": len(found)}


@corrections.route("/cases/<uuid:case>/corrections", methods=["POST"])
@requires(Permission.CASE_READ)
@corrections.doc(parameters=commands.HEADERS[:1])
@corrections.arguments(AskSchema)
@corrections.response(HTTPStatus.CREATED, CorrectionSchema)
def create(given: dict[str, Any], case: UUID) -> Response:
    """提出更正一个事件的日期，附证明材料；由承办机构的负责人决定"""

    def effect(ctx: Context) -> Answer:
        asked = verbs.ask(
            ctx,
            str(case),
            given["event"],
            to_on=given["date"],
            reason=given["reason"],
            evidence=given["evidence"],
        )
        location = {"Location": f"{PREFIX}/cases/{case}/corrections"}
        return _questions.answer(ctx, asked, HTTPStatus.CREATED, location)

    return commands.once(effect)


def _look(ctx: Context, correction_id: str) -> tuple[Question, dict[str, Json]]:
    view = files.found(ctx, correction_id)
    return view.question, _shown(view)


def _shown(view: View) -> dict[str, Json]:
    question = view.question
    plain = ("id", "version", "event", "was_on", "to_on", "reason", "state", "asked_at")
    may = {"approve": view.may_decide, "refuse": view.may_decide, "withdraw": view.may_withdraw}
    decided = question.decided_by and {"id": question.decided_by, "name": question.decided_name}
    return {
        **{name: getattr(question, name) for name in plain},
        "case": question.case_id,
        "title": view.title,
        "evidence": question.evidence_id,
        "asked_by": {"id": question.asked_by, "name": question.asked_name},
        "decided_by": decided or None,
        "decided_at": question.decided_at,
        "answer": question.answer,
        "actions": [name for name, is_open in may.items() if is_open],
        "effects": view.effects,
    }


_questions = Questions(
    blueprint=corrections,
    path="/corrections/<uuid:correction>",
    schema=CorrectionSchema,
    look=_look,
)
_questions.register("approve", _("批准更正，有关期限随即重新计算"), AnswerSchema, verbs.approve)
_questions.register("refuse", _("不批准更正，须写明理由"), AnswerSchema, verbs.refuse)
_questions.register("withdraw", _("撤回本人提出的更正"), NothingSchema, verbs.withdraw)
