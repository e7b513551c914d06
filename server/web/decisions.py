"""集体研究: one decision with what is done at its meeting, its vote sheet on paper, meetings."""

from functools import partial
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.texts import _
from server.domain.votes import ABSTAIN
from server.http.access import requires
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import reading
from server.http.verbs.deciding import DECISION_VERBS
from server.services.files import (
    decision_convening,
    decision_rests,
    decision_sheets,
    meeting_lists,
    meeting_minutes,
)
from server.services.files.decision_sheets import DecisionSheet
from server.web import decision_forms, verb_forms
from server.web.fragments import render
from server.web.plain_forms.problems import problems

pages = Blueprint("decisions", __name__)

_Page = Response | str | tuple[str, int]


@pages.get("/meetings")
@requires(Permission.CASE_READ)
def meetings() -> str:
    with reading() as ctx:
        found = meeting_lists.meetings(ctx)
        rounds = meeting_minutes.rounds(ctx)
        today = ctx.today
    coming = [one for one in found if one.held_on >= today and one.state != "closed"]
    return render(
        "decisions/meetings.html",
        coming=list(reversed(coming)),
        past=[one for one in found if one not in coming],
        rounds=rounds,
    )


@pages.get("/meetings/<meeting_id>/minutes")
@requires(Permission.CASE_READ)
@page_class("view")
def minutes(meeting_id: str) -> str:
    """What one meeting came to in all of its cases, on paper."""
    with reading() as ctx:
        found = meeting_minutes.minutes(ctx, meeting_id)
    serial = uuid4().hex[:12].upper()
    for sheet in found.sheets:
        looked("decision.print", sheet.id, sheet.case_id, {"serial": serial})
    return render("decisions/minutes.html", minutes=found, serial=serial)


@pages.get("/decisions/<decision_id>")
@requires(Permission.CASE_READ)
@page_class("view")
def show(decision_id: str) -> str:
    return _page(decision_id)


@pages.get("/decisions/<decision_id>/print")
@requires(Permission.CASE_READ)
@page_class("view")
def on_paper(decision_id: str) -> str:
    with reading() as ctx:
        sheet = decision_sheets.sheet(ctx, decision_id)
    serial = uuid4().hex[:12].upper()
    looked("decision.print", sheet.id, sheet.case_id, {"serial": serial})
    return render("decisions/print.html", sheet=sheet, serial=serial)


@pages.get("/decisions/<decision_id>/convene")
@requires(Permission.CASE_READ)
@page_class("view")
def convening(decision_id: str) -> str:
    return _convening(decision_id)


def _act(decision_id: str, verb: str) -> _Page:
    said = DECISION_VERBS[verb]
    with reading() as ctx:
        found = decision_sheets.readable(ctx, decision_id)
        rest = decision_rests.rest(ctx, found) if verb == "note" else None
    sent = decision_forms.rest_sent(rest)
    try:
        given = decision_forms.given(said)
        if sent is not None:
            given["variables"] = sent.answers
        if verb in ("close", "convene"):
            given["seen"] = verb_forms.seen()
        done = partial(said.act, decision_id=decision_id, **given)
        # what was chosen is kept nowhere but as a ballot
        verb_forms.once(done, found.case.id, is_secret=verb == "vote")
    except (Conflict, Forbidden, Invalid) as refused:
        again = _convening if verb == "convene" else _page
        return again(decision_id, refused, sent.answers if sent else None), status_of(refused)
    if sent is not None and sent.is_step:
        return redirect(url_for(".show", decision_id=decision_id, _anchor="rest"), 303)
    flash(said.done, "green")
    return redirect(_next(decision_id), 303)


def _register(verb: str) -> None:
    """Where the form of the verb is sent, and what is there for whoever asks for it again."""

    def act(decision_id: str) -> _Page:
        return _act(decision_id, verb)

    def again(decision_id: str) -> Response:
        return redirect(url_for(".show", decision_id=decision_id), 303)

    place = f"/decisions/<decision_id>/{verb}"
    declared = requires(Permission.CASE_READ)(page_class("view")(act))
    pages.add_url_rule(place, f"{verb}_act", declared, methods=["POST"])
    if verb != "convene":
        pages.add_url_rule(place, f"{verb}_again", requires(Permission.CASE_READ)(again))


for _verb in DECISION_VERBS:
    _register(_verb)


def _next(decision_id: str) -> str:
    """Back on the decision, where it still exists for the person."""
    with reading() as ctx:
        try:
            decision_sheets.readable(ctx, decision_id)
        except NotFound:
            return url_for("inbox.index")
    return url_for(".show", decision_id=decision_id)


def _page(
    decision_id: str, refused: RongcuoError | None = None, typed: dict[str, Any] | None = None
) -> str:
    with reading() as ctx:
        found = decision_sheets.readable(ctx, decision_id)
        sheet = decision_sheets.shown(ctx, found)
        rest = decision_rests.rest(ctx, found)
        findings = _findings(sheet, refused)
        controls = decision_forms.drawn(ctx, rest, typed, findings)
    looked("decision.read", sheet.id, sheet.case_id)
    return render(
        "decisions/show.html",
        sheet=sheet,
        verbs=DECISION_VERBS,
        controls=controls,
        once=uuid4().hex,
        message=refused.message if refused else "",
        problems=problems(rest.schema if rest else {}, findings) if refused else (),
        typed=request.form,
        ballot=[*((line.code, line.text) for line in sheet.options), (ABSTAIN, _("弃权"))],
    )


def _findings(sheet: DecisionSheet, refused: RongcuoError | None) -> tuple[Any, ...]:
    if isinstance(refused, Invalid):
        return tuple(refused.findings)
    return tuple(sheet.unfilled) if refused else ()


def _convening(
    decision_id: str, refused: RongcuoError | None = None, _typed: dict[str, Any] | None = None
) -> str:
    with reading() as ctx:
        found = decision_sheets.readable(ctx, decision_id)
        offered = decision_convening.offered(ctx, found)
        sheet = decision_sheets.shown(ctx, found)
    looked("decision.read", sheet.id, sheet.case_id)
    return render(
        "decisions/convene.html",
        sheet=sheet,
        offered=offered,
        once=uuid4().hex,
        **verb_forms.refusal(refused),
        typed=request.form,
        refusal=_("现在不能召开会议，或者更改会议安排；请返回查看"),
    )
