"""请示: what waits for somebody's consent, what he asked, and one request with its decision."""

from functools import partial
from typing import Final
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import reading
from server.services.context import Context
from server.services.files import requests as files
from server.services.files import stopped_cases
from server.services.verbs import requests as verbs
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("requests", __name__, url_prefix="/requests")

_Page = Response | str | tuple[str, int]

_DONE: Final = {
    "consent": _("已经同意，并已办理"),
    "refuse": _("已经答复，不作改变"),
    "withdraw": _("已经撤回"),
}


@pages.get("")
@requires(Permission.CASE_READ)
def index() -> str:
    with reading() as ctx:
        desk, stopped = files.desk(ctx), stopped_cases.of_head(ctx)
    return render("requests/index.html", desk=desk, stopped=stopped)


@pages.get("/<request_id>")
@requires(Permission.CASE_READ)
@page_class("view")
def one(request_id: str) -> str:
    return _one(request_id)


@pages.post("/<request_id>/<any(consent, refuse, withdraw):act>")
@requires(Permission.CASE_READ)
@page_class("view")
def decide(request_id: str, act: str) -> _Page:
    with reading() as ctx:
        case_id = files.one(ctx, request_id).request.case_id
    try:
        verb_forms.once(partial(_decide, request_id=request_id, decision=act), case_id)
    except (Conflict, Forbidden, Invalid) as refused:
        return _one(request_id, refused), status_of(refused)
    flash(_DONE[act], "green")
    return redirect(url_for(".one", request_id=request_id), 303)


def _decide(ctx: Context, request_id: str, decision: str) -> None:
    answer, seen = request.form.get("answer", ""), verb_forms.seen()
    match decision:
        case "consent":
            verbs.consent(ctx, request_id, answer=answer, seen=seen)
        case "refuse":
            verbs.refuse(ctx, request_id, answer=answer, seen=seen)
        case _:
            verbs.withdraw(ctx, request_id, seen=seen)


def _one(request_id: str, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        view = files.one(ctx, request_id)
    looked("request.read", request_id, view.request.case_id)
    return render(
        "requests/one.html",
        view=view,
        typed=request.form.get("answer", ""),
        once=uuid4().hex,
        **verb_forms.refusal(refused),
    )
