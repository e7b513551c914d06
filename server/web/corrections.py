"""更正日期: ask for it with evidence, look at a question, decide it or take it back."""

from datetime import date
from typing import Final
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.findings import Finding
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import acting, reading, site
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import attachments
from server.services.files import corrections as files
from server.services.verbs import corrections
from server.services.verbs.questions import LONGEST
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("corrections", __name__)

_Page = Response | str | tuple[str, int]
_REFUSED = (Conflict, Forbidden, Invalid)

_VERBS: Final = {
    "approve": _("已经批准，有关期限已重新计算"),
    "refuse": _("已经答复，日期不作改变"),
    "withdraw": _("已经撤回"),
}


@pages.get("/cases/<case_id>/corrections/new")
@requires(Permission.CASE_READ)
@page_class("view")
def new(case_id: str) -> str:
    return _form(case_id, request.args.get("event", ""))


@pages.post("/cases/<case_id>/corrections")
@requires(Permission.CASE_READ)
@page_class("view")
def ask(case_id: str) -> _Page:
    with reading() as ctx:
        files.blank(ctx, case_id, request.form.get("event", ""))
    kept = ""
    try:
        kept = _taken_in() or request.form.get("kept", "")[:36]
        return redirect(_asked(case_id, kept), 303)
    except _REFUSED as refused:
        return _form(case_id, request.form.get("event", ""), refused, kept), status_of(refused)


@pages.get("/cases/<case_id>/corrections")
@requires(Permission.CASE_READ)
def asked_again(case_id: str) -> Response:
    """The page a refused form left behind is asked for again: the file of the case."""
    return redirect(url_for("cases.show", case_id=case_id, _anchor="clocks"), 303)


@pages.get("/cases/<case_id>/corrections/<correction_id>")
@requires(Permission.CASE_READ)
@page_class("view")
def one(case_id: str, correction_id: str) -> str:
    return _one(case_id, correction_id)


@pages.post(
    "/cases/<case_id>/corrections/<correction_id>/<any(approve, refuse, withdraw):decision>"
)
@requires(Permission.CASE_READ)
@page_class("view")
def decide(case_id: str, correction_id: str, decision: str) -> _Page:
    with reading() as ctx:
        files.one(ctx, case_id, correction_id)
    try:
        with acting() as ctx:
            _decide(ctx, correction_id, decision)
    except _REFUSED as refused:
        return _one(case_id, correction_id, refused), status_of(refused)
    flash(_VERBS[decision], "green")
    return redirect(url_for(".one", case_id=case_id, correction_id=correction_id), 303)


@pages.get("/cases/<case_id>/corrections/<correction_id>/<any(approve, refuse, withdraw):decision>")
@requires(Permission.CASE_READ)
def decided_again(case_id: str, correction_id: str, decision: str) -> Response:
    """The page a refused answer left behind is asked for again: the question."""
    return redirect(url_for(".one", case_id=case_id, correction_id=correction_id), 303)


def _decide(ctx: Context, correction_id: str, verb: str) -> None:
    answer = request.form.get("answer", "")[:LONGEST]
    seen = verb_forms.seen()
    if verb == "approve":
        corrections.approve(ctx, correction_id, answer=answer, seen=seen)
    elif verb == "refuse":
        corrections.refuse(ctx, correction_id, answer=answer, seen=seen)
    else:
        corrections.withdraw(ctx, correction_id, seen=seen)


def _taken_in() -> str:
    """The id of the new draft, empty where no file came."""
    file = request.files.get("evidence")
    if file is None or not file.filename:
        return ""
    try:
        received = attachments.receive(site().tools, file.stream, file.filename)
        with acting() as ctx:
            return attachments.add(ctx, received)
    except Invalid as refused:
        at_field = [
            Finding(code=each.code, field="evidence", message=each.message, fix=each.fix)
            for each in refused.findings
        ]
        raise Invalid(refused.message, at_field) from refused


def _asked(case_id: str, evidence: str) -> str:
    """Where the question is; the same form sent twice asks once."""

    def effect(ctx: Context) -> Answer:
        asked = corrections.ask(
            ctx,
            case_id,
            request.form.get("event", ""),
            to_on=_day(request.form.get("date", "")),
            reason=request.form.get("reason", "").strip()[:LONGEST],
            evidence=evidence,
        )
        location = url_for(".one", case_id=case_id, correction_id=asked)
        return Answer(status=303, body=location, case_id=case_id)

    location = str(verb_forms.answered(effect).body)
    flash(_("已经提出，由负责人决定"), "green")
    return location


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _form(case_id: str, event: str, refused: RongcuoError | None = None, evidence: str = "") -> str:
    with reading() as ctx:
        blank = files.blank(ctx, case_id, event)
        names = attachments.names(ctx, [evidence]) if evidence else {}
    looked("correction.read", case_id, case_id)
    kept = {"id": evidence, "name": names[evidence]} if evidence in names else None
    return render(
        "corrections/new.html",
        blank=blank,
        typed={name: request.form.get(name, "") for name in ("date", "reason")},
        kept=kept,
        once=request.form.get("once") or uuid4().hex,
        **verb_forms.refusal(refused),
    )


def _one(case_id: str, correction_id: str, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        head, view = files.one(ctx, case_id, correction_id)
    looked("correction.read", correction_id, case_id)
    return render(
        "corrections/one.html",
        head=head,
        view=view,
        typed=request.form.get("answer", ""),
        **verb_forms.refusal(refused),
    )
