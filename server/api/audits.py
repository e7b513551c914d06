"""The record of what was done and seen, for the audit administrator alone."""

from http import HTTPStatus
from typing import Any

import marshmallow as ma
from marshmallow import validate

from server.api.blueprints import Blueprint
from server.api.schemas import Moment, Paging
from server.domain.access import Permission
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.queries import audits as query
from server.services.audit import CHAINS

audits = Blueprint("audit", __name__, description=_("审计记录"))

#: a word of a filter: what it looks for has no other characters
_WORD = validate.Regexp(r"^[A-Za-z0-9_.:\-]{1,80}$")


class WantedSchema(Paging):
    """Which records."""

    chain = ma.fields.String(load_default="", validate=validate.OneOf(CHAINS))
    verb = ma.fields.String(load_default="", validate=_WORD)
    actor = ma.fields.String(load_default="", validate=_WORD)
    since = Moment(load_default=None)
    until = Moment(load_default=None)


class RecordSchema(ma.Schema):
    """One record: ids, hashes and dates, no content."""

    chain = ma.fields.String(required=True)
    seq = ma.fields.Integer(required=True)
    at = Moment(required=True)
    actor = ma.fields.String(required=True, attribute="actor_id")
    actor_name = ma.fields.String(required=True)
    verb = ma.fields.String(required=True)
    target = ma.fields.String(required=True)
    case = ma.fields.String(required=True, allow_none=True, attribute="case_id")
    detail = ma.fields.Dict(keys=ma.fields.String(), required=True)
    hash = ma.fields.String(required=True)


class RecordsSchema(ma.Schema):
    """One page of records."""

    items = ma.fields.List(ma.fields.Nested(RecordSchema), required=True)
    total = ma.fields.Integer(required=True, allow_none=True)


@audits.route("/audit")
@requires(Permission.AUDIT_READ)
@audits.arguments(WantedSchema, location="query")
@audits.response(HTTPStatus.OK, RecordsSchema)
def index(given: dict[str, Any]) -> query.Page:
    """两条记录链（办理、访问），最新的在前"""
    wanted = query.Wanted(
        chain=given["chain"],
        verb=given["verb"],
        actor_id=given["actor"],
        since=given["since"],
        until=given["until"],
    )
    with reading() as ctx:
        found = query.page(ctx.session, wanted, page=given["page"], page_size=given["page_size"])
    looked("audit.read", "audit", detail={"page": given["page"]})
    return found
