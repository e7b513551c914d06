"""台账: the ledger as a list, and as a spreadsheet for the weekly report."""

from dataclasses import asdict
from datetime import date
from uuid import uuid4

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.domain.access import Permission
from server.domain.case_words import status_word
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.lifecycle import CaseStatus
from server.domain.texts import _
from server.http.access import requires
from server.http.downloads import as_workbook
from server.http.headers import page_class
from server.http.looks import looked
from server.http.site import now, reading
from server.queries.ledger import Asked
from server.services import limits
from server.services.files import ledger_exports, ledgers
from server.web import filters
from server.web.fragments import render

pages = Blueprint("ledger", __name__)


@pages.get("/ledger")
@requires(Permission.LEDGER_READ)
def index() -> str | AnyResponse:
    opens_with = filters.opens_with("ledger")
    if opens_with is not None:
        return opens_with
    asked = _asked()
    with reading() as ctx:
        kept = filters.bar(ctx, "ledger")
        found = ledgers.page(ctx, asked, page=request.args.get("page", 1, int))
    looked("ledger.read", "ledger")
    chosen = {key: value for key, value in asdict(asked).items() if value}
    return render(
        "ledger/index.html",
        ledger=found,
        kept=kept,
        asked=asked,
        chosen=chosen,
        statuses=[(status.value, status_word(status)) for status in CaseStatus],
        outcomes=found.outcomes.items(),
        most=ledgers.MOST_ROWS,
        address=lambda number: url_for("ledger.index", **chosen, page=number),
    )


@pages.get("/ledger.xlsx")
@requires(Permission.LEDGER_READ, fresh=True)
@page_class("file")
def spreadsheet() -> Response:
    """The rows are chosen when the file is made; what left is on record with its serial."""
    asked, serial = _asked(), uuid4().hex[:12].upper()
    looked("ledger.export", "ledger", detail={"serial": serial}, limit=limits.EXPORT)
    with reading() as ctx:
        content = ledger_exports.workbook(ctx, asked, serial)
    return as_workbook(content, f"ledger-{now():%Y%m%d}-{serial}.xlsx")


def _asked() -> Asked:
    given = request.args
    status = given.get("status", "")
    return Asked(
        from_on=_day("from_on"),
        to_on=_day("to_on"),
        procedure=given.get("procedure", ""),
        unit_id=given.get("unit_id", ""),
        status=status if status in tuple(CaseStatus) else "",
        outcome=given.get("outcome", ""),
        origin=given["origin"] if given.get("origin") in ("taken_over", "here") else "",
    )


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = _("日期应写成2026-03-01这样")
        raise Invalid(message, [Finding(code="LEDGER_DAY", field=name, message=message)]) from None
