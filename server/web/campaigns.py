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
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import acting, now, reading
from server.services.files import campaign_lists as files
from server.services.verbs import campaign_lists, campaigns
from server.services.verbs.campaigns import Plan
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("campaigns", __name__, url_prefix="/campaigns")

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
    flash(_("已开展专项活动，各级机构可以确认对象"), "green")
    return redirect(url_for(".index"), 303)


@pages.get("/<uuid:campaign_id>")
@requires(Permission.LEDGER_READ)
@page_class("view")
def show(campaign_id: object) -> str:
    return _page(str(campaign_id))


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
            campaigns.widen(ctx, str(campaign_id), text=text, seen=verb_forms.seen())
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
    with reading() as ctx:
        found = files.one(ctx, campaign_id, page=request.args.get("page", 1, int))
    looked("campaign.read", campaign_id)
    return render(
        "campaigns/show.html",
        found=found,
        is_over=found.row.state != "open" or found.row.to_on < now().date(),
        address=lambda number: url_for(".show", campaign_id=campaign_id, page=number),
        **verb_forms.refusal(refused),
    )


def _form(refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        kinds = campaigns.kinds(ctx)
    return render(
        "campaigns/new.html",
        kinds=[(each.rule.key, each.rule.title) for each in kinds],
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
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
