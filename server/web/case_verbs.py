"""暂停、终止、中止期限等：one form per verb of the table, for one case.

A verb with an outlook is done in two steps: what is typed is first answered by what would become
of it, then sent. What was changed after that is shown once more.
"""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.texts import _
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import reading
from server.http.verbs.saying import Verb
from server.http.verbs.table import CASE_VERBS
from server.services.files import case_view
from server.services.verbs.outlook import Outlook
from server.web import verb_forms, verb_pages
from server.web.fragments import render
from server.web.verb_pages import Page

pages = Blueprint("case_verbs", __name__, url_prefix="/cases")


def _act(case_id: str, verb: Verb) -> Page:
    with reading() as ctx:
        case_view.steered(ctx, case_id)
    try:
        given = verb_forms.given(verb)
        outlook = _unseen(case_id, verb, given)
        if outlook is not None:
            return _form(case_id, verb, outlook=outlook, mark=_mark(given))
        if verb.prepare is not None:
            with reading() as ctx:
                given = {**given, **verb.prepare(ctx, case_id, **given)}
        verb_forms.once(partial(verb.act, case_id=case_id, **given), case_id)
    except (Conflict, Forbidden, Invalid) as refused:
        return _form(case_id, verb, refused), status_of(refused)
    flash(verb.done, "green")
    sees = verb_pages.exists(partial(case_view.steered, case_id=case_id))
    return redirect(url_for("cases.show", case_id=case_id) if sees else url_for("inbox.index"), 303)


def _unseen(case_id: str, verb: Verb, given: Mapping[str, Any]) -> Outlook | None:
    """What would become of it, where the person has not seen that yet."""
    if verb.outlook is None or request.form.get("shown") == _mark(given):
        return None
    with reading() as ctx:
        return verb.outlook(ctx, case_id, **given)


def _mark(given: Mapping[str, Any]) -> str:
    """The same for the same arguments, so that a change after the outlook is noticed."""
    asked = {key: value for key, value in given.items() if key != "seen"}
    return sha256(repr(sorted(asked.items())).encode()).hexdigest()[:16]


def _form(
    case_id: str,
    verb: Verb,
    refused: RongcuoError | None = None,
    *,
    outlook: Outlook | None = None,
    mark: str = "",
) -> str:
    with reading() as ctx:
        head, possible = case_view.steered(ctx, case_id)
        offered = verb_pages.offered(ctx, verb, case_id)
    looked("case.read", case_id, case_id)
    shown = verb_pages.shown(verb, refused)
    for ask in verb.asks:
        if ask.required and len(offered.get(ask.key, ())) == 1 and not any(shown["typed"][ask.key]):
            shown["typed"][ask.key] = [offered[ask.key][0].value]
    return render(
        "cases/verb.html",
        head=head,
        offered=offered,
        is_possible=verb.name in possible.names,
        outlook=outlook,
        shown=mark,
        refusal=_("现在不能这样操作；事项的情况可能已经变化，请返回查看"),
        **shown,
    )


for _verb in CASE_VERBS.values():
    verb_pages.register(pages, "case_id", _verb, _form, _act)
