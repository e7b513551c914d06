"""暂停、终止、中止期限等：one form per verb of the table, for one case.

A verb with an outlook is done in two steps: what is typed is first answered by what would become
of it, then sent. What was changed after that is shown once more.
"""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any
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
from server.http.verbs.saying import Ask, Verb
from server.http.verbs.table import CASE_VERBS
from server.services.context import Context
from server.services.files import case_view
from server.services.verbs.judged import Choice
from server.services.verbs.outlook import Outlook
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("case_verbs", __name__, url_prefix="/cases")

_Page = Response | str | tuple[str, int]


def _register(verb: Verb) -> None:
    """The form of the verb, and where it is sent."""

    def form(case_id: str) -> str:
        return _form(case_id, verb)

    def act(case_id: str) -> _Page:
        return _act(case_id, verb)

    for view, method in ((form, "GET"), (act, "POST")):
        declared = requires(Permission.CASE_READ)(page_class("view")(view))
        name = f"{verb.name.replace('-', '_')}_{view.__name__}"
        pages.add_url_rule(f"/<case_id>/{verb.name}", name, declared, methods=[method])


for _verb in CASE_VERBS.values():
    _register(_verb)


def _act(case_id: str, verb: Verb) -> _Page:
    with reading() as ctx:
        case_view.steered(ctx, case_id)
    try:
        given = verb_forms.given(verb)
        outlook = _unseen(case_id, verb, given)
        if outlook is not None:
            return _form(case_id, verb, outlook=outlook, shown=_mark(given))
        verb_forms.once(partial(verb.act, case_id=case_id, **given), case_id)
    except (Conflict, Forbidden, Invalid) as refused:
        return _form(case_id, verb, refused), status_of(refused)
    flash(verb.done, "green")
    return redirect(_next(case_id), 303)


def _unseen(case_id: str, verb: Verb, given: Mapping[str, Any]) -> Outlook | None:
    """What would become of it, where the person has not seen that yet."""
    if verb.outlook is None or request.form.get("shown") == _mark(given):
        return None
    with reading() as ctx:
        return verb.outlook(ctx, case_id, **given)


def _mark(given: Mapping[str, Any]) -> str:
    """The same for the same arguments, so that a change after the outlook is noticed."""
    return sha256(repr(sorted(given.items())).encode()).hexdigest()[:16]


def _next(case_id: str) -> str:
    """Back on the case, where the person still sees it; else among his work."""
    with reading() as ctx:
        try:
            case_view.steered(ctx, case_id)
        except NotFound:
            return url_for("inbox.index")
    return url_for("cases.show", case_id=case_id)


def _form(
    case_id: str,
    verb: Verb,
    refused: RongcuoError | None = None,
    *,
    outlook: Outlook | None = None,
    shown: str = "",
) -> str:
    with reading() as ctx:
        head, possible = case_view.steered(ctx, case_id)
        offered = {ask.key: _choices(ctx, case_id, ask) for ask in verb.asks if ask.choices}
    looked("case.read", case_id, case_id)
    typed = verb_forms.typed(verb)
    for ask in verb.asks:
        if ask.required and len(offered.get(ask.key, ())) == 1 and not any(typed[ask.key]):
            typed[ask.key] = [offered[ask.key][0].value]
    return render(
        "cases/verb.html",
        verb=verb,
        head=head,
        offered=offered,
        is_possible=verb.name in possible.names,
        outlook=outlook,
        shown=shown,
        typed=typed,
        once=request.form.get("once", "")[:64] or uuid4().hex,
        refusal=_("现在不能这样操作；事项的情况可能已经变化，请返回查看"),
        **verb_forms.refusal(refused),
    )


def _choices(ctx: Context, case_id: str, ask: Ask) -> list[Choice]:
    if ask.choices is None:
        return []
    if not ask.by:
        return list(ask.choices(ctx, case_id))
    return list(ask.choices(ctx, case_id, request.values.get(ask.by, "")[:120]))
