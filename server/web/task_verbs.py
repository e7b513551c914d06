"""转办、退回、加签等：one form per verb of the table, for one task."""

from functools import partial
from uuid import uuid4

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import reading
from server.http.verbs.saying import Verb
from server.http.verbs.table import TASK_VERBS
from server.services.files import sheets
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("task_verbs", __name__, url_prefix="/tasks")

_Page = Response | str | tuple[str, int]


def _register(verb: Verb) -> None:
    """The form of the verb, and where it is sent."""

    def form(item_id: str) -> str:
        return _form(item_id, verb)

    def act(item_id: str) -> _Page:
        return _act(item_id, verb)

    for view, method in ((form, "GET"), (act, "POST")):
        declared = requires(Permission.CASE_READ)(page_class("view")(view))
        name = f"{verb.name}_{view.__name__}"
        pages.add_url_rule(f"/<item_id>/{verb.name}", name, declared, methods=[method])


for _verb in TASK_VERBS.values():
    _register(_verb)


def _act(item_id: str, verb: Verb) -> _Page:
    with reading() as ctx:
        case_id = sheets.case_of(ctx, item_id)
    try:
        given = verb_forms.given(verb)
        done = partial(verb.act, item_id=item_id, seen=verb_forms.seen(), **given)
        verb_forms.once(done, case_id)
    except (Conflict, Forbidden, Invalid) as refused:
        return _form(item_id, verb, refused), status_of(refused)
    flash(verb.done, "green")
    return redirect(_next(item_id), 303)


def _next(item_id: str) -> str:
    """Back on the task, where the person still sees it; else among his other work."""
    with reading() as ctx:
        try:
            sheets.sheet(ctx, item_id)
        except NotFound:
            return url_for("inbox.index")
    return url_for("tasks.task", item_id=item_id)


def _form(item_id: str, verb: Verb, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        sheet = sheets.sheet(ctx, item_id)
        offered = {
            ask.key: ask.choices(ctx, item_id) for ask in verb.asks if ask.choices is not None
        }
    looked("task.read", item_id, sheet.case.id)
    return render(
        "tasks/verb.html",
        verb=verb,
        sheet=sheet,
        offered=offered,
        is_possible=verb.name in sheet.actions,
        typed=verb_forms.typed(verb),
        once=uuid4().hex,
        refusal=_("现在不能这样操作；待办的情况可能已经变化，请返回查看"),
        **verb_forms.refusal(refused),
    )
