"""督办: the deadlines a head answers for."""

from flask import Blueprint, request

from server.domain.access import Permission
from server.http.access import requires
from server.http.site import reading
from server.queries.board import Narrowed
from server.services.calendar import calendar_gaps
from server.services.files import boards
from server.web.fragments import render

pages = Blueprint("board", __name__)


@pages.get("/board")
@requires(Permission.BOARD_READ)
def index() -> str:
    narrowed = Narrowed(
        unit_id=request.args.get("unit", "")[:36], step=request.args.get("step", "")[:120]
    )
    with reading() as ctx:
        return render(
            "board/index.html",
            board=boards.of_head(ctx, narrowed),
            narrowed=narrowed,
            gap=calendar_gaps.missing_year(ctx),
        )
