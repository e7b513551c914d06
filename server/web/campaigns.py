"""专项活动: held, reached out, confirmed by each office; what it comes to."""

from datetime import date
from functools import partial
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.texts import _
from server.http.access import requires
from server.http.downloads import as_workbook
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import acting, now, reading
from server.queries.totals import MAX_TOTAL
from server.services import limits
from server.services.context import Context
from server.services.files import campaign_draw_sheets, campaign_exports
from server.services.files import campaign_lists as files
from server.services.files.campaign_lists import Pages
from server.services.identity import choices
from server.services.verbs import campaign_lists, campaign_rows, campaigns
from server.services.verbs.campaigns import Plan
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("campaigns", __name__, url_prefix="/campaigns")

#: people, and units, that are offered at once
_OFFERED = 10

_Page = Response | str | tuple[str, int]
_REFUSED = (Conflict, Forbidden, Invalid)


@pages.get("")
@requires(Permission.LEDGER_READ)
def index() -> str:
    with reading() as ctx:
        found, kinds = files.listed(ctx), campaigns.kinds(ctx)
    return render("campaigns/index.html", campaigns=found, kinds=kinds)


@pages.get("/new")
@requires(Permission.LEDGER_READ)
def new() -> str:
    return _form()


@pages.post("/new")
@requires(Permission.LEDGER_READ)
def hold() -> _Page:
    try:
        verb_forms.once(partial(campaigns.hold, plan=_plan()))
    except _REFUSED as refused:
        return _form(refused), status_of(refused)
    flash(_("已开展专项活动，系统正在选取对象"), "green")
    return redirect(url_for(".index"), 303)


@pages.get("/<uuid:campaign_id>")
@requires(Permission.LEDGER_READ)
@page_class("view")
def show(campaign_id: object) -> str:
    return _page(str(campaign_id))


@pages.get("/<uuid:campaign_id>.xlsx")
@requires(Permission.LEDGER_READ, fresh=True)
@page_class("file")
def spreadsheet(campaign_id: object) -> Response:
    """Counted when the file is made; that the numbers left is on record with its serial."""
    target, serial = str(campaign_id), uuid4().hex[:12].upper()
    with reading() as ctx:
        files.found(ctx, target)
    looked("campaign.export", target, detail={"serial": serial}, limit=limits.EXPORT)
    with reading() as ctx:
        content = campaign_exports.workbook(ctx, target, serial)
    return as_workbook(content, f"campaign-{now():%Y%m%d}-{serial}.xlsx")


@pages.get("/<uuid:campaign_id>/draw.xlsx")
@requires(Permission.LEDGER_READ, fresh=True)
@page_class("file")
def draw(campaign_id: object) -> Response:
    """With which anybody can draw again; that it left is on record with its serial."""
    target, serial = str(campaign_id), uuid4().hex[:12].upper()
    with reading() as ctx:
        content = campaign_draw_sheets.workbook(ctx, target, serial)
    looked("campaign.export", target, detail={"serial": serial}, limit=limits.EXPORT)
    return as_workbook(content, f"draw-{now():%Y%m%d}-{serial}.xlsx")


@pages.post("/<uuid:campaign_id>/find")
@requires(Permission.LEDGER_READ)
def find(campaign_id: object) -> _Page:
    return _page(str(campaign_id))


@pages.post("/<uuid:campaign_id>/targets")
@requires(Permission.LEDGER_READ)
def name(campaign_id: object) -> _Page:
    kind, _colon, who = request.form.get("who", "").partition(":")
    try:
        with acting() as ctx:
            campaign_lists.name(ctx, str(campaign_id), kind=kind, who=who)
    except _REFUSED as refused:
        return _page(str(campaign_id), refused), status_of(refused)
    flash(_("已列入，由本机构主要负责人确认"), "green")
    return redirect(url_for(".show", campaign_id=campaign_id), 303)


@pages.post("/<uuid:campaign_id>/parts/<uuid:part_id>/confirm")
@requires(Permission.LEDGER_READ)
def confirm(campaign_id: object, part_id: object) -> _Page:
    try:
        with acting() as ctx:
            number = campaign_lists.confirm(ctx, str(part_id))
    except _REFUSED as refused:
        return _page(str(campaign_id), refused), status_of(refused)
    flash(_("已确认{n}名对象，系统将逐一启动事项").format(n=number), "green")
    return redirect(url_for(".show", campaign_id=campaign_id), 303)


