"""Near relatives: what is recorded, proposed by one and confirmed by another."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.openapi import PREFIX
from server.api.schemas import Moment, WhoSchema, word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.kinships import LONGEST, KinChange
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.http.verbs.saying import LONGEST as LONGEST_TEXT
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import kinships as files
from server.services.files.kinships import View
from server.services.verbs import kinships as verbs

kinships = Blueprint("kinships", __name__, description=_("近亲属"))

_WHY = validate.Length(1, LONGEST_TEXT)


class OfWhomSchema(ma.Schema):
    """Whose ties."""

    person = ma.fields.UUID(required=True)


class TieSchema(ma.Schema):
    """A tie of somebody that was recorded."""

    id = ma.fields.String(required=True)
    relative = ma.fields.Nested(WhoSchema, required=True)
    relation = ma.fields.String(required=True)
    noted_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)


class TiesSchema(ma.Schema):
    """The ties of somebody."""

    items = ma.fields.List(ma.fields.Nested(TieSchema), required=True)


class KinChangeSchema(ma.Schema):
    """What waits for a second person."""

    id = ma.fields.String(required=True)
    kind = word(KinChange)
    person = ma.fields.Nested(WhoSchema, required=True)
    relative = ma.fields.Nested(WhoSchema, required=True)
    relation = ma.fields.String(required=True)
    ended_on = ma.fields.String(required=True, allow_none=True)
    reason = ma.fields.String(required=True)
    actions = ma.fields.List(ma.fields.String(), required=True)


class KinChangesSchema(ma.Schema):
    """Everything that waits."""

    items = ma.fields.List(ma.fields.Nested(KinChangeSchema), required=True)


class NewTieSchema(ma.Schema):
    """Who is whose relative, and how that is known."""

    person = ma.fields.UUID(required=True)
    relative = ma.fields.UUID(required=True)
    relation = ma.fields.String(required=True, validate=validate.Length(1, LONGEST))
    reason = ma.fields.String(required=True, validate=_WHY)


class EndedTieSchema(ma.Schema):
    """Since when it is none any more, and why."""

    ended_on = ma.fields.Date(required=True)
    reason = ma.fields.String(required=True, validate=_WHY)


class KinAnswerSchema(ma.Schema):
    """Why it is refused."""

    answer = ma.fields.String(required=True, validate=_WHY)


class KinConfirmSchema(ma.Schema):
    """Nothing is asked."""


class KinDoneSchema(ma.Schema):
    """The proposal."""

    id = ma.fields.String(required=True)


@kinships.route("/kinships")
@requires(Permission.KIN_KEEP)
@kinships.arguments(OfWhomSchema, location="query")
@kinships.response(HTTPStatus.OK, TiesSchema)
def index(wanted: dict[str, UUID]) -> dict[str, Json]:
    """某人已登记的近亲属；只限本机构所在地区的人员，不含本人"""
    person = str(wanted["person"])
    with reading() as ctx:
        found = files.of_person(ctx, person)
    looked("kinship.read", person)
    return {
        "items": [
            {
                "id": tie.id,
                "relative": {"id": tie.relative_id, "name": tie.relative},
                "relation": tie.relation,
                "noted_at": tie.noted_at,
                "ended_at": tie.ended_at,
            }
            for tie in found.ties
        ]
    }


@kinships.route("/kinships/proposals")
@requires(Permission.KIN_KEEP)
@kinships.response(HTTPStatus.OK, KinChangesSchema)
def waiting() -> dict[str, Json]:
    """等待另一人确认的登记"""
    with reading() as ctx:
        found = [_shown(view) for view in files.waiting(ctx)]
    looked("kinship.read", "waiting")
    return {"items": found}


@kinships.route("/kinships", methods=["POST"])
@requires(Permission.KIN_KEEP)
@kinships.doc(parameters=commands.HEADERS[:1])
@kinships.arguments(NewTieSchema)
@kinships.response(HTTPStatus.CREATED, KinDoneSchema)
def create(given: dict[str, Any]) -> Response:
    """提出登记两人为近亲属，由另一人确认后生效"""
    said = {name: str(value) for name, value in given.items()}
    return _created(lambda ctx: verbs.propose(ctx, **said))


@kinships.route("/kinships/<uuid:kinship>/end", methods=["POST"])
@requires(Permission.KIN_KEEP)
@kinships.doc(parameters=commands.HEADERS[:1])
@kinships.arguments(EndedTieSchema)
@kinships.response(HTTPStatus.CREATED, KinDoneSchema)
def end(given: dict[str, Any], kinship: UUID) -> Response:
    """提出结束一项登记，由另一人确认后生效"""
    return _created(lambda ctx: verbs.propose_end(ctx, str(kinship), **given))


def _register(name: str, says: str, schema: type[ma.Schema], verb: Callable[..., None]) -> None:
    def view(given: dict[str, Any], proposal: UUID) -> Response:
        def effect(ctx: Context) -> Answer:
            verb(ctx, str(proposal), **given)
            return Answer(status=HTTPStatus.OK, body={"id": str(proposal)})

        return commands.once(effect)

    view.__name__, view.__doc__ = name, says
    described = kinships.response(HTTPStatus.OK, KinDoneSchema)(view)
    described = kinships.arguments(schema)(described)
    described = kinships.doc(parameters=commands.HEADERS[:1])(described)
    allowed = requires(Permission.KIN_KEEP)(described)
    kinships.route(f"/kinships/proposals/<uuid:proposal>/{name}", methods=["POST"])(allowed)


_register("confirm", _("确认他人提出的登记，随即生效"), KinConfirmSchema, verbs.confirm)
_register("refuse", _("不同意他人提出的登记，须写明理由"), KinAnswerSchema, verbs.refuse)
_register("withdraw", _("撤回本人提出的登记"), KinConfirmSchema, verbs.withdraw)


def _created(act: Callable[[Context], str]) -> Response:
    return commands.created(act, f"{PREFIX}/kinships/proposals")


def _shown(view: View) -> dict[str, Json]:
    change = view.change
    may = {"confirm": view.may_decide, "refuse": view.may_decide, "withdraw": view.may_withdraw}
    return {
        "id": change.id,
        "kind": change.kind,
        "person": {"id": change.person_id, "name": change.person},
        "relative": {"id": change.payload["relative"], "name": view.relative},
        "relation": change.payload.get("relation", ""),
        "ended_on": change.payload.get("ended_on"),
        "reason": change.reason,
        "actions": [name for name, is_open in may.items() if is_open],
    }
