"""What is said beside the papers: remarks of a case, copies somebody got, his own matter urged."""

from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.schemas import Moment, Paging, WhoSchema
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.http.verbs.saying import WhySchema
from server.queries.comments import Comment
from server.queries.copies import Copy
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import copy_lists
from server.services.verbs import comments, copies, urgings

talks = Blueprint("talks", __name__, description=_("讨论、抄送和催办"))


class CommentSchema(ma.Schema):
    """One remark."""

    id = ma.fields.String(required=True)
    at = Moment(required=True)
    author = ma.fields.Nested(WhoSchema, required=True)
    task = ma.fields.String(required=True, allow_none=True)
    text = ma.fields.String(required=True, metadata={"description": "撤回的，为空"})
    mentions = ma.fields.List(ma.fields.Nested(WhoSchema), required=True)
    withdrawn_at = Moment(required=True, allow_none=True)


class CommentsSchema(ma.Schema):
    """The remarks of a case."""

    items = ma.fields.List(ma.fields.Nested(CommentSchema), required=True)
    total = ma.fields.Integer(required=True)


class CopySchema(ma.Schema):
    """One copy."""

    id = ma.fields.String(required=True)
    at = Moment(required=True)
    reference = ma.fields.String(required=True)
    case = ma.fields.String(required=True, allow_none=True)
    task = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "抄送给分管负责人的，为空：抄送不增加阅卷权限"},
    )
    title = ma.fields.String(required=True)
    reason = ma.fields.String(required=True)
    by = ma.fields.Nested(WhoSchema, required=True)
    read_at = Moment(required=True, allow_none=True)


class CopiesSchema(ma.Schema):
    """One page of copies."""

    items = ma.fields.List(ma.fields.Nested(CopySchema), required=True)
    total = ma.fields.Integer(required=True, allow_none=True)


class DoneSchema(ma.Schema):
    """What it was done to."""

    id = ma.fields.String(required=True)


@talks.route("/cases/<uuid:case>/comments")
@requires(Permission.CASE_READ)
@talks.response(HTTPStatus.OK, CommentsSchema)
def remarks(case: UUID) -> dict[str, Json]:
    """该事项的讨论，先写的在前；只供承办机关的人员"""
    with reading() as ctx:
        found = [_remark(each) for each in comments.of_case(ctx, str(case))]
    looked("comment.read", str(case), str(case))
    return {"items": found, "total": len(found)}


@talks.route("/comments/<uuid:comment>/withdraw", methods=["POST"])
@requires(Permission.CASE_READ)
@talks.doc(parameters=commands.HEADERS[:1])
@talks.response(HTTPStatus.OK, DoneSchema)
def withdraw_remark(comment: UUID) -> Response:
    """撤回本人的讨论，内容不再显示"""
    return _done(str(comment), partial(comments.withdraw, comment_id=str(comment)))


@talks.route("/copies")
@requires(Permission.CASE_READ)
@talks.arguments(Paging, location="query")
@talks.response(HTTPStatus.OK, CopiesSchema)
def received(given: dict[str, Any]) -> dict[str, Json]:
    """抄送给本人的，未阅的在前，新的在前"""
    with reading() as ctx:
        found = copy_lists.received(ctx, given["page"], size=given["page_size"])
    return {"items": [_copy(each) for each in found.items], "total": found.total}


@talks.route("/copies/<uuid:copy>/read", methods=["POST"])
@requires(Permission.CASE_READ)
@talks.doc(parameters=commands.HEADERS[:1])
@talks.response(HTTPStatus.OK, CopySchema)
def read(copy: UUID) -> Response:
    """把给本人的抄送标为已阅；第一次的时间留下记录，以后不变"""

    def effect(ctx: Context) -> Answer:
        copies.read(ctx, str(copy))
        body = CopySchema().dump(_copy(copy_lists.one(ctx, str(copy))))
        return Answer(status=HTTPStatus.OK, body=body)

    return commands.once(effect)


@talks.route("/copies/<uuid:copy>/withdraw", methods=["POST"])
@requires(Permission.CASE_READ)
@talks.doc(parameters=commands.HEADERS[:1])
@talks.response(HTTPStatus.OK, DoneSchema)
def withdraw(copy: UUID) -> Response:
    """撤回本人发出的抄送"""
    return _done(str(copy), partial(copies.withdraw, copy_id=str(copy)))


@talks.route("/cases/<uuid:case>/urge", methods=["POST"])
@requires(Permission.CASE_READ)
@talks.doc(parameters=commands.HEADERS[:1])
@talks.arguments(WhySchema)
@talks.response(HTTPStatus.OK, DoneSchema)
def urge(given: dict[str, Any], case: UUID) -> Response:
    """申请人或者当事人催办本人的事项；次数按规则包的规定"""
    return _done(str(case), partial(urgings.urge_own, case_id=str(case), **given))


def _done(found_id: str, act: partial[None]) -> Response:
    def effect(ctx: Context) -> Answer:
        act(ctx)
        return Answer(status=HTTPStatus.OK, body=DoneSchema().dump({"id": found_id}))

    return commands.once(effect)


def _remark(each: Comment) -> dict[str, Json]:
    called = zip(each.called_ids, each.called, strict=True)
    return {
        "id": each.id,
        "at": each.at,
        "author": {"id": each.author_id, "name": each.author},
        "task": each.task_id,
        "text": each.text,
        "mentions": [{"id": person, "name": name} for person, name in called],
        "withdrawn_at": each.withdrawn_at,
    }


def _copy(each: Copy) -> dict[str, Json]:
    return {
        "id": each.id,
        "at": each.at,
        "reference": each.reference,
        "case": None if each.is_above else each.case_id,
        "task": None if each.is_above else each.task_id,
        "title": each.step,
        "reason": each.reason,
        "by": {"id": each.by_id, "name": each.by},
        "read_at": each.read_at,
    }
