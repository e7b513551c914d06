"""责任倒查清单: the limits of the law that ran over, also where the work was done since."""

from uuid import uuid4

from flask import Blueprint, Response, request, url_for

from server.domain.access import Permission
from server.http.access import requires
from server.http.downloads import as_workbook
from server.http.headers import page_class
from server.http.looks import looked
from server.http.site import now, reading
from server.queries.totals import MAX_TOTAL
from server.services import limits
from server.services.files import overruns
from server.services.starts import overrun_starts
from server.web.fragments import render

pages = Blueprint("overruns", __name__)


@pages.get("/board/overruns")
@requires(Permission.BOARD_READ)
def index() -> str:
    number = min(max(request.args.get("page", 1, int), 1), MAX_TOTAL)
    with reading() as ctx:
        return render(
            "board/overruns.html",
            listed=overruns.page(ctx, number),
            begins=overrun_starts.beginning(ctx),
            page_size=overruns.PAGE,
            most=overruns.MOST_ROWS,
            address=lambda other: url_for("overruns.index", page=other),
        )


@pages.get("/board/overruns.xlsx")
@requires(Permission.BOARD_READ, fresh=True)
@page_class("file")
def spreadsheet() -> Response:
    serial = uuid4().hex[:12].upper()
    looked("overruns.export", "overruns", detail={"serial": serial}, limit=limits.EXPORT)
    with reading() as ctx:
        content = overruns.workbook(ctx, serial)
    return as_workbook(content, f"overruns-{now():%Y%m%d}-{serial}.xlsx")
