"""What is done to a whole case, or to one of its clocks."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final
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


class ClockSchema(ma.Schema):
    """Which clock."""

    deadline = ma.fields.String(required=True, validate=_KEY, attribute="rule_key")


class StopSchema(ClockSchema):
    """Which clock stands, for which of the reasons its rule knows."""

    reason = ma.fields.String(
        required=True,
        validate=_KEY,
        metadata={"description": "规则所列中止事由的标识"},
    )
    note = ma.fields.String(load_default="", validate=validate.Length(0, 2000))


class RestartSchema(ClockSchema):
    """Which clock runs again, and why."""

    reason = ma.fields.String(required=True, validate=_REASON, attribute="note")


class ExtendSchema(RestartSchema):
    """Which clock gets how much more, and why."""

    n = ma.fields.Integer(required=True, strict=True, validate=validate.Range(1, 3650))


#: name -> what it says, what it is sent, and the verb that takes what was sent
_COMMANDS: Final[Mapping[str, tuple[str, type[ma.Schema], Callable[..., None]]]] = {
    "stop": (_("中止一个期限"), StopSchema, deadline_clock.stop),
    "restart": (_("恢复计算一个中止的期限"), RestartSchema, deadline_clock.restart),
    "extend": (
        _("延长一个期限，由规则所定的批准人提出"),
        ExtendSchema,
        deadline_clock.extend,
    ),
    "suspend": (
        _("暂停整个事项，由承办机关的主要负责人提出；期限照常计算"),
        WhySchema,
        case_verbs.suspend,
    ),
    "resume": (_("恢复办理一个暂停的事项"), WhySchema, case_verbs.resume),
    "cancel": (_("终止整个事项，没有结果，不能恢复"), WhySchema, case_verbs.cancel),
}


def _register(name: str, says: str, schema: type[ma.Schema], verb: Callable[..., None]) -> None:
    def view(given: dict[str, Any], case: UUID) -> Response:
        return _done(str(case), partial(verb, **given))

    view.__name__, view.__doc__ = name, says
    described = case_commands.response(HTTPStatus.OK, CaseSchema)(view)
    described = case_commands.arguments(schema)(described)
    described = case_commands.doc(parameters=commands.HEADERS)(described)
    allowed = requires(Permission.CASE_READ)(described)
    case_commands.route(f"/cases/<uuid:case>/{name}", methods=["POST"])(allowed)


for _name, _command in _COMMANDS.items():
    _register(_name, *_command)


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
