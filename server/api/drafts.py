"""Answers kept before they are handed in."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.tasks import AnswersSchema, seen
from server.domain.access import Permission
from server.domain.texts import _
from server.http.access import requires
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.verbs import drafts as verbs

drafts = Blueprint("drafts", __name__, description=_("草稿"))


class TaskDraftSchema(ma.Schema):
    """A draft that was kept, with the version of its task."""

    id = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    draft = ma.fields.String(required=True, metadata={"description": "该草稿的标识"})


class DraftedSchema(AnswersSchema):
    """What is filled in so far, and over which draft."""

    draft = ma.fields.String(
        validate=validate.Length(0, 64),
        metadata={
            "description": "所看到的草稿的标识，没有的为空；此后另有保存的答复409；不给则直接覆盖"
        },
    )


@drafts.route("/tasks/<uuid:task>/draft", methods=["POST"])
@requires(Permission.CASE_READ)
@drafts.doc(parameters=commands.HEADERS)
@drafts.arguments(DraftedSchema)
@drafts.response(HTTPStatus.OK, TaskDraftSchema)
def draft(given: dict[str, Any], task: UUID) -> Response:
    """暂存填写的内容，不提交；只有本人看得到，提交或者退签后清除"""
    item_id = str(task)

    def effect(ctx: Context) -> Answer:
        saved = verbs.save(
            ctx,
            item_id,
            given["variables"],
            seen=seen(ctx, item_id),
            after=given.get("draft"),
        )
        told = {"id": item_id, "version": saved.version, "draft": saved.mark}
        tag = commands.tagged(str(saved.version))
        return Answer(status=HTTPStatus.OK, body=TaskDraftSchema().dump(told), headers=tag)

    return commands.once(effect)
