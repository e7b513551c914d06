"""What somebody may start."""

from http import HTTPStatus
from typing import Any

import marshmallow as ma

from server.api.blueprints import Blueprint
from server.domain.access import Permission
from server.domain.texts import _
from server.http.access import requires
from server.http.site import reading
from server.services.starts.procedures import Startable, StartSheet, start_sheet, startable

procedures = Blueprint("procedures", __name__, description=_("可以启动的程序"))


class WaySchema(ma.Schema):
    """One way in which somebody may start it."""

    key = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    unit = ma.fields.String(required=True)
    preset = ma.fields.Dict(keys=ma.fields.String(), required=True)


class ProcedureSchema(ma.Schema):
    """A procedure that may be started today."""

    key = ma.fields.String(required=True)
    pack = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    start_form = ma.fields.Dict(
        keys=ma.fields.String(), required=True, metadata={"description": "form-js表单"}
    )
    data = ma.fields.Dict(
        keys=ma.fields.String(),
        required=True,
        metadata={"description": "表单的初值"},
    )
    ways = ma.fields.List(ma.fields.Nested(WaySchema), required=True)


@procedures.route("/procedures")
@requires(Permission.CASE_READ)
@procedures.response(HTTPStatus.OK, ProcedureSchema(many=True))
def index() -> list[dict[str, Any]]:
    """本人今天可以启动的程序，以及启动时填写的表单"""
    with reading() as ctx:
        found = startable(ctx)
        return [_shown(each, start_sheet(ctx, each.key)) for each in found if each.ways]


def _shown(found: Startable, sheet: StartSheet) -> dict[str, Any]:
    return {
        "key": found.key,
        "pack": found.pack,
        "version": found.version,
        "title": found.title,
        "start_form": sheet.schema,
        "data": sheet.values,
        "ways": found.ways,
    }
