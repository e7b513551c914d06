"""等待核准: what one designer proposed, shown to another one who makes it law or sends it back."""

from collections.abc import Callable
from typing import Final
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.texts import _
from server.http.access import requires
from server.http.problems import status_of
from server.http.site import acting, reading, site
from server.queries import pack_versions
from server.services import limits
from server.services.context import Context
from server.services.packs import (
    comparing,
    definitions,
    proposed_versions,
    version_answers,
)
from server.services.packs.proposed_versions import Waiting
from server.web import verb_forms
from server.web.fragments import render
from server.web.verb_forms import Done

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
    found = _asked(key)
    # before the transaction, for it takes seconds; of what is gone there is nothing to check
    checked = definitions.check(site().tools, found.files) if found else (None, ())

    def act(ctx: Context, seen: Waiting) -> Done:
        limits.count(ctx, limits.PUBLISH)
        done = proposed_versions.approve(ctx, seen, checked)
        said = _("已发布第{n}版，{day}起施行")
        said = said.format(n=done.version, day=seen.valid_from.isoformat())
        return Done(to=url_for("packs.history", key=key), said=said)

    return _decided(key, found, act)


@pages.post(f"/packs/{_KEY}/proposed/refuse")
@requires(Permission.PACK_PUBLISH)
def refuse(key: str) -> _Page:
    """Send it back with a reason."""
    reason = request.form.get("answer", "")[:_LONGEST]

    def act(ctx: Context, seen: Waiting) -> Done:
        proposed_versions.refuse(ctx, seen, reason)
        said = _("已退回，草稿没有改变；提出的人会看到理由")
        return Done(to=url_for("studio.show", pack=key), said=said)

    return _decided(key, _asked(key), act)


@pages.post(f"/packs/{_KEY}/proposed/withdraw")
@requires(Permission.PACK_PUBLISH)
def withdraw(key: str) -> _Page:
    """Take back what one proposed oneself."""

    def act(ctx: Context, seen: Waiting) -> Done:
        proposed_versions.withdraw(ctx, seen)
        return Done(to=url_for("studio.show", pack=key), said=_("已撤回，草稿没有改变"))

    return _decided(key, _asked(key), act)


@pages.post(f"/packs/{_KEY}/answers/<answer_id>")
@requires(Permission.PACK_PUBLISH)
def read(key: str, answer_id: str) -> Response:
    """Whoever proposed a version has read what was answered."""
    with acting() as ctx:
        version_answers.read(ctx, answer_id)
    return redirect(url_for("packs.history", key=key), 303)


def _decided(key: str, found: Waiting | None, act: Callable[[Context, Waiting], Done]) -> _Page:
    """Do it once; what was done under this form before is answered, though nothing waits now."""

    def once(ctx: Context) -> Done:
        if found is None:
            raise NotFound
        return act(ctx, found)

    try:
        return verb_forms.followed(once)
    except NotFound:
        return _gone(key)
    except (Conflict, Forbidden, Invalid) as refused:
        return (_page(found, refused), status_of(refused)) if found else _gone(key)


def _asked(key: str) -> Waiting | None:
    """What the form that was sent is about, None when it waits no more."""
    found = _waiting(key)
    return found if found and found.id == request.form.get("id") else None


def _gone(key: str) -> Response:
    flash(_("该版本已经核准、退回或者撤回"))
    return redirect(url_for("packs.history", key=key), 303)


def _waiting(key: str) -> Waiting | None:
    with reading() as ctx:
        return proposed_versions.waiting(ctx, key)


def _page(found: Waiting, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        changes = comparing.against_newest(ctx, site().tools, found.files)
        ahead = pack_versions.ahead(ctx.session, found.key, found.valid_from, ctx.today)
    return render(
        "packs/proposed.html",
        found=found,
        changes=changes,
        ahead=ahead,
        typed=request.form.get("answer", ""),
        longest=_LONGEST,
        once=uuid4().hex,
        **verb_forms.refusal(refused),
    )
