"""The clock of a drill."""

from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Response

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.schemas import Moment
from server.domain.access import Permission
from server.domain.texts import _
from server.http.access import requires
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.drills import drill as service

drill = Blueprint("drill", __name__, description=_("演练"))


class ClockSchema(ma.Schema):
    """What the clock shows, or is to show."""

    now = Moment(required=True)


@drill.route("/drill/clock", methods=["POST"])
@requires(Permission.SYSTEM_ADMINISTER)
@drill.doc(parameters=commands.HEADERS[:1])
@drill.arguments(ClockSchema)
@drill.response(HTTPStatus.OK, ClockSchema)
def move(given: dict[str, Any]) -> Response:
    """把演练时钟向前调整，并处理其间到期的事项"""

    def effect(ctx: Context) -> Answer:
        service.move(ctx, given["now"])
        return Answer(status=HTTPStatus.OK, body=ClockSchema().dump(given))

    return commands.once(effect)
