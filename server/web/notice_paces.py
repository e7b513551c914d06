"""消息提醒: how soon somebody wants to be told of what."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Invalid
from server.domain.paces import CHOICES, DIGEST_AT, PACE_WORDS, Pace, pace_of
from server.domain.rung_texts import RUNG_WORDS, RungKind
from server.domain.texts import _
from server.http.access import requires
from server.http.site import acting, me
from server.services.identity import profile
from server.web.fragments import render
from server.web.verb_forms import refusal

pages = Blueprint("notice_paces", __name__, url_prefix="/me/notices")

_Page = Response | str | tuple[str, int]

#: what a kind is called where it is chosen, beyond its word on a notice
_SAID = {
    RungKind.REMIND: _("期限到期以前的提醒"),
    RungKind.PAST_TARGET: _("超过提示类目标（非法定）"),
    RungKind.URGED: _("他人催办"),
    RungKind.COPIED: _("他人抄送"),
    RungKind.MENTIONED: _("讨论中提到本人"),
    RungKind.FOLLOW_UP: _("本人定的到期再看"),
    RungKind.MEETING: _("会议"),
    RungKind.OTHER: _("其他：退回、加签、请示、回避等"),
}


@pages.get("")
@requires(Permission.CASE_READ)
def index() -> str:
    return _page()


@pages.post("")
@requires(Permission.CASE_READ)
def choose() -> _Page:
    try:
        wanted = {
            kind: Pace(request.form[kind]) for kind in RungKind if request.form.get(kind) in _PACES
        }
        with acting() as ctx:
            profile.pace(ctx, wanted)
    except Invalid as refused:
        return _page(refused), 422
    flash(_("已保存"), "green")
    return redirect(url_for(".index"), 303)


_PACES = frozenset(Pace)


def _page(refused: Invalid | None = None) -> str:
    kinds: list[dict[str, Any]] = [
        {
            "key": str(kind),
            "title": _SAID[kind],
            "chosen": request.form.get(kind, pace_of(me().preferences, kind)),
            "options": [(str(each), PACE_WORDS[each]) for each in choices],
        }
        for kind, choices in CHOICES.items()
    ]
    fixed = [RUNG_WORDS[kind] for kind in RungKind if kind not in CHOICES]
    hour = DIGEST_AT.strftime("%H:%M")
    return render("account/notices.html", kinds=kinds, fixed=fixed, hour=hour, **refusal(refused))
