"""专项活动 as a reader of an office that holds one or takes part sees it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from server.domain.campaign_rules import CampaignRule
from server.domain.errors import NotFound
from server.queries import campaigns as query
from server.services.case import case_rows
from server.services.context import Context
from server.services.files import campaign_figures
from server.services.files.campaign_figures import Figures
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import campaign_draws, campaign_heads, campaign_rows
from server.services.verbs.campaign_heads import Confirming

#: shares on one page
SHARES: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One campaign."""

    row: Row[Any]
    rule: CampaignRule
    #: entries of the list its scope may be chosen from: code -> text
    codes: Mapping[str, str]
    scopes: list[Row[Any]]
    #: one page of them, those the reader has to do with first
    shares: list[Row[Any]]
    shares_total: int
    shares_page: int
    shares_size: int
    figures: Figures
    #: of the reader's own offices, and of shares that came up to him
    targets: list[Row[Any]]
    total: int
    #: cases of these that he may open
    known: frozenset[str]
    page: int
    page_size: int
    #: may the reader widen and end it
    is_holder: bool
    #: has an office of his a share whose targets are not drawn
    may_name: bool
    #: how many were drawn; None where they are not drawn, or not yet
    drawn: int | None
    #: shares the reader may confirm
    confirms: frozenset[str]
    #: shares whose own head must not confirm, with who does
    passed_on: Mapping[str, Confirming]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """Which page of its targets and of its shares is wanted."""

    targets: int = 1
    shares: int = 1
    size: int = 50


def listed(ctx: Context) -> list[Row[Any]]:
    """The campaigns his offices hold or take part in, and those a share of which came up to him."""
    return query.listed(ctx.session, _units(ctx), campaign_heads.come_up(ctx))


def one(ctx: Context, campaign_id: str, pages: Pages) -> Shown:
    """One of them. Raises NotFound."""
    units = _units(ctx)
    row = found(ctx, campaign_id)
    release = definitions.release(ctx, row.pack_version_id)
    rule, actor = release.pack.campaigns[row.key], posts.with_posts(ctx)
    shares = query.shares(ctx.session, campaign_id)
    passed = campaign_heads.passed_on(ctx, campaign_id, shares)
    confirms = _confirms(shares, passed, actor.person_id, actor.headed)
    own = [each.id for each in shares if each.unit_id in units or each.id in confirms]
    targets = query.targets(ctx.session, actor, own, _part(pages.targets, pages.size))
    shares.sort(key=lambda each: each.id not in own)
    return Shown(
        row=row,
        rule=rule,
        codes=campaign_rows.codes(release, rule),
        scopes=query.scopes(ctx.session, campaign_id),
        shares=shares[_part(pages.shares, SHARES)],
        shares_total=len(shares),
        shares_page=pages.shares,
        shares_size=SHARES,
        may_name=row.seed is None and any(each.unit_id in units for each in shares),
        drawn=campaign_draws.drawn(ctx, row),
        figures=campaign_figures.of(ctx, row, shares, units),
        targets=targets,
        total=query.total(ctx.session, actor, own),
        known=frozenset(case_rows.seen_of(ctx, {each.case_id for each in targets if each.case_id})),
        page=pages.targets,
        page_size=pages.size,
        is_holder=row.unit_id in actor.headed,
        confirms=confirms,
        passed_on=passed,
    )


def found(ctx: Context, campaign_id: str) -> Row[Any]:
    """The campaign the actor has to do with. Raises NotFound."""
    units = _units(ctx)
    row = query.one(ctx.session, campaign_id, units)
    if row is None:  # a share whose own head must keep away may have come up to him
        row = query.one(ctx.session, campaign_id, units, campaign_heads.come_up(ctx))
    if row is None:
        raise NotFound
    return row


def numbers(ctx: Context, row: Row[Any]) -> Figures:
    """The numbers of a campaign alone."""
    shares = query.shares(ctx.session, row.id)
    return campaign_figures.of(ctx, row, shares, _units(ctx))


def _confirms(
    shares: Collection[Row[Any]],
    passed: Mapping[str, Confirming],
    person_id: str,
    headed: Collection[str],
) -> frozenset[str]:
    return frozenset(
        share.id
        for share in shares
        if (person_id in passed[share.id].people if share.id in passed else share.unit_id in headed)
    )


def _part(page: int, size: int) -> slice:
    return slice((page - 1) * size, page * size)


def _units(ctx: Context) -> list[str]:
    return sorted({post.unit_id for post in posts.with_posts(ctx).posts})
