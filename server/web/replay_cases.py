"""重放旧案, for the head of a desk: the cases themselves, and what would have gone otherwise."""

from typing import Final

from flask import Blueprint, request, url_for

from server.domain.access import Permission
from server.domain.replays import FATE_WORDS, RESULT_WORDS, Fate, Result
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.queries.totals import MAX_TOTAL
from server.services.replaying import reports
from server.web.fragments import render

#: cases on a page
PAGE: Final = 50

pages = Blueprint("replay_cases", __name__)


@pages.get("/replays")
@requires(Permission.BOARD_READ)
def index() -> str:
    with reading() as ctx:
        found = reports.for_head(ctx)
    return render("replays/runs.html", runs=found)


@pages.get("/replays/<string(maxlength=36):run_id>")
@requires(Permission.BOARD_READ)
def show(run_id: str) -> str:
    asked = request.args.get("result", "")
    result = asked if asked in tuple(Result) else ""
    page = min(max(request.args.get("page", 1, int), 1), MAX_TOTAL)
    with reading() as ctx:
        run, title, lines = reports.cases(ctx, run_id, result)
    looked("replay.read", run_id)
    return render(
        "replays/cases.html",
        run=run,
        title=title,
        lines=lines[(page - 1) * PAGE : page * PAGE],
        total=len(lines),
        page=page,
        page_size=PAGE,
        address=lambda number: url_for(".show", run_id=run_id, result=result or None, page=number),
        result=result,
        words=RESULT_WORDS,
        fate_words=FATE_WORDS,
        untold=Fate.UNTOLD,
    )
