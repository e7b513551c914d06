"""登记簿: the books of the reader's offices, as lists and as spreadsheets."""

from dataclasses import asdict
from datetime import date
from uuid import uuid4

from flask import Blueprint, Response, request, url_for

from server.domain.access import Permission
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.jurisdiction import Level
from server.domain.registers import Phase
from server.domain.texts import _
from server.http.access import requires
from server.http.downloads import as_workbook
from server.http.headers import page_class
from server.http.looks import looked
from server.http.site import now, reading
from server.queries.registers import Asked
from server.services import limits
from server.services.files import register_books, register_exports
from server.web.fragments import render

pages = Blueprint("registers", __name__)


@pages.get("/registers")
@requires(Permission.LEDGER_READ)
def index() -> str:
    with reading() as ctx:
        found = register_books.books(ctx)
    return render("registers/index.html", books=found)


@pages.get("/registers/<key>")
@requires(Permission.LEDGER_READ)
@page_class("view")
def show(key: str) -> str:
    asked = _asked(key)
    with reading() as ctx:
        found = register_books.page(ctx, asked, page=request.args.get("page", 1, int))
    looked("register.read", f"register:{found.book.key}")
    chosen = {name: each for name, each in asdict(asked).items() if each and name != "register"}
    return render(
        "registers/show.html",
        found=found,
        asked=asked,
        chosen=chosen,
        phases=[(each.value, word) for each, word in register_exports.PHASES.items()],
        words=register_exports.PHASES,
        levels=tuple(Level),
        sums=register_books.added_up(found.book, found.lines),
        address=lambda number: url_for("registers.show", key=key, **chosen, page=number),
    )


@pages.get("/registers/<key>.xlsx")
@requires(Permission.LEDGER_READ, fresh=True)
@page_class("file")
def spreadsheet(key: str) -> Response:
    """The entries are chosen when the file is made; what left is on record with its serial."""
    asked, serial = _asked(key), uuid4().hex[:12].upper()
    with reading() as ctx:
        target = f"register:{register_books.book(ctx, key).key}"
    looked("register.export", target, detail={"serial": serial}, limit=limits.EXPORT)
    with reading() as ctx:
        content = register_exports.workbook(ctx, asked, serial)
    return as_workbook(content, f"register-{now():%Y%m%d}-{serial}.xlsx")


def _asked(key: str) -> Asked:
    given = request.args
    return Asked(
        register=key,
        from_on=_day("from_on"),
        to_on=_day("to_on"),
        unit_id=given.get("unit_id", ""),
        level=given["level"] if given.get("level") in tuple(Level) else "",
        phase=given["phase"] if given.get("phase") in tuple(Phase) else "",
    )


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = _("日期应写成2026-03-01这样")
        finding = Finding(code="REGISTER_FILTER_DAY", field=name, message=message)
        raise Invalid(message, [finding]) from None
