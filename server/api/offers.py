"""Which procedures people of this installation may start."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.schemas import Moment
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.texts import _
from server.http.access import requires
from server.http.site import reading
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.verbs import offers as service
from server.services.verbs.offers import Listed, Wish

offers = Blueprint("offers", __name__, description=_("本单位开通的程序"))


class OfferedProcedureSchema(ma.Schema):
    """A procedure and whether it is offered."""

    key = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    pack = ma.fields.String(required=True)
    from_on = ma.fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "尚未施行的，何日起施行"},
    )
    offered = ma.fields.Boolean(required=True)
    version = ma.fields.Integer(
        required=True, metadata={"description": "更改过几次；If-Match写这个数"}
    )
    reason = ma.fields.String(required=True, metadata={"description": "最近一次更改的理由"})
    changed_at = Moment(required=True, allow_none=True)


class OfferedProceduresSchema(ma.Schema):
    """All of them."""

    items = ma.fields.List(ma.fields.Nested(OfferedProcedureSchema), required=True)


class OfferWishSchema(ma.Schema):
    """What it is to be, and why."""

    offered = ma.fields.Boolean(required=True)
    reason = ma.fields.String(load_default="", validate=validate.Length(0, service.LONGEST))


@offers.route("/offers")
@requires(Permission.PACK_PUBLISH)
@offers.response(HTTPStatus.OK, OfferedProceduresSchema)
def index() -> dict[str, Json]:
    """已发布的程序中可以由人启动的，以及本单位是否开通"""
    with reading() as ctx:
        return {"items": [_shown(each) for each in service.listed(ctx)]}


@offers.route("/offers/<string(maxlength=120):key>", methods=["POST"])
@requires(Permission.PACK_PUBLISH, fresh=True)
@offers.doc(parameters=commands.HEADERS)
@offers.arguments(OfferWishSchema)
@offers.response(HTTPStatus.OK, OfferedProcedureSchema)
def change(given: dict[str, Any], key: str) -> Response:
    """开通一个程序，或者不再让人启动；有改变时须写明理由

    已经启动的事项照常办理；由其他事项的函件、专项活动启动的不受影响。
    """

    def effect(ctx: Context) -> Answer:
        seen = service.one(ctx, key).version
        commands.refuse_stale(str(seen))
        wish = Wish(is_offered=given["offered"], seen=seen)
        service.change(ctx, {key: wish}, given["reason"])
        found = service.one(ctx, key)
        return Answer(
            status=HTTPStatus.OK,
            body=OfferedProcedureSchema().dump(_shown(found)),
            headers=commands.tagged(str(found.version)),
        )

    return commands.once(effect)


def _shown(found: Listed) -> dict[str, Json]:
    return {**asdict(found), "offered": found.is_offered}
