"""What is done to a whole case, or to one of its clocks."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response, request
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.cases import CaseSchema, shown
from server.domain.access import Permission
from server.domain.texts import _
from server.http.access import requires
from server.queries import versions
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import case_summaries
from server.services.identity import posts
from server.services.verbs import case_verbs, deadline_clock

case_commands = Blueprint("case_commands", __name__, description=_("整个事项与期限的操作"))

_KEY = validate.Regexp(r"^[\w.\-]{1,120}$")
_REASON = validate.Length(1, 2000)


class WhySchema(ma.Schema):
    """Why."""

    reason = ma.fields.String(required=True, validate=_REASON)


class StopSchema(ma.Schema):
    """Which clock stands, for which of the reasons its rule knows."""

    deadline = ma.fields.String(required=True, validate=_KEY)
    reason = ma.fields.String(
        required=True,
        validate=_KEY,
        metadata={"description": "规则所列中止事由的标识"},
    )
    note = ma.fields.String(load_default="", validate=validate.Length(0, 2000))


class RestartSchema(ma.Schema):
    """Which clock runs again, and why."""

    deadline = ma.fields.String(required=True, validate=_KEY)
    reason = ma.fields.String(required=True, validate=_REASON)


class ExtendSchema(RestartSchema):
    """Which clock gets how much more, and why."""

    n = ma.fields.Integer(required=True, strict=True, validate=validate.Range(1, 3650))


@case_commands.route("/cases/<uuid:case>/stop", methods=["POST"])
@requires(Permission.CASE_READ)
@case_commands.doc(parameters=commands.HEADERS)
@case_commands.arguments(StopSchema)
@case_commands.response(HTTPStatus.OK, CaseSchema)
def stop(given: dict[str, Any], case: UUID) -> Response:
    """中止一个期限"""

    def verb(ctx: Context, case_id: str) -> None:
        deadline_clock.stop(
            ctx, case_id, given["deadline"], reason=given["reason"], note=given["note"]
        )

    return _done(str(case), verb)


@case_commands.route("/cases/<uuid:case>/restart", methods=["POST"])
@requires(Permission.CASE_READ)
@case_commands.doc(parameters=commands.HEADERS)
@case_commands.arguments(RestartSchema)
@case_commands.response(HTTPStatus.OK, CaseSchema)
def restart(given: dict[str, Any], case: UUID) -> Response:
    """恢复计算一个中止的期限"""

    def verb(ctx: Context, case_id: str) -> None:
        deadline_clock.restart(ctx, case_id, given["deadline"], note=given["reason"])

    return _done(str(case), verb)


@case_commands.route("/cases/<uuid:case>/extend", methods=["POST"])
@requires(Permission.CASE_READ)
@case_commands.doc(parameters=commands.HEADERS)
@case_commands.arguments(ExtendSchema)
@case_commands.response(HTTPStatus.OK, CaseSchema)
def extend(given: dict[str, Any], case: UUID) -> Response:
    """延长一个期限，由规则所定的批准人提出"""

    def verb(ctx: Context, case_id: str) -> None:
        deadline_clock.extend(ctx, case_id, given["deadline"], n=given["n"], note=given["reason"])

    return _done(str(case), verb)


@case_commands.route("/cases/<uuid:case>/suspend", methods=["POST"])
@requires(Permission.CASE_READ)
@case_commands.doc(parameters=commands.HEADERS)
@case_commands.arguments(WhySchema)
@case_commands.response(HTTPStatus.OK, CaseSchema)
def suspend(given: dict[str, str], case: UUID) -> Response:
    """暂停整个事项，由承办机关的主要负责人提出；期限照常计算"""
    return _done(str(case), partial(case_verbs.suspend, reason=given["reason"]))


@case_commands.route("/cases/<uuid:case>/resume", methods=["POST"])
@requires(Permission.CASE_READ)
@case_commands.doc(parameters=commands.HEADERS)
@case_commands.arguments(WhySchema)
@case_commands.response(HTTPStatus.OK, CaseSchema)
def resume(given: dict[str, str], case: UUID) -> Response:
    """恢复办理一个暂停的事项"""
    return _done(str(case), partial(case_verbs.resume, reason=given["reason"]))


@case_commands.route("/cases/<uuid:case>/cancel", methods=["POST"])
@requires(Permission.CASE_READ)
@case_commands.doc(parameters=commands.HEADERS)
@case_commands.arguments(WhySchema)
@case_commands.response(HTTPStatus.OK, CaseSchema)
def cancel(given: dict[str, str], case: UUID) -> Response:
    """终止整个事项，没有结果，不能恢复"""
    return _done(str(case), partial(case_verbs.cancel, reason=given["reason"]))


def _done(case_id: str, verb: Callable[[Context, str], None]) -> Response:
    def effect(ctx: Context) -> Answer:
        if "If-Match" in request.headers:
            actor = posts.with_posts(ctx)
            commands.refuse_stale(versions.of_case(ctx.session, actor, case_id))
        verb(ctx, case_id)
        ctx.settle()
        found = case_summaries.summary(ctx, case_id)
        return Answer(
            status=HTTPStatus.OK,
            body=CaseSchema().dump(shown(found)),
            headers=commands.tagged(found.version),
            case_id=case_id,
        )

    return commands.once(effect)
