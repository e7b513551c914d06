"""Books of registers, for the programs of the offices that keep them."""

from http import HTTPStatus
from typing import Any

import marshmallow as ma
from marshmallow import validate

from server.api.blueprints import Blueprint
from server.api.schemas import Moment, Paging, word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.jurisdiction import Level
from server.domain.registers import Phase
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.queries.registers import Asked
from server.services.files import register_books
from server.services.files.register_books import Line

registers = Blueprint("registers", __name__, description=_("登记簿"))


class BookSchema(ma.Schema):
    """A register the reader may open."""

    key = ma.fields.String(required=True)
    title = ma.fields.String(required=True)


class BooksSchema(ma.Schema):
    """All of them."""

    items = ma.fields.List(ma.fields.Nested(BookSchema), required=True)


class AskedSchema(Paging):
    """What of a book is wanted."""

    from_on = ma.fields.Date(load_default=None)
    to_on = ma.fields.Date(load_default=None)
    unit = ma.fields.UUID(load_default=None)
    level = ma.fields.String(load_default="", validate=validate.OneOf(("", *Level)))
    phase = ma.fields.String(load_default="", validate=validate.OneOf(("", *Phase)))


class EntrySchema(ma.Schema):
    """One entry."""

    id = ma.fields.String(required=True)
    reference = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    unit = ma.fields.String(required=True)
    managed_by = ma.fields.String(required=True, allow_none=True)
    level = word(Level)
    entered_on = ma.fields.Date(required=True)
    entered_at = Moment(required=True)
    until = ma.fields.Date(required=True, allow_none=True)
    ended_on = ma.fields.Date(required=True, allow_none=True)
    period_text = ma.fields.String(required=True)
    phase = word(Phase)
    data = ma.fields.Dict(required=True)
    shown = ma.fields.List(ma.fields.List(ma.fields.String()), required=True)


class EntriesSchema(ma.Schema):
    """A page of a book; ``total`` is null beyond ten thousand."""

    title = ma.fields.String(required=True)
    items = ma.fields.List(ma.fields.Nested(EntrySchema), required=True)
    total = ma.fields.Integer(required=True, allow_none=True)


@registers.route("/registers")
@requires(Permission.LEDGER_READ)
@registers.response(HTTPStatus.OK, BooksSchema)
def index() -> dict[str, Json]:
    """本人任职的机构保管的登记簿"""
    with reading() as ctx:
        found = register_books.books(ctx)
    return {"items": [{"key": book.key, "title": book.title} for book in found]}


@registers.route("/registers/<key>")
@requires(Permission.LEDGER_READ)
@registers.arguments(AskedSchema, location="query")
@registers.response(HTTPStatus.OK, EntriesSchema)
def show(given: dict[str, Any], key: str) -> dict[str, Json]:
    """一本登记簿中本机构所在层级、地区的登记，最近的在前"""
    asked = Asked(
        register=key,
        from_on=given["from_on"],
        to_on=given["to_on"],
        unit_id=str(given["unit"] or ""),
        level=given["level"],
        phase=given["phase"],
    )
    with reading() as ctx:
        found = register_books.page(ctx, asked, page=given["page"], page_size=given["page_size"])
    looked("register.read", f"register:{found.book.key}")
    return {
        "title": found.book.title,
        "items": [_shown(line) for line in found.lines],
        "total": found.total,
    }


def _shown(line: Line) -> dict[str, Json]:
    names = [name for name in EntrySchema().fields if name != "phase"]
    return {**{name: getattr(line.entry, name) for name in names}, "phase": line.phase}
