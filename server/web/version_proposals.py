"""等待核准: what one designer proposed, shown to another one who makes it law or sends it back."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.texts import _
from server.http.access import requires
from server.http.problems import status_of
from server.http.site import acting, reading, site
from server.services import limits
from server.services.packs import comparing, definitions, proposed_versions
from server.services.packs.proposed_versions import Waiting
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("version_proposals", __name__)

_Page = Response | str | tuple[str, int]
_KEY: Final = "<string(maxlength=80):key>"
_LONGEST: Final = 2000


@pages.get(f"/packs/{_KEY}/proposed")
@requires(Permission.PACK_PUBLISH)
def show(key: str) -> _Page:
    """What waits, how it differs from the newest version, and what the check says today."""
    found = _waiting(key)
    return _page(found) if found else redirect(url_for("packs.history", key=key), 303)


@pages.post(f"/packs/{_KEY}/proposed/approve")
@requires(Permission.PACK_PUBLISH, fresh=True)
def approve(key: str) -> _Page:
    """Make law what is shown."""
    found = _waiting(key)
    if found is None or found.id != request.form.get("id"):
        return _gone(key)
    checked = definitions.check(site().tools, found.files)
    try:
        with acting() as ctx:
            limits.count(ctx, limits.PUBLISH)
            done = proposed_versions.approve(ctx, found, checked)
    except (Conflict, Forbidden, Invalid) as refused:
        return _page(found, refused), status_of(refused)
    day = found.valid_from.isoformat()
    flash(_("已发布第{n}版，{day}起施行").format(n=done.version, day=day), "green")
    return redirect(url_for("packs.history", key=key), 303)


@pages.post(f"/packs/{_KEY}/proposed/refuse")
@requires(Permission.PACK_PUBLISH)
def refuse(key: str) -> _Page:
    """Send it back with a reason."""
    reason = request.form.get("answer", "")[:_LONGEST]

    def give_up(found: Waiting) -> None:
        with acting() as ctx:
            proposed_versions.refuse(ctx, found, reason)

    return _given_up(key, give_up, _("已退回，草稿没有改变；理由请告知提出的人，并已记入审计"))


@pages.post(f"/packs/{_KEY}/proposed/withdraw")
@requires(Permission.PACK_PUBLISH)
def withdraw(key: str) -> _Page:
    """Take back what one proposed oneself."""

    def give_up(found: Waiting) -> None:
        with acting() as ctx:
            proposed_versions.withdraw(ctx, found)

    return _given_up(key, give_up, _("已撤回，草稿没有改变"))


def _given_up(key: str, give_up: Callable[[Waiting], None], told: str) -> _Page:
    found = _waiting(key)
    if found is None or found.id != request.form.get("id"):
        return _gone(key)
    try:
        give_up(found)
    except (Conflict, Forbidden, Invalid) as refused:
        return _page(found, refused), status_of(refused)
    flash(told, "green")
    return redirect(url_for("studio.show", pack=key), 303)


def _gone(key: str) -> Response:
    flash(_("该版本已经核准、退回或者撤回"))
    return redirect(url_for("packs.history", key=key), 303)


def _waiting(key: str) -> Waiting | None:
    with reading() as ctx:
        return proposed_versions.waiting(ctx, key)


def _page(found: Waiting, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        changes = comparing.against_newest(ctx, site().tools, found.files)
    return render(
        "packs/proposed.html",
        found=found,
        changes=changes,
        typed=request.form.get("answer", ""),
        longest=_LONGEST,
        **verb_forms.refusal(refused),
    )
