"""转办、退回、加签等：one form per verb of the table, for one task."""

from functools import partial

from flask import Blueprint, flash, redirect, url_for

from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.texts import _
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import reading
from server.http.verbs.saying import Verb
from server.http.verbs.table import TASK_VERBS
from server.services.files import sheets
from server.web import verb_forms, verb_pages
from server.web.fragments import render
from server.web.verb_pages import Page

pages = Blueprint("task_verbs", __name__, url_prefix="/tasks")


def _act(item_id: str, verb: Verb) -> Page:
    with reading() as ctx:
        case_id = sheets.case_of(ctx, item_id)
    try:
        given = verb_forms.given(verb)
        done = partial(verb.act, item_id=item_id, seen=verb_forms.seen(), **given)
        verb_forms.once(done, case_id)
    except (Conflict, Forbidden, Invalid) as refused:
        return _form(item_id, verb, refused), status_of(refused)
    flash(verb.done, "green")
    sees = verb_pages.exists(partial(sheets.sheet, item_id=item_id))
    return redirect(url_for("tasks.task", item_id=item_id) if sees else url_for("inbox.index"), 303)


def _form(item_id: str, verb: Verb, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        sheet = sheets.sheet(ctx, item_id)
        offered = verb_pages.offered(ctx, verb, item_id)
    looked("task.read", item_id, sheet.case.id)
    return render(
        "tasks/verb.html",
        sheet=sheet,
        offered=offered,
        is_possible=verb.name in sheet.actions,
        refusal=_("现在不能这样操作；待办的情况可能已经变化，请返回查看"),
        **verb_pages.shown(verb, refused),
    )


for _verb in TASK_VERBS.values():
    verb_pages.register(pages, "item_id", _verb, _form, _act)
