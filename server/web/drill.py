"""演练时钟: the clock of a drill moved forward, and on which days something becomes due."""

from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.domain.texts import _
from server.http.access import requires
from server.http.site import acting, now, reading
from server.services.drills import drill
from server.web.context import moment
from server.web.fragments import render

pages = Blueprint("drill", __name__)

#: steps a button moves the clock by, in days
_STEPS = (1, 3, 7, 30)


@pages.get("/drill")
@requires(Permission.SYSTEM_ADMINISTER)
def index() -> str:
    return _page()


@pages.post("/drill")
@requires(Permission.SYSTEM_ADMINISTER)
def move() -> Response | tuple[str, int]:
    try:
        to = _moment()
        with acting() as ctx:
            due = drill.due(ctx, to)
            drill.move(ctx, to)
    except Invalid as refused:
        return _page(refused.message), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(
        _("演练时钟已经调到{moment}，其间到时的{n}项提醒和转办已经处理").format(
            moment=moment(to), n=due
        ),
        "green",
    )
    return redirect(url_for(".index"), 303)


def _page(error: str = "") -> str:
    with reading() as ctx:
        is_drill, coming = drill.state(ctx) is not None, drill.coming(ctx)
    return render(
        "drill/index.html",
        is_drill=is_drill,
        now=now(),
        coming=coming,
        steps=_STEPS,
        typed={"day": "", "time": "08:30", **request.form},
        error=error,
    )


def _moment() -> datetime:
    """By so many days, or to the moment that was typed."""
    days = request.form.get("days", 0, int)
    if days:
        return now() + timedelta(days=min(max(days, 0), 366))
    text = f"{request.form.get('day', '').strip()} {request.form.get('time', '').strip()}"
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA_TIME)
    except ValueError:
        raise Invalid(_("日期应写成2026-03-01，时间应写成08:30")) from None
