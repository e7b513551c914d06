"""What is done to a whole case, or to one of its clocks: one route per verb of the table."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.cases import CaseSchema, shown
from server.domain.access import Permission
from server.domain.texts import _
from server.http.access import requires
from server.http.site import reading
from server.http.verbs.saying import Verb
from server.http.verbs.table import CASE_VERBS
from server.queries import versions
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import case_summaries
from server.services.identity import posts

case_commands = Blueprint("case_commands", __name__, description=_("整个事项与期限的操作"))


def _register(verb: Verb) -> None:
    def view(given: dict[str, Any], case: UUID) -> Response:
        if verb.prepare is not None:
            with reading() as ctx:
                given = {**given, **verb.prepare(ctx, str(case), **given)}
        return _done(str(case), partial(verb.act, **given))

    view.__name__, view.__doc__ = verb.name.replace("-", "_"), f"{verb.title}\n\n{verb.says}"
    described = case_commands.response(HTTPStatus.OK, CaseSchema)(view)
    described = case_commands.arguments(verb.schema)(described)
    described = case_commands.doc(parameters=commands.HEADERS)(described)
    allowed = requires(Permission.CASE_READ)(described)
    case_commands.route(f"/cases/<uuid:case>/{verb.name}", methods=["POST"])(allowed)


for _verb in CASE_VERBS.values():
    _register(_verb)


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
