"""Notices of the signed-in person: what he was reminded of, and that he has read it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.schemas import Moment, Paging, word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.paces import CHOICES, Pace, pace_of
from server.domain.rung_texts import RungKind
from server.domain.texts import _
from server.http.access import requires
from server.http.site import me, reading
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import notice_lists
from server.services.files.notice_lists import Line
from server.services.identity import profile
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


class PaceSchema(ma.Schema):
    """How soon somebody is told of a kind of notices."""

    kind = word(RungKind)
    pace = word(Pace)
    choices = ma.fields.List(
        word(Pace), required=True, metadata={"description": "该类消息可以选择的方式"}
    )


class PacesSchema(ma.Schema):
    """Every kind of notices."""

    items = ma.fields.List(ma.fields.Nested(PaceSchema), required=True)


class WantedPacesSchema(ma.Schema):
    """Some kinds of notices, and how soon."""

    paces = ma.fields.Dict(
        keys=ma.fields.String(validate=validate.OneOf(tuple(RungKind))),
        values=ma.fields.String(validate=validate.OneOf(tuple(Pace))),
        required=True,
        validate=validate.Length(1),
    )


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


@notices.route("/notices/settings")
@requires(Permission.CASE_READ)
@notices.response(HTTPStatus.OK, PacesSchema)
def settings() -> dict[str, Json]:
    """各类消息的提醒方式：立即、每天汇总一次或者不提醒"""
    return _paces(me().preferences)


@notices.route("/notices/settings", methods=["POST"])
@requires(Permission.CASE_READ)
@notices.doc(parameters=commands.HEADERS[:1])
@notices.arguments(WantedPacesSchema)
@notices.response(HTTPStatus.OK, PacesSchema)
def choose(given: dict[str, Any]) -> Response:
    """设置各类消息的提醒方式，没有写的不变；到期、逾期和上报的提醒不能推迟或者关闭"""

    def effect(ctx: Context) -> Answer:
        wanted = {RungKind(kind): Pace(pace) for kind, pace in given["paces"].items()}
        return Answer(status=HTTPStatus.OK, body=_paces(profile.pace(ctx, wanted)))

    return commands.once(effect)


def _paces(preferences: Mapping[str, Json]) -> dict[str, Json]:
    items = [
        {
            "kind": str(kind),
            "pace": str(pace_of(preferences, kind)),
            "choices": [str(each) for each in CHOICES.get(kind, (Pace.AT_ONCE,))],
        }
        for kind in RungKind
    ]
    return {"items": items}


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
