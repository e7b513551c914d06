"""运行状况: how the installation stands, and what its administrator can mend; no case is seen."""

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Invalid
from server.domain.texts import _
from server.http.access import requires
from server.http.site import acting, drilling, reading
from server.services.case import incidents
from server.services.notices.again import again
from server.services.operations import clock_watch, overview
from server.services.verbs import messages
from server.web.fragments import render

pages = Blueprint("system", __name__)


@pages.get("/system")
@requires(Permission.SYSTEM_ADMINISTER)
def index() -> str:
    return _page()


@pages.post("/system/incidents/<incident_id>/confirm")
@requires(Permission.SYSTEM_ADMINISTER, fresh=True)
def confirm(incident_id: str) -> Response | tuple[str, int]:
    """The clock of the machine is right as it is."""
    reason = request.form.get("reason", "")
    try:
        with acting() as ctx:
            clock_watch.confirm(ctx, incident_id, reason)
    except Invalid as refused:
        return _page({incident_id: (reason, refused.message)}), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("已确认服务器时钟，到时的事项随即处理"), "green")
    return redirect(url_for(".index"), 303)


@pages.post("/system/cases/<case_id>/again")
@requires(Permission.SYSTEM_ADMINISTER, fresh=True)
def case_again(case_id: str) -> Response:
    with acting() as ctx:
        incidents.resolve(ctx, case_id)
    flash(_("已恢复该事项，放弃的定时随即重试；再次出错会重新列在这里"), "green")
    return redirect(url_for(".index", _anchor="stopped"), 303)


@pages.post("/system/messages/<message_id>/again")
@requires(Permission.SYSTEM_ADMINISTER, fresh=True)
def message_again(message_id: str) -> Response:
    with acting() as ctx:
        messages.again(ctx, message_id)
    flash(_("已安排重试该函件"), "green")
    return redirect(url_for(".index", _anchor="messages"), 303)


@pages.post("/system/channels/again")
@requires(Permission.SYSTEM_ADMINISTER, fresh=True)
def channel_again() -> Response:
    """Send what one way out did not get through."""
    with acting() as ctx:
        n = again(ctx, request.form.get("channel", ""))
    flash(_("{n}件通知将重发").format(n=n), "green")
    return redirect(url_for(".index", _anchor="channels"), 303)


def _page(typed: dict[str, tuple[str, str]] | None = None) -> str:
    """The page; ``typed``: incident -> the reason that was refused, and why."""
    with reading() as ctx:
        real_now, is_drill = datetime.now(UTC), drilling() is not None
        found = overview.overview(ctx, real_now, is_drill=is_drill)
    return render(
        "system/index.html",
        found=found,
        typed=typed or {},
        is_backup_due=overview.is_backup_due(found),
        most=clock_watch.MOST,
    )
