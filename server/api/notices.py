"""Notices of the signed-in person: what he was reminded of, and that he has read it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.schemas import Moment, Paging, word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.rung_texts import RungKind
from server.domain.texts import _
from server.http.access import requires
from server.http.site import reading
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import notice_lists
from server.services.files.notice_lists import Line
from server.services.notices import reading as acts

notices = Blueprint("notices", __name__, description=_("消息"))


class WantedSchema(Paging):
    """Which notices."""

    unread = ma.fields.Boolean(load_default=False, truthy={"true"}, falsy={"false"})


class NoticeSchema(ma.Schema):
    """One notice."""

    id = ma.fields.String(required=True)
    at = Moment(required=True)
    read_at = Moment(required=True, allow_none=True)
    kind = word(RungKind)
    reference = ma.fields.String(required=True)
    text = ma.fields.String(
        required=True, metadata={"description": "现在无权查看该事项的，为空，只给出案号"}
    )
    case = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="case_id",
        metadata={"description": "现在无权查看该事项的，为空"},
    )
    task = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="task_id",
        metadata={"description": "本人可以办理的待办"},
    )


class NoticesSchema(ma.Schema):
    """One page of notices."""

    items = ma.fields.List(ma.fields.Nested(NoticeSchema), required=True)
    total = ma.fields.Integer(required=True, allow_none=True)


@notices.route("/notices")
@requires(Permission.CASE_READ)
@notices.arguments(WantedSchema, location="query")
@notices.response(HTTPStatus.OK, NoticesSchema)
def index(given: dict[str, Any]) -> dict[str, Json]:
    """本人的消息，未读的在前，新的在前

    期限的提醒、到期和逾期上报；只列出给本人的。
    """
    with reading() as ctx:
        found = notice_lists.listed(
            ctx, given["page"], size=given["page_size"], only_unread=given["unread"]
        )
    return {"items": list(found.lines), "total": found.total}


@notices.route("/notices/<uuid:notice>/read", methods=["POST"])
@requires(Permission.CASE_READ)
@notices.doc(parameters=commands.HEADERS[:1])
@notices.response(HTTPStatus.OK, NoticeSchema)
def read(notice: UUID) -> Response:
    """把本人的一条消息标为已读；第一次的时间留下记录，以后不变"""

    def effect(ctx: Context) -> Answer:
        acts.read(ctx, str(notice))
        line: Line = notice_lists.line(ctx, str(notice))
        return Answer(status=HTTPStatus.OK, body=NoticeSchema().dump(line))

    return commands.once(effect)
