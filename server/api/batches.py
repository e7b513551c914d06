"""Several tasks at once: claimed, or handed in with the same answers where the pack lets them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import request
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.texts import _
from server.http import batching
from server.http.access import requires
from server.http.verbs.saying import ID
from server.services.context import Context
from server.services.verbs import batches as verbs
from server.services.verbs import work

batches = Blueprint("batches", __name__, description=_("批量签收和批量提交"))


class TasksOfBatchSchema(ma.Schema):
    """Which tasks."""

    tasks = ma.fields.List(
        ma.fields.String(validate=ID), required=True, validate=validate.Length(1, verbs.MOST)
    )


class AnswersOfBatchSchema(TasksOfBatchSchema):
    """Which tasks, and what is answered for each of them."""

    variables = ma.fields.Dict(keys=ma.fields.String(), required=True)


class ResultSchema(ma.Schema):
    """What became of one task."""

    id = ma.fields.String(required=True)
    done = ma.fields.Boolean(required=True, attribute="is_done")
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)


class ResultsSchema(ma.Schema):
    """What became of each task, in the order they were named."""

    items = ma.fields.List(ma.fields.Nested(ResultSchema), required=True)


@batches.route("/tasks/claim", methods=["POST"])
@requires(Permission.CASE_READ)
@batches.doc(parameters=commands.HEADERS[:1])
@batches.arguments(TasksOfBatchSchema)
@batches.response(HTTPStatus.OK, ResultsSchema)
def claim(given: dict[str, Any]) -> dict[str, Json]:
    """签收若干待办

    逐件办理，各有结果：一件不成，不影响其他。同一幂等键下，办成的不再重复，没有办成的再试。
    """
    return _each(given["tasks"], work.claim)


@batches.route("/tasks/complete", methods=["POST"])
@requires(Permission.CASE_READ)
@batches.doc(parameters=commands.HEADERS[:1])
@batches.arguments(AnswersOfBatchSchema)
@batches.response(HTTPStatus.OK, ResultsSchema)
def complete(given: dict[str, Any]) -> dict[str, Json]:
    """以同样的内容提交若干待办，只限政策包在desk.batch中列出的环节

    逐件办理，各有结果，与逐件提交相同。
    """

    def act(ctx: Context, item_id: str) -> None:
        verbs.complete(ctx, item_id, given["variables"])

    return _each(given["tasks"], act)


def _each(ids: list[str], act: Callable[[Context, str], None]) -> dict[str, Json]:
    key = request.headers.get("Idempotency-Key", "")
    return {"items": batching.each(ids, act, key)}
