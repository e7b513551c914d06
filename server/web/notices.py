"""消息: what somebody was reminded of, read once by him and on record."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.rung_texts import RUNG_WORDS, RungKind
from server.domain.texts import _
from server.http.access import requires
from server.http.site import acting, reading
from server.queries.totals import MAX_TOTAL
from server.services.files import notice_lists
from server.services.files.notice_lists import Line
from server.services.notices import reading as acts
from server.web.fragments import render

pages = Blueprint("notices", __name__)


@pages.get("/notices")
@requires(Permission.CASE_READ)
def index() -> str:
    number = min(max(request.args.get("page", 1, int), 1), MAX_TOTAL)
    only_unread = request.args.get("only") == "unread"
    with reading() as ctx:
        listed = notice_lists.listed(ctx, number, only_unread=only_unread)
    return render(
        "notices/index.html",
        listed=listed,
        only_unread=only_unread,
        page_size=notice_lists.PAGE,
        words=RUNG_WORDS,
        link=_link,
        address=lambda page: url_for(".index", page=page, only="unread" if only_unread else None),
    )


@pages.post("/notices/<notice_id>/read")
@requires(Permission.CASE_READ)
def read(notice_id: str) -> Response:
    """Whoever goes on to the matter has read the notice; so has who says so."""
    with acting() as ctx:
        acts.read(ctx, notice_id)
    with reading() as ctx:
        found = notice_lists.line(ctx, notice_id)
    link = _link(found)
    return redirect(link, 303) if link and request.form.get("then") == "go" else _back()


@pages.post("/notices/read")
@requires(Permission.CASE_READ)
def read_all() -> Response:
    with acting() as ctx:
        n = acts.read_all(ctx)
    flash(_("已将{n}条消息标为已读").format(n=n))
    return _back()


def _back() -> Response:
    return redirect(url_for(".index"), 303)


def _link(found: Line) -> str:
    """Where the notice leads, empty for nowhere."""
    if found.kind is RungKind.COPIED:
        return url_for("talks.index")
    place = "#talk" if found.kind is RungKind.MENTIONED else ""
    if found.task_id:
        return f"/tasks/{found.task_id}{place}"
    return f"/cases/{found.case_id}{place}" if found.case_id else ""