@pages.post("/<uuid:campaign_id>/targets/<uuid:target_id>/leave-out")
@requires(Permission.LEDGER_READ)
def leave_out(campaign_id: object, target_id: object) -> _Page:
    reason = request.form.get("reason", "")
    try:
        with acting() as ctx:
            campaign_lists.leave_out(ctx, str(target_id), reason=reason)
    except _REFUSED as refused:
        return _page(str(campaign_id), refused), status_of(refused)
    flash(_("该对象不列入"))
    return redirect(url_for(".show", campaign_id=campaign_id), 303)


@pages.post("/<uuid:campaign_id>/widen")
@requires(Permission.LEDGER_READ)
def widen(campaign_id: object) -> _Page:
    text = request.form.get("scope", "")
    try:
        with acting() as ctx:
            campaigns.widen(
                ctx, str(campaign_id), text=text, codes=_codes(), seen=verb_forms.seen()
            )
    except _REFUSED as refused:
        return _page(str(campaign_id), refused), status_of(refused)
    flash(_("已扩大范围，自今日起适用"), "green")
    return redirect(url_for(".show", campaign_id=campaign_id), 303)


@pages.post("/<uuid:campaign_id>/end")
@requires(Permission.LEDGER_READ)
def end(campaign_id: object) -> _Page:
    reason = request.form.get("reason", "")
    try:
        with acting() as ctx:
            campaigns.end(ctx, str(campaign_id), reason=reason, seen=verb_forms.seen())
    except _REFUSED as refused:
        return _page(str(campaign_id), refused), status_of(refused)
    flash(_("专项活动已结束"))
    return redirect(url_for(".show", campaign_id=campaign_id), 303)


def _page(campaign_id: str, refused: RongcuoError | None = None) -> str:
    pages = Pages(targets=_number("page"), shares=_number("shares"))
    with reading() as ctx:
        found, today = files.one(ctx, campaign_id, pages), ctx.today
        offered = _offered(ctx, request.form.get("q", "").strip())
    looked("campaign.read", campaign_id)
    return render(
        "campaigns/show.html",
        found=found,
        is_over=found.row.state != "open" or found.row.to_on < today,
        offered=offered,
        typed=request.form,
        unknown=campaign_exports.UNKNOWN,
        others=campaign_exports.OTHERS,
        address=lambda number: url_for(
            ".show", campaign_id=campaign_id, page=number, shares=pages.shares
        ),
        shares_address=lambda number: url_for(
            ".show", campaign_id=campaign_id, page=pages.targets, shares=number
        ),
        **verb_forms.refusal(refused),
    )


def _offered(ctx: Context, typed: str) -> list[tuple[str, str]]:
    """People and units that fit what is looked for."""
    if not typed:
        return []
    kinds: tuple[choices.Kind, ...] = ("person", "unit")
    return [
        (f"{kind}:{each.value}", each.label)
        for kind in kinds
        for each in choices.offered(ctx, kind, typed=typed[:100], most=_OFFERED)
    ]


def _number(name: str) -> int:
    return min(max(request.args.get(name, 1, int), 1), MAX_TOTAL)


def _form(refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        kinds = campaigns.kinds(ctx)
    return render(
        "campaigns/new.html",
        kinds=list({each.rule.key: each.rule.title for each in kinds}.items()),
        scopes=[
            (each.rule.title, codes)
            for each in {one.rule.key: one for one in kinds}.values()
            if (codes := campaign_rows.codes(each.release, each.rule))
        ],
        typed=request.form,
        once=uuid4().hex,
        **verb_forms.refusal(refused),
    )


def _plan() -> Plan:
    """What the form says; a day that is none comes out as one that cannot be."""
    given = request.form
    return Plan(
        key=given.get("key", ""),
        title=given.get("title", ""),
        from_on=_day("from_on") or date.max,
        to_on=_day("to_on") or date.min,
        since_on=_day("since_on"),
        scope=given.get("scope", ""),
        codes=_codes(),
    )


def _codes() -> tuple[str, ...]:
    """What was ticked, each once."""
    return tuple(dict.fromkeys(request.form.getlist("codes")))


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
