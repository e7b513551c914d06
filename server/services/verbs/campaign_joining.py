"""Cases that come in by themselves within the period and the region of a campaign belong to it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, insert, select

from server.domain.campaign_rules import CampaignRule
from server.domain.campaigns import Period, TargetState, part_for, version_on
from server.domain.expressions import Json
from server.models.base import new_id
from server.models.register import campaign, campaign_target
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.law.releases import Release
from server.services.verbs import campaign_rows


def variables(ctx: Context, case: CaseRow, release: Release) -> dict[str, Json]:
    """The campaign that covers the case, for procedures that ask (``into``); null where none does.

    It is the latest one, also after its last day: ``in_period`` says whether the case came in time.
    """
    given: dict[str, Json] = {}
    for rule in _rules(release, case):
        if rule.into:
            row = _covering(ctx, case, rule)
            given[rule.into] = None if row is None else _told(ctx, row)
    return given


def join(ctx: Context, case: CaseRow, release: Release, *, opened_by: str | None) -> None:
    """Count the case in the campaigns whose period it came in, in the version of scope of today.

    ``opened_by``: the campaign that had it opened; there it counts as that of its target.
    """
    for rule in _rules(release, case):
        row = _covering(ctx, case, rule) if rule.joins else None
        if (
            row is None
            or row.state != "open"
            or row.id == opened_by
            or not _period(row).covers(ctx.now)
        ):
            continue
        part = part_for(campaign_rows.parts(ctx, row.id), case.level, case.region)
        target_id = new_id()
        ctx.session.execute(
            insert(campaign_target).values(
                id=target_id,
                campaign_id=row.id,
                part_id=part.id if part else None,
                about=f"case:{case.id}",
                kind="case",
                unit_id=case.unit_id,
                scope_version=version_on(campaign_rows.versions(ctx, row.id), ctx.today),
                state=TargetState.OPENED,
                case_id=case.id,
                at=ctx.now,
            )
        )
        ctx.record("campaign.join", target_id, case.id, {"campaign": row.id})


def _rules(release: Release, case: CaseRow) -> Iterator[CampaignRule]:
    for rule in release.pack.campaigns.values():
        if rule.procedure == case.procedure and (rule.joins or rule.into):
            yield rule


def _covering(ctx: Context, case: CaseRow, rule: CampaignRule) -> Row[Any] | None:
    """The latest campaign of this kind that had begun and covers the place of the case."""
    found = ctx.session.execute(
        select(campaign)
        .where(campaign.c.key == rule.key, campaign.c.from_on <= ctx.today)
        .order_by(campaign.c.from_on.desc(), campaign.c.made_at.desc())
    )
    return next(
        (row for row in found if f"{case.region}/".startswith(f"{row.region}/")),
        None,
    )


def _told(ctx: Context, row: Row[Any]) -> Json:
    return {**campaign_rows.as_seen(ctx, row), "in_period": _period(row).covers(ctx.now)}


def _period(row: Row[Any]) -> Period:
    return Period(from_on=row.from_on, to_on=row.to_on)
