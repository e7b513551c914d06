"""常用语: what somebody, or his office, keeps for opinions; to be changed, and to be copied."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Invalid
from server.domain.texts import _
from server.http.access import requires
from server.http.site import acting, reading
from server.services.context import Context
from server.services.desk import phrases
from server.web.fragments import render

pages = Blueprint("phrases", __name__, url_prefix="/me/phrases")

_Page = Response | str | tuple[str, int]


@pages.get("")
@requires(Permission.CASE_READ)
def index() -> str:
    return _page()


@pages.post("")
@requires(Permission.CASE_READ)
def add() -> _Page:
    unit_id = request.form.get("unit", "")[:36] or None
    text = request.form.get("text", "")
    return _done(partial(phrases.add, text=text, unit_id=unit_id), _("已保存"))


@pages.post("/<phrase_id>")
@requires(Permission.CASE_READ)
def change(phrase_id: str) -> _Page:
    if request.form.get("then") == "remove":
        return _done(partial(phrases.remove, phrase_id=phrase_id), _("已删除"))
    text = request.form.get("text", "")
    return _done(partial(phrases.change, phrase_id=phrase_id, text=text), _("已保存"))


def _done(act: Callable[[Context], None], words: str) -> _Page:
    try:
        with acting() as ctx:
            act(ctx)
    except Invalid as refused:
        return _page(refused.message, request.form.get("text", "")), 422
    flash(words)
    return redirect(url_for(".index"), 303)


def _page(wrong: str = "", typed: str = "") -> str:
    with reading() as ctx:
        shelves = phrases.shelves(ctx)
    where = request.form.get("unit", "")
    return render(
        "account/phrases.html",
        shelves=shelves,
        longest=phrases.LONGEST,
        wrong=wrong,
        typed=typed,
        where=where,
    )
