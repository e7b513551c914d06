"""可以启动的程序: which procedures of the published packs people here may start."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Invalid, RongcuoError
from server.domain.texts import _
from server.http.access import requires
from server.http.problems import status_of
from server.http.site import acting, reading
from server.services.verbs import offers
from server.services.verbs.offers import Listed, Wish
from server.web.fragments import render

pages = Blueprint("offers", __name__)


@pages.get("/packs/offers")
@requires(Permission.PACK_PUBLISH)
def index() -> str:
    return _page()


@pages.post("/packs/offers")
@requires(Permission.PACK_PUBLISH, fresh=True)
def change() -> Response | tuple[str, int]:
    """What is ticked may be started; one reason for all that changes."""
    try:
        with acting() as ctx:
            changed = offers.change(ctx, _wishes(), request.form.get("reason", ""))
    except (Conflict, Invalid) as refused:
        return _page(refused), status_of(refused)
    if changed:
        flash(_("已保存，{n}个程序有变化").format(n=len(changed)), "green")
    else:
        flash(_("没有变化"))
    return redirect(url_for(".index"), 303)


def _wishes() -> dict[str, Wish]:
    """The boxes whose tick was set or taken away, each for the version that was looked at.

    The others say nothing: what somebody else has changed of them meanwhile stays.
    """
    ticked, wishes = set(request.form.getlist("offered")), {}
    for each in request.form.getlist("procedure"):
        key, version, was = [*each.split(":", 2), "", ""][:3]
        if (key in ticked) != (was == "on"):
            seen = int(version) if version.isdecimal() and len(version) < 10 else -1
            wishes[key] = Wish(is_offered=key in ticked, seen=seen)
    return wishes


def _page(refused: RongcuoError | None = None) -> str:
    wishes = _wishes() if refused else {}
    with reading() as ctx:
        found = offers.listed(ctx)
    return render(
        "packs/offers.html",
        found=found,
        ticked={each.key for each in found if _is_ticked(each, wishes.get(each.key))},
        reason=request.form.get("reason", "") if refused else "",
        error=refused.message if refused else "",
        longest=offers.LONGEST,
    )


def _is_ticked(found: Listed, wish: Wish | None) -> bool:
    """As it was typed, unless somebody else has changed it meanwhile: then as it is now."""
    return wish.is_offered if wish and wish.seen == found.version else found.is_offered
