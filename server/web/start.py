"""申请: what somebody may start, the start form with its guide, the receipt; choosers of names."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from flask import Blueprint, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.domain.access import Permission
from server.domain.errors import Invalid, NotOffered, RongcuoError
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.http.access import requires
from server.http.headers import page_class
from server.http.problems import status_of
from server.http.site import actor, reading, site
from server.queries.windows import open_windows
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import attachments, name_choices
from server.services.starts import guides, overrun_starts, procedures, receipts
from server.services.starts.guides import Guide
from server.services.starts.procedures import StartSheet
from server.services.verbs import cases
from server.web import sent, verb_forms
from server.web.fragments import render
from server.web.plain_forms.controls import controls
from server.web.plain_forms.parts import Asking
from server.web.plain_forms.posted import Posted, posted
from server.web.plain_forms.problems import problems
from server.web.plain_forms.uploads import ids_in, taken_in
from server.web.start_groups import groups

pages = Blueprint("start", __name__)

#: most names a chooser gets at once, and least letters it has to ask with
_MOST_NAMES = 20
_LEAST_LETTERS = 2

_Answer = AnyResponse | str | tuple[str, int]


@pages.get("/start")
@requires(Permission.CASE_READ)
def index() -> str:
    who = actor()
    with reading() as ctx:
        found = procedures.startable(ctx)
        units = [post.unit_id for post in who.posts]
        windows = open_windows(ctx.session, who.person_id, units)
    return render("start/index.html", groups=groups(found), windows=windows)


@pages.get("/start/<key>")
@requires(Permission.CASE_READ)
@page_class("view")
def form(key: str) -> str:
    with reading() as ctx:
        sheet = _begun(ctx, key)
        guide = guides.guide(ctx, key, {**sheet.values, **sheet.fixed})
        return _page(ctx, sheet, None, guide)


@pages.get("/start/<key>/form.json")
@requires(Permission.CASE_READ)
def form_json(key: str) -> AnyResponse:
    with reading() as ctx:
        sheet = _begun(ctx, key)
    return jsonify(schema=sheet.form, data={**sheet.surroundings, **sheet.values})


def _begun(ctx: Context, key: str) -> StartSheet:
    """The start form before anything was typed, with the overrun it is begun from."""
    sheet = procedures.start_sheet(ctx, key, request.args.get("way", ""))
    overrun = request.args.get("overrun", "")
    known = overrun_starts.values(ctx, key, overrun) if overrun else {}
    return replace(sheet, values={**sheet.values, **known})


def _typed(ctx: Context, key: str) -> StartSheet:
    """The start form that somebody has filled in: what he typed comes back whatever has changed."""
    return procedures.start_sheet(ctx, key, request.args.get("way", ""), is_typed=True)


@pages.post("/start/<key>")
@requires(Permission.CASE_READ)
@page_class("view")
def file(key: str) -> _Answer:
    with reading() as ctx:
        sheet = _typed(ctx, key)
    if request.is_json:
        return jsonify(location=_opened(key, {**sheet.fixed, **sent.variables()}))
    added, refused_files = taken_in(request.files)
    filled = posted(sheet.form, request.form, added)
    if filled.is_step or refused_files:
        page = _again(sheet, filled, refused_files)
        return page, 422 if refused_files else 200
    try:
        given = {**sheet.fixed, **filled.answers}
        return redirect(_opened(key, given), 303)
    except (Invalid, NotOffered) as refused:
        findings = refused.findings if isinstance(refused, Invalid) else ()
        return _again(sheet, filled, findings or _whole(refused)), status_of(refused)


def _again(sheet: StartSheet, filled: Posted, findings: Sequence[Finding]) -> str:
    """The form with what was typed, what is wrong with it, and the guide as it stands."""
    with reading() as ctx:
        given = {**sheet.fixed, **filled.answers}
        guide = guides.guide(ctx, sheet.startable.key, given)
        return _page(ctx, sheet, filled, guide, findings)


@pages.post("/start/<key>/guide")
@requires(Permission.CASE_READ)
@page_class("view")
def guide(key: str) -> _Answer:
    with reading() as ctx:
        sheet = _typed(ctx, key)
        if request.is_json:
            found = guides.guide(ctx, key, {**sheet.fixed, **sent.variables()})
            return render("start/guide.html", guide=found)
        filled = posted(sheet.form, request.form)
        found = guides.guide(ctx, key, {**sheet.fixed, **filled.answers})
        return _page(ctx, sheet, filled, found)


@pages.get("/start/receipts/<case_id>")
@requires(Permission.CASE_READ)
def receipt(case_id: str) -> str:
    with reading() as ctx:
        found = receipts.receipt(ctx, case_id)
    return render("start/receipt.html", receipt=found)


@pages.get("/people.json")
@requires(Permission.CASE_READ)
def people_json() -> AnyResponse:
    return _names("person")


@pages.get("/units.json")
@requires(Permission.CASE_READ)
def units_json() -> AnyResponse:
    return _names("unit")


@pages.get("/cases.json")
@requires(Permission.CASE_READ)
def cases_json() -> AnyResponse:
    return _names("case")


def _names(kind: name_choices.Kind) -> AnyResponse:
    """At most twenty names for two letters or more, or what the chosen ones are called."""
    typed, chosen = request.args.get("q", "").strip(), request.args.getlist("id")[:_MOST_NAMES]
    with reading() as ctx:
        most = _MOST_NAMES if len(typed) >= _LEAST_LETTERS else 0
        found = name_choices.offered(ctx, kind, typed=typed, chosen=chosen, most=most)
    return jsonify(items=[{"id": each.value, "label": each.label} for each in found])


def _opened(key: str, given: Mapping[str, Json]) -> str:
    """Where the receipt of the case is; the same form sent twice opens one case."""

    def effect(ctx: Context) -> Answer:
        case_id = cases.open_case(ctx, key, given)
        location = url_for(".receipt", case_id=case_id)
        return Answer(status=303, body=location, case_id=case_id)

    return str(verb_forms.answered(effect).body)


def _page(
    ctx: Context,
    sheet: StartSheet,
    filled: Posted | None,
    guide: Guide,
    findings: Sequence[Finding] = (),
) -> str:
    def offer(kind: Any, typed: str, chosen: Sequence[str]) -> list[tuple[str, str]]:
        found = name_choices.offered(ctx, kind, typed=typed, chosen=chosen)
        return [(each.value, each.label) for each in found]

    asking = Asking(
        schema=sheet.form,
        data={**sheet.surroundings, **sheet.values},
        evaluate=site().tools.evaluate,
        answers=filled.answers if filled else None,
        findings=findings,
        offer=offer,
        searches=filled.searches if filled else {},
        uploads=attachments.names(ctx, ids_in(filled.answers)) if filled else {},
    )
    return render(
        "start/form.html",
        sheet=sheet,
        controls=controls(asking),
        problems=problems(sheet.form, findings),
        guide=guide,
        once=uuid4().hex,
        overrun=request.args.get("overrun"),
    )


def _whole(refused: RongcuoError) -> list[Finding]:
    """A refusal that is about no field."""
    return [Finding(code="START", message=refused.message)]
