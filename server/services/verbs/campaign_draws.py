"""Targets that are drawn: which share of the candidates, by which seed, so that it can be redone.

The seed is put on record when the campaign begins, before anybody knows the candidates; what was
drawn from and how many were drawn, with the draw. All candidates stay with the campaign, those not
drawn as such. A draw is made once, and nobody adds to what was drawn or takes from it.
"""

import secrets
from typing import Any, Final

from sqlalchemy import Row, case, func, select, update

from server.domain import draws
from server.domain.campaign_rules import CampaignRule
from server.domain.campaigns import TargetState
from server.domain.errors import Conflict, ExpressionFailed
from server.domain.expressions import Given
from server.domain.texts import _
from server.models.register import campaign, campaign_part, campaign_target
from server.services.case import facts
from server.services.case.facts import Facts
from server.services.context import Context
from server.services.law.releases import Release

_ENTRY: Final = "entry:"
#: rows changed by one statement
_ROWS: Final = 500


def about(entry_id: str) -> str:
    """What a candidate is kept under: the entry, which is in a campaign once."""
    return f"{_ENTRY}{entry_id}"


def seed_for(rule: CampaignRule) -> str | None:
    """256 random bits for a campaign that draws, None for another."""
    return secrets.token_hex(32) if rule.sample else None


def refuse_again(ctx: Context, rule: CampaignRule, unit_id: str) -> None:
    """Return when the office may draw: one draw at a time, or it could wait for a better one.

    Raises:
        Conflict: a campaign of this kind, held by it, is under way.
    """
    under_way = select(campaign.c.id).where(
        campaign.c.key == rule.key,
        campaign.c.unit_id == unit_id,
        campaign.c.state == "open",
        campaign.c.to_on >= ctx.today,
    )
    if rule.sample and ctx.session.scalars(under_way.limit(1)).first() is not None:
        raise Conflict(
            _("本机构的“{title}”正在开展，结束以后才能再次抽取").format(title=rule.title)
        )


def refuse_changes(row: Row[Any]) -> None:
    """Return when targets may be named and left out by hand. Raises Conflict."""
    if row.seed is not None:
        raise Conflict(_("对象由系统随机抽取，不能人工列入或者剔除"))


def draw(ctx: Context, release: Release, row: Row[Any]) -> dict[str, Any]:
    """Draw from all candidates; what the row of the campaign keeps of it, nothing where none is.

    Raises:
        ExpressionFailed: the pack names no share.
    """
    sample = release.pack.campaigns[row.key].sample
    if sample is None or row.seed is None:
        return {}
    candidates = of(ctx, row.id)
    known = Facts(values={"settings": facts.settings_of(release)}, types={}, now=ctx.now)
    percent, least = (_number(ctx, each, known) for each in (sample.percent, sample.least))
    try:
        number = draws.size(len(candidates), percent, least)
    except ValueError as error:
        raise ExpressionFailed(_("政策包写的抽取比例不是1至100"), detail=str(error)) from None
    chosen = draws.drawn(row.seed, candidates, number)
    _write(ctx, row, candidates, chosen)
    kept = {"candidates": len(candidates), "candidates_hash": draws.digest(candidates)}
    ctx.record("campaign.draw", row.id, detail={"seed": row.seed, "drawn": number, **kept})
    return kept


def of(ctx: Context, campaign_id: str) -> list[str]:
    """Ids of the entries that were, or are to be, drawn from."""
    wanted = select(campaign_target.c.about).where(
        campaign_target.c.campaign_id == campaign_id,
        campaign_target.c.about.startswith(_ENTRY, autoescape=True),
    )
    return [each.removeprefix(_ENTRY) for each in ctx.session.scalars(wanted)]


def drawn(ctx: Context, row: Row[Any]) -> int | None:
    """How many were drawn; None where nothing is, or not yet."""
    if row.candidates is None:
        return None
    wanted = select(func.count()).where(
        campaign_target.c.campaign_id == row.id,
        campaign_target.c.state != TargetState.LEFT_OUT,
    )
    return ctx.session.scalar(wanted) or 0


def _write(ctx: Context, row: Row[Any], candidates: list[str], chosen: frozenset[str]) -> None:
    table = campaign_target.c
    for start in range(0, len(candidates), _ROWS):
        block = candidates[start : start + _ROWS]
        is_drawn = table.about.in_([about(each) for each in block if each in chosen])
        ctx.session.execute(
            update(campaign_target)
            .where(table.campaign_id == row.id, table.about.in_([about(each) for each in block]))
            .values(
                version=table.version + 1,
                state=case((is_drawn, TargetState.CHOSEN), else_=TargetState.LEFT_OUT),
                reason=case((is_drawn, ""), else_=_("没有抽中")),
            )
        )
    ctx.session.execute(
        update(campaign_part)
        .where(campaign_part.c.campaign_id == row.id)
        .values(state="confirmed", confirmed_at=ctx.now, version=campaign_part.c.version + 1)
    )


def _number(ctx: Context, given: Given, known: Facts) -> int:
    found = facts.given(ctx.tools.evaluate, given, known)
    try:
        return int(str(found))
    except ValueError:
        raise ExpressionFailed(_("政策包写的抽取比例不是1至100"), detail=str(found)) from None
