"""回避: keep away, ask that another does, look at a recusal, decide it or take it back."""

from collections.abc import Mapping
from functools import partial
from typing import Final
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import reading
from server.http.verbs.saying import LONGEST
from server.services.context import Context
from server.services.files import recusals as files
from server.services.verbs import recusal_decisions, recusals
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("recusals", __name__)

_Page = Response | str | tuple[str, int]
_REFUSED = (Conflict, Forbidden, Invalid)
_TYPED: Final = ("ground", "words", "person")

_VERBS: Final = {
    "grant": _("已经决定回避，随即生效"),
    "refuse": _("已经决定不予回避"),
    "withdraw": _("已经撤回"),
}


@pages.get("/cases/<case_id>/recusals/new")
@requires(Permission.CASE_READ)
@page_class("view")
def new(case_id: str) -> str:
    return _form(case_id)


@pages.post("/cases/<case_id>/recusals/new")
@requires(Permission.CASE_READ)
@page_class("view")
def keep_away(case_id: str) -> _Page:
    with reading() as ctx:
        files.blank(ctx, case_id)
    is_own = request.form.get("who") == "self"
    try:
        verb_forms.once(partial(_declared if is_own else _asked, case_id=case_id), case_id)
    except _REFUSED as refused:
        return _form(case_id, refused), status_of(refused)
    if is_own:
        flash(_("已经记录您的回避：您不再办理该事项，也不能再查看"), "green")
        return redirect(url_for("inbox.index"), 303)
    flash(_("已经提出，由负责人决定"), "green")
    return redirect(url_for("cases.show", case_id=case_id, _anchor="people"), 303)


@pages.get("/recusals/<recusal_id>")
@requires(Permission.CASE_READ)
@page_class("view")
def one(recusal_id: str) -> str:
    return _one(recusal_id)


@pages.post("/recusals/<recusal_id>/<any(grant, refuse, withdraw):verdict>")
@requires(Permission.CASE_READ)
@page_class("view")
def decide(recusal_id: str, verdict: str) -> _Page:
    with reading() as ctx:
        case_id = files.one(ctx, recusal_id)[0].id
    try:
        verb_forms.once(partial(_decided, recusal_id=recusal_id, verdict=verdict), case_id)
    except _REFUSED as refused:
        return _one(recusal_id, refused), status_of(refused)
    flash(_VERBS[verdict], "green")
    try:
        with reading() as ctx:
            files.one(ctx, recusal_id)
    except NotFound:
        return redirect(url_for("inbox.index"), 303)
    return redirect(url_for(".one", recusal_id=recusal_id), 303)


@pages.get("/recusals/<recusal_id>/<any(grant, refuse, withdraw):verdict>")
@requires(Permission.CASE_READ)
def decided_again(recusal_id: str, verdict: str) -> Response:
    """The page a refused answer left behind is asked for again: the recusal."""
    return redirect(url_for(".one", recusal_id=recusal_id), 303)


def _declared(ctx: Context, case_id: str) -> None:
    recusals.declare(ctx, case_id, ground=_text("ground"), note=_text("words"))


def _asked(ctx: Context, case_id: str) -> None:
    recusals.ask(
        ctx, case_id, person=_text("person"), ground=_text("ground"), reason=_text("words")
    )


def _decided(ctx: Context, recusal_id: str, verdict: str) -> None:
    if verdict == "withdraw":
        recusal_decisions.withdraw(ctx, recusal_id, seen=verb_forms.seen())
        return
    recusal_decisions.decide(
        ctx,
        recusal_id,
        granted=verdict == "grant",
        answer=_text("answer"),
        person=_text("person"),
        seen=verb_forms.seen(),
    )


def _text(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST]


def _form(case_id: str, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        blank = files.blank(ctx, case_id)
    looked("recusal.read", case_id, case_id)
    typed = {name: request.form.get(name, "") for name in _TYPED}
    is_own = not blank.is_party and request.values.get("who", "self") == "self"
    return render(
        "recusals/new.html", blank=blank, typed=typed, is_own=is_own, **_problems(refused)
    )


def _one(recusal_id: str, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        head, view = files.one(ctx, recusal_id)
    looked("recusal.read", recusal_id, head.id)
    typed = {name: request.form.get(name, "") for name in ("answer", "person")}
    return render("recusals/one.html", head=head, view=view, typed=typed, **_problems(refused))


#: what the service calls a field of the form that goes under two names
_FIELDS: Final = {"note": "words", "reason": "words"}


def _problems(refused: RongcuoError | None) -> Mapping[str, object]:
    said = verb_forms.refusal(refused)
    told = [(_FIELDS.get(field, field), message) for field, message in said["problems"]]
    return {**said, "once": uuid4().hex, "problems": told, "errors": dict(told)}
