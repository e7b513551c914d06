"""Who stands in for whom: arranged by oneself or by the head, and ended before the last day."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.schemas import WhoSchema
from server.domain.absences import Absence
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.texts import _
from server.http.access import requires
from server.http.site import me, reading
from server.http.verbs.saying import identifier
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import absence_lists
from server.services.files.absence_lists import Arranged
from server.services.verbs import absences as verbs

absences = Blueprint("absences", __name__, description=_("代理"))


class ArrangeSchema(ma.Schema):
    """Who is away, who stands in, and on which days."""

    person = ma.fields.String(
        load_default="", metadata={"description": _("不在岗的人，不写为本人")}
    )
    substitute = identifier(_("代理人的标识"))
    from_on = ma.fields.Date(required=True)
    to_on = ma.fields.Date(required=True, metadata={"description": _("最后一天，含当日")})
    units = ma.fields.List(
        ma.fields.String(), load_default=list, metadata={"description": _("机构，不写为全部职务")}
    )
    reason = ma.fields.String(load_default="", validate=validate.Length(0, verbs.LONGEST))


class AbsenceSchema(ma.Schema):
    """One arrangement."""

    id = ma.fields.String(required=True)
    person = ma.fields.Nested(WhoSchema, required=True)
    substitute = ma.fields.Nested(WhoSchema, required=True)
    from_on = ma.fields.Date(required=True)
    to_on = ma.fields.Date(required=True)
    units = ma.fields.List(ma.fields.String(), required=True)
    reason = ma.fields.String(required=True)
    holds_today = ma.fields.Boolean(required=True, attribute="is_now")


class AbsencesSchema(ma.Schema):
    """What concerns the person and is not over."""

    items = ma.fields.List(ma.fields.Nested(AbsenceSchema), required=True)
    total = ma.fields.Integer(required=True)


class AbsenceIdSchema(ma.Schema):
    """Which one."""

    id = ma.fields.String(required=True)


@absences.route("/absences")
@requires(Permission.CASE_READ)
@absences.response(HTTPStatus.OK, AbsencesSchema)
def index() -> dict[str, Json]:
    """与本人有关、尚未结束的代理：本人不在岗的、本人代理的、本人负责的机构的"""
    with reading() as ctx:
        found = [_shown(each) for each in absence_lists.listed(ctx)]
    return {"items": found, "total": len(found)}


@absences.route("/absences", methods=["POST"])
@requires(Permission.CASE_READ)
@absences.doc(parameters=commands.HEADERS[:1])
@absences.arguments(ArrangeSchema)
@absences.response(HTTPStatus.CREATED, AbsenceIdSchema)
def create(given: dict[str, Any]) -> Response:
    """安排代理：本人为自己安排，或者机构负责人为本机构的人员安排"""

    def effect(ctx: Context) -> Answer:
        made = verbs.arrange(
            ctx,
            Absence(
                person_id=given["person"] or me().person_id,
                substitute_id=given["substitute"],
                from_on=given["from_on"],
                to_on=given["to_on"],
                unit_ids=frozenset(given["units"]) or None,
            ),
            reason=given["reason"],
        )
        return Answer(status=HTTPStatus.CREATED, body={"id": made})

    return commands.once(effect)


@absences.route("/absences/<uuid:absence>/end", methods=["POST"])
@requires(Permission.CASE_READ)
@absences.doc(parameters=commands.HEADERS[:1])
@absences.response(HTTPStatus.OK, AbsenceIdSchema)
def end(absence: UUID) -> Response:
    """提前结束代理，立即生效"""

    def effect(ctx: Context) -> Answer:
        verbs.end(ctx, str(absence))
        return Answer(status=HTTPStatus.OK, body={"id": str(absence)})

    return commands.once(effect)


def _shown(each: Arranged) -> dict[str, Json]:
    return {
        **{name: getattr(each, name) for name in ("id", "from_on", "to_on", "units", "reason")},
        "person": {"id": each.person_id, "name": each.person},
        "substitute": {"id": each.substitute_id, "name": each.substitute},
        "is_now": each.is_now,
    }
