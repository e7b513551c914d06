"""专项活动, for the programs of the offices that hold one or take part."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import Row

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.campaign_schemas import (
    CampaignDoneSchema,
    CampaignFileSchema,
    CampaignNamedSchema,
    CampaignPageSchema,
    CampaignPlanSchema,
    CampaignReasonSchema,
    CampaignSchema,
    CampaignsSchema,
    CampaignTargetSchema,
    CampaignWidenSchema,
)
from server.api.openapi import PREFIX
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import campaign_lists as files
from server.services.files.campaign_figures import Figures, Line
from server.services.files.campaign_lists import Pages, Shown
from server.services.verbs import campaign_lists
from server.services.verbs import campaigns as verbs
from server.services.verbs.campaigns import Plan

campaigns = Blueprint("campaigns", __name__, description=_("专项活动"))


@campaigns.route("/campaigns")
@requires(Permission.LEDGER_READ)
@campaigns.response(HTTPStatus.OK, CampaignsSchema)
def index() -> dict[str, Json]:
    """本人任职的机构开展或者参加的专项活动，最近的在前"""
    with reading() as ctx:
        return {"items": [_head(row) for row in files.listed(ctx)]}


@campaigns.route("/campaigns/<uuid:campaign>")
@requires(Permission.LEDGER_READ)
@campaigns.arguments(CampaignPageSchema, location="query")
@campaigns.response(HTTPStatus.OK, CampaignFileSchema)
def show(given: dict[str, int], campaign: UUID) -> dict[str, Json]:
    """一项专项活动：范围、本机构和所辖地区的数字、参加机构，和由本机构确认的对象"""
    pages = Pages(targets=given["page"], shares=given["shares_page"], size=given["page_size"])
    with reading() as ctx:
        found = files.one(ctx, str(campaign), pages)
    looked("campaign.read", str(campaign))
    return _file(found)


@campaigns.route("/campaigns", methods=["POST"])
@requires(Permission.LEDGER_READ)
@campaigns.doc(parameters=commands.HEADERS[:1])
@campaigns.arguments(CampaignPlanSchema)
@campaigns.response(HTTPStatus.CREATED, CampaignDoneSchema)
def create(given: dict[str, Any]) -> Response:
    """开展专项活动；只限政策包规定的机构的主要负责人"""
    plan = Plan(**{**given, "codes": tuple(given["codes"])})
    return _created(lambda ctx: verbs.hold(ctx, plan))


@campaigns.route("/campaigns/<uuid:campaign>/widen", methods=["POST"])
@requires(Permission.LEDGER_READ)
@campaigns.doc(parameters=commands.HEADERS[:1])
@campaigns.arguments(CampaignWidenSchema)
@campaigns.response(HTTPStatus.OK, CampaignDoneSchema)
def widen(given: dict[str, Any], campaign: UUID) -> Response:
    """扩大范围，自今日起适用；`codes`须包括原有的全部"""

    def act(ctx: Context) -> dict[str, Json]:
        codes = tuple(given["codes"])
        number = verbs.widen(ctx, str(campaign), text=given["scope"], codes=codes, seen=None)
        return {"id": str(campaign), "number": number}

    return _done(act)


@campaigns.route("/campaigns/<uuid:campaign>/end", methods=["POST"])
@requires(Permission.LEDGER_READ)
@campaigns.doc(parameters=commands.HEADERS[:1])
@campaigns.arguments(CampaignReasonSchema)
@campaigns.response(HTTPStatus.OK, CampaignDoneSchema)
def end(given: dict[str, str], campaign: UUID) -> Response:
    """提前结束；已经启动的事项照常办理"""

    def act(ctx: Context) -> dict[str, Json]:
        verbs.end(ctx, str(campaign), reason=given["reason"], seen=None)
        return {"id": str(campaign)}

    return _done(act)


@campaigns.route("/campaigns/<uuid:campaign>/targets", methods=["POST"])
@requires(Permission.LEDGER_READ)
@campaigns.doc(parameters=commands.HEADERS[:1])
@campaigns.arguments(CampaignNamedSchema)
@campaigns.response(HTTPStatus.CREATED, CampaignDoneSchema)
def name(given: dict[str, Any], campaign: UUID) -> Response:
    """列入由本机构所在层级管理的人员或者单位"""
    who = {"kind": given["kind"], "who": str(given["who"])}
    return _created(lambda ctx: campaign_lists.name(ctx, str(campaign), **who))


@campaigns.route("/campaigns/<uuid:campaign>/targets/<uuid:target>/leave-out", methods=["POST"])
@requires(Permission.LEDGER_READ)
@campaigns.doc(parameters=commands.HEADERS[:1])
@campaigns.arguments(CampaignReasonSchema)
@campaigns.response(HTTPStatus.OK, CampaignDoneSchema)
def leave_out(given: dict[str, str], campaign: UUID, target: UUID) -> Response:
    """不列入；本人、近亲属和本机构主要负责人的，由他人决定"""

    def act(ctx: Context) -> dict[str, Json]:
        files.found(ctx, str(campaign))
        campaign_lists.leave_out(ctx, str(target), reason=given["reason"])
        return {"id": str(target)}

    return _done(act)


@campaigns.route("/campaigns/<uuid:campaign>/parts/<uuid:part>/confirm", methods=["POST"])
@requires(Permission.LEDGER_READ)
@campaigns.doc(parameters=commands.HEADERS[:1])
@campaigns.response(HTTPStatus.OK, CampaignDoneSchema)
def confirm(campaign: UUID, part: UUID) -> Response:
    """确认一个机构的对象；主要负责人须回避的，由其上的负责人确认"""

    def act(ctx: Context) -> dict[str, Json]:
        files.found(ctx, str(campaign))
        return {"id": str(part), "number": campaign_lists.confirm(ctx, str(part))}

    return _done(act)


def _done(act: Callable[[Context], dict[str, Json]]) -> Response:
    return commands.once(lambda ctx: Answer(status=HTTPStatus.OK, body=act(ctx)))


def _created(act: Callable[[Context], str]) -> Response:
    def effect(ctx: Context) -> Answer:
        made = act(ctx)
        headers = {"Location": f"{PREFIX}/campaigns"}
        return Answer(status=HTTPStatus.CREATED, body={"id": made}, headers=headers)

    return commands.once(effect)


def _head(row: Row[Any]) -> dict[str, Json]:
    return {name: getattr(row, name) for name in CampaignSchema().fields}


def _file(found: Shown) -> dict[str, Json]:
    figures: Figures = found.figures
    return {
        **_head(found.row),
        "selecting": found.row.selected_at is None,
        "draw": _draw(found),
        "scopes": [
            {"number": each.number, "text": each.text, "codes": each.codes, "from_on": each.from_on}
            for each in found.scopes
        ],
        "headings": list(figures.headings),
        "levels": [_line(each) for each in figures.levels],
        "sum": _line(figures.total),
        "shares": [
            {
                **_line(figures.shares[each.id]),
                "id": each.id,
                "confirmed": each.confirmed_at is not None,
                "may_confirm": each.id in found.confirms,
            }
            for each in found.shares
        ],
        "shares_total": found.shares_total,
        "targets": [
            {name: getattr(each, name) for name in CampaignTargetSchema().fields}
            for each in found.targets
        ],
        "total": found.total,
    }


def _draw(found: Shown) -> dict[str, Json] | None:
    if found.drawn is None:
        return None
    kept = ("seed", "candidates", "candidates_hash")
    return {**{name: getattr(found.row, name) for name in kept}, "drawn": found.drawn}


def _line(line: Line) -> dict[str, Json]:
    told = line.progress
    return {
        "level": line.level,
        "unit": line.unit,
        "targets": told.targets,
        "opened": told.opened,
        "failed": told.failed,
        "done": told.done,
        "rate": told.rate,
        "amounts": list(line.amounts),
    }
