"""可以启动的程序: which procedures of the published packs people here may start, pack by pack."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """The procedures of a pack, with what was typed into its form and refused."""

    pack: str
    title: str
    entries: tuple[Listed, ...]
    #: keys of those whose box is ticked
    ticked: frozenset[str]
    reason: str = ""
    error: str = ""


@pages.get("/packs/offers")
@requires(Permission.PACK_PUBLISH)
def index() -> str:
    return _page()


@pages.post("/packs/offers")
@requires(Permission.PACK_PUBLISH, fresh=True)
def change() -> Response | tuple[str, int]:
    """The form of one pack: what is ticked may be started."""
    try:
        with acting() as ctx:
            changed = offers.change(ctx, _wishes(), request.form.get("reason", ""))
    except (Conflict, Invalid) as refused:
        return _page(refused), status_of(refused)
    if changed:
        flash(_("已保存，{n}个程序有变化").format(n=len(changed)), "green")
    else:
        flash(_("没有变化"))
    return redirect(url_for(".index", _anchor=f"pack-{request.form.get('pack', '')[:80]}"), 303)


def _wishes() -> dict[str, Wish]:
    """What the boxes say, each for the version that was looked at."""
    ticked, wishes = request.form.getlist("offered"), {}
    for each in request.form.getlist("procedure"):
        key, _colon, version = each.partition(":")
        seen = int(version) if version.isdecimal() and len(version) < 10 else -1
        wishes[key] = Wish(is_offered=key in ticked, seen=seen)
    return wishes


def _page(refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        found = offers.listed(ctx)
    shelves = list(_shelves(found, refused))
    return render("packs/offers.html", shelves=shelves, longest=offers.LONGEST)


def _shelves(found: Iterable[Listed], refused: RongcuoError | None) -> Iterable[Shelf]:
    for pack, group in groupby(found, key=lambda each: each.pack):
        entries = tuple(group)
        ticked = frozenset(each.key for each in entries if each.is_offered)
        mine = refused is not None and request.form.get("pack") == pack
        # what somebody else changed is shown as it is now; what only lacks a reason, as typed
        if mine and isinstance(refused, Invalid):
            ticked = frozenset(request.form.getlist("offered"))
        yield Shelf(
            pack=pack,
            title=entries[0].pack_title,
            entries=entries,
            ticked=ticked,
            reason=request.form.get("reason", "") if mine else "",
            error=refused.message if mine and refused else "",
        )
