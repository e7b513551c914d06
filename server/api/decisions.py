"""Collective decisions: one with its members and its count, and what is done at the meeting."""

from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response

from server.api import commands
from server.api.blueprints import Blueprint
from server.domain.access import Permission
from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.texts import _
from server.domain.votes import Attendance
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.http.verbs.deciding import DECISION_VERBS
from server.http.verbs.saying import Verb
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import decision_sheets
from server.services.files.decision_seats import Seat
from server.services.files.decision_sheets import DecisionSheet

decisions = Blueprint("decisions", __name__, description=_("集体研究"))


class DecisionMemberSchema(ma.Schema):
    """One member; what he voted and said only as far as the reader may know it."""

    id = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    is_chair = ma.fields.Boolean(required=True)
    attendance = ma.fields.Enum(Attendance, by_value=True, required=True)
    has_voted = ma.fields.Boolean(required=True)
    choice = ma.fields.String(required=True)
    opinion = ma.fields.String(required=True)
    is_dissent = ma.fields.Boolean(required=True)
    has_signed = ma.fields.Boolean(required=True)


class DecisionOptionSchema(ma.Schema):
    """An option, with the votes for it once everybody has voted."""

    code = ma.fields.String(required=True)
    text = ma.fields.String(required=True)
    votes = ma.fields.Integer(required=True, allow_none=True)
    is_adopted = ma.fields.Boolean(required=True)


class DecisionConditionSchema(ma.Schema):
    """Something that has to be there before the item can be closed."""

    key = ma.fields.String(required=True)
    text = ma.fields.String(required=True)
    is_met = ma.fields.Boolean(required=True)
    lack = ma.fields.String(required=True)


class DecisionSchema(ma.Schema):
    """A decision as the reader may see it."""

    id = ma.fields.String(required=True)
    case = ma.fields.String(required=True)
    task = ma.fields.String(required=True)
    state = ma.fields.String(
        required=True, metadata={"description": "none、open、closed、cancelled"}
    )
    question = ma.fields.String(required=True)
    motion = ma.fields.String(required=True)
    secret = ma.fields.Boolean(required=True)
    round = ma.fields.Integer(required=True)
    held_on = ma.fields.Date(required=True, allow_none=True)
    line = ma.fields.String(required=True, metadata={"description": "人数核算的一行"})
    resolution = ma.fields.String(required=True)
    decided_on = ma.fields.Date(required=True, allow_none=True)
    options = ma.fields.List(ma.fields.Nested(DecisionOptionSchema), required=True)
    members = ma.fields.List(ma.fields.Nested(DecisionMemberSchema), required=True)
    conditions = ma.fields.List(ma.fields.Nested(DecisionConditionSchema), required=True)
    actions = ma.fields.List(ma.fields.String(), required=True)
    version = ma.fields.Integer(required=True)


@decisions.route("/decisions/<uuid:decision>")
@requires(Permission.CASE_READ)
@decisions.response(HTTPStatus.OK, DecisionSchema)
def show(decision: UUID) -> dict[str, Json]:
    """一项集体研究，标识与其待办的decision相同"""
    with reading() as ctx:
        sheet = decision_sheets.sheet(ctx, str(decision))
    looked("decision.read", sheet.id, sheet.case_id)
    return _shown(sheet)


def _register(verb: Verb) -> None:
    def view(given: dict[str, Any], decision: UUID) -> Response:
        return _done(str(decision), verb, given)

    view.__name__, view.__doc__ = verb.name, f"{verb.title}\n\n{verb.says}"
    described = decisions.response(HTTPStatus.OK, DecisionSchema)(view)
    described = decisions.arguments(verb.schema)(described)
    described = decisions.doc(parameters=commands.HEADERS)(described)
    allowed = requires(Permission.CASE_READ)(described)
    decisions.route(f"/decisions/<uuid:decision>/{verb.name}", methods=["POST"])(allowed)


for _verb in DECISION_VERBS.values():
    _register(_verb)


def _done(decision_id: str, verb: Verb, given: dict[str, Any]) -> Response:
    def effect(ctx: Context) -> Answer:
        case_id = decision_sheets.readable(ctx, decision_id).case.id
        partial(verb.act, **given)(ctx, decision_id)
        ctx.settle()
        try:
            body = DecisionSchema().dump(_shown(decision_sheets.sheet(ctx, decision_id)))
        except NotFound:
            # he keeps away from now on, and it does not exist for him
            return Answer(status=HTTPStatus.OK, body={"id": decision_id})
        return Answer(status=HTTPStatus.OK, body=body, case_id=case_id)

    # what somebody voted is kept nowhere but as his ballot, not even as a hash of what was sent
    return commands.once(effect, is_secret=verb.name == "vote")


def _shown(sheet: DecisionSheet) -> dict[str, Json]:
    return {
        "id": sheet.id,
        "case": sheet.case_id,
        "task": sheet.item_id,
        "state": sheet.state,
        "question": sheet.question,
        "motion": sheet.motion,
        "secret": sheet.is_secret,
        "round": sheet.round,
        "held_on": sheet.meeting.held_on if sheet.meeting else None,
        "line": sheet.sentence,
        "resolution": sheet.resolution,
        "decided_on": sheet.decided_on,
        "options": sheet.options,
        "members": [_member(seat) for seat in sheet.seats],
        "conditions": sheet.conditions,
        "actions": sheet.actions,
        "version": sheet.version,
    }


def _member(seat: Seat) -> dict[str, Json]:
    return {
        "id": seat.row.person_id,
        "name": seat.name,
        "title": seat.row.title,
        "is_chair": seat.row.is_chair,
        "attendance": seat.attendance,
        "has_voted": seat.row.has_voted,
        "choice": seat.choice,
        "opinion": seat.opinion,
        "is_dissent": seat.row.is_dissent and bool(seat.opinion),
        "has_signed": seat.row.signed_at is not None,
    }
