"""督办: the deadlines a head answers for."""

from datetime import UTC, datetime

from flask import Blueprint, request, url_for

from server.domain.access import Permission
from server.domain.case_words import level_word
from server.http.access import requires
from server.http.site import reading
from server.http.verbs import clocks
from server.queries.board import Narrowed
from server.queries.totals import MAX_TOTAL
from server.services.calendar import calendar_gaps
from server.services.files import boards, meeting_minutes
from server.services.operations import outages
from server.web.fragments import render

pages = Blueprint("board", __name__)


@pages.get("/board")
@requires(Permission.BOARD_READ)
def index() -> str:
    narrowed = Narrowed(
        unit_id=_asked("unit")[:36], step=_asked("step")[:120], level=_asked("level")[:16]
    )
    number = min(max(request.args.get("page", 1, int), 1), MAX_TOTAL)
    chosen = {"unit": narrowed.unit_id, "step": narrowed.step, "level": narrowed.level}
    chosen = {key: value for key, value in chosen.items() if value}
    with reading() as ctx:
        return render(
            "board/index.html",
            board=boards.of_head(ctx, narrowed, number),
            page_size=boards.PAGE,
            narrowed=narrowed,
            address=lambda **other: url_for("board.index", **{**chosen, **other}),
            level_word=level_word,
            clock_verbs=clocks.VERBS,
            rounds=meeting_minutes.missed(ctx),
            gap=calendar_gaps.missing_year(ctx),
            pauses=outages.lately(ctx, datetime.now(UTC)),
        )


def _asked(name: str) -> str:
    """What a filter asks for; PostgreSQL takes no NUL even to look for one."""
    return request.args.get(name, "").replace("\x00", "?")
