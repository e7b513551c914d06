"""The family of a case and the messages it has sent."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.openapi import PREFIX
from server.api.questions import NothingSchema
from server.api.schemas import Moment, word
from server.domain.access import Permission
from server.domain.lifecycle import CaseStatus
from server.domain.links import LinkKind
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.services.context import Context
from server.services.files import families
from server.services.files.families import Family
from server.services.verbs import messages

links = Blueprint("links", __name__, description=_("有关联的事项"))


class LinkedCaseSchema(ma.Schema):
    """A case of the family."""

    id = ma.fields.String(required=True)
    reference = ma.fields.String(required=True)
    title = ma.fields.String(required=True, metadata={"description": "程序的名称"})
    status = word(CaseStatus)
    opened_on = ma.fields.Date(required=True)


class LinkSchema(ma.Schema):
    """Which began, answered or named which."""

    source = ma.fields.String(required=True, attribute="from_id")
    target = ma.fields.String(required=True, attribute="to_id")
    kind = word(LinkKind)
    at = Moment(required=True)


class RefusedFieldSchema(ma.Schema):
    """What the start form does not take."""

    field = ma.fields.String(required=True)
    message = ma.fields.String(required=True)


class SentSchema(ma.Schema):
    """A message the case has sent."""

    id = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    state = word(("pending", "sent", "recorded", "failed"))
    why = ma.fields.String(required=True)
    problems = ma.fields.List(ma.fields.Nested(RefusedFieldSchema), required=True)
    at = Moment(required=True)


class FamilySchema(ma.Schema):
    """Cases, links between them, messages sent."""

    cases = ma.fields.List(ma.fields.Nested(LinkedCaseSchema), required=True)
    links = ma.fields.List(ma.fields.Nested(LinkSchema), required=True, attribute="ties")
    is_all = ma.fields.Boolean(
        required=True, metadata={"description": "否：还有离本事项较远的事项没有列出"}
    )
    messages = ma.fields.List(ma.fields.Nested(SentSchema), required=True)


@links.route("/cases/<uuid:case>/links")
@requires(Permission.CASE_READ)
@links.response(HTTPStatus.OK, FamilySchema)
def show(case: UUID) -> Family:
    """有关联的事项，以及本事项发出的函件

    只列出本人可以查看的事项；函件只供承办机关查看，不写明送到哪一个事项。
    """
    with reading() as ctx:
        found = families.of_case(ctx, str(case))
    looked("case.links", str(case), str(case))
    return found


class TriedAgainSchema(ma.Schema):
    """The message that is tried again."""

    id = ma.fields.String(required=True)


@links.route("/cases/<uuid:case>/messages/<uuid:message>/again", methods=["POST"])
@requires(Permission.CASE_READ)
@links.doc(parameters=commands.HEADERS[:1])
@links.arguments(NothingSchema)
@links.response(HTTPStatus.CREATED, TriedAgainSchema)
def again(_given: dict[str, Any], case: UUID, message: UUID) -> Response:
    """再试一次没有送达的函件

    由承办机关重试；对方登记表单不接受的，先纠正原因。
    """

    def act(ctx: Context) -> str:
        messages.again(ctx, str(message), str(case))
        return str(message)

    return commands.created(act, f"{PREFIX}/cases/{case}/links")
