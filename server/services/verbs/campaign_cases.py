"""The background work of campaigns: targets are proposed block by block, cases opened one by one.

Both can be broken off at any moment and go on where they stood: a block ends with the place it
came to (``campaign_selection``), and a target with its case in the transaction that opens it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select, update

from server.domain.access import SYSTEM
from server.domain.campaigns import TargetState
from server.domain.errors import RongcuoError
from server.domain.expressions import Json
from server.models.register import campaign, campaign_part, campaign_target
from server.queries import registers
from server.queries.registers import Entry
from server.services.case import facts, incidents
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import campaign_selection, cases, openings

#: cases opened in one round
_CASES: Final = 100


def sweep(tools: Tools, now: datetime) -> int:
    """Propose what campaigns select, open what their offices have confirmed; how many cases."""
    opened = _open_all(tools, now)
    # afterwards: a condition of a pack that cannot be asked must not hold up what was confirmed
    for campaign_id in campaign_selection.waiting(tools, now):
        while campaign_selection.select_block(tools, now, campaign_id):
            tools.go_on()
    # what was drawn is confirmed by that
    return opened + _open_all(tools, now)


def _open_all(tools: Tools, now: datetime) -> int:
    opened = 0
    for target_id in _chosen(tools, now):
        tools.go_on()
        opened += _open(tools, now, target_id)
    return opened


def _chosen(tools: Tools, now: datetime) -> list[str]:
    with reading(tools, SYSTEM, now) as ctx:
        wanted = (
            select(campaign_target.c.id)
            .join(campaign, campaign.c.id == campaign_target.c.campaign_id)
            .where(
                campaign_target.c.state == TargetState.CHOSEN,
                campaign.c.state == "open",
                campaign.c.from_on <= ctx.today,
                campaign.c.to_on >= ctx.today,
            )
            .order_by(campaign_target.c.at, campaign_target.c.id)
            .limit(_CASES)
        )
        return list(ctx.session.scalars(wanted))


def _open(tools: Tools, now: datetime, target_id: str) -> int:
    """Open the case of one target; a refusal is written down with him."""
    try:
        with incidents.acting(tools, SYSTEM, now) as ctx:
            return _opened(ctx, target_id)
    except RongcuoError as error:
        with transaction(tools, SYSTEM, now) as ctx:
            ctx.session.execute(
                update(campaign_target)
                .where(
                    campaign_target.c.id == target_id,
                    campaign_target.c.state == TargetState.CHOSEN,
                )
                .values(
                    state=TargetState.FAILED,
                    reason=error.message,
                    version=campaign_target.c.version + 1,
                )
            )
        return 0


def _opened(ctx: Context, target_id: str) -> int:
    table = campaign_target.c
    target = ctx.session.execute(
        select(campaign_target)
        .where(table.id == target_id, table.state == TargetState.CHOSEN)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if target is None:
        return 0  # somebody else has opened it, or took him from the list
    row = ctx.session.execute(select(campaign).where(campaign.c.id == target.campaign_id)).one()
    part = ctx.session.execute(
        select(campaign_part).where(campaign_part.c.id == target.part_id)
    ).one()
    values: dict[str, Any] = {"version": target.version + 1, "state": TargetState.OPENED}
    release = definitions.release(ctx, row.pack_version_id)
    procedure = release.pack.campaigns[row.key].procedure
    if procedure:
        bound = definitions.in_force(ctx, procedure, ctx.today)
        entry = registers.one(ctx.session, target.entry_id) if target.entry_id else None
        given = _given(ctx, release, row, target, entry)
        source, office = entry.case_id if entry else "", people.unit(ctx, part.unit_id)
        prepared = openings.prepare_for_office(ctx, bound, procedure, given, office, source)
        values["case_id"] = cases.write(ctx, prepared, campaign_id=row.id)
    ctx.session.execute(update(campaign_target).where(table.id == target_id).values(**values))
    ctx.record("campaign.start", target_id, values.get("case_id"), {"campaign": row.id})
    return 1


def _given(
    ctx: Context, release: Release, row: Row[Any], target: Row[Any], entry: Entry | None
) -> dict[str, Json]:
    """The start form of the case, as the pack fills it in for a target."""
    seen = campaign_selection.seen(ctx, release, row, entry)
    lent = {
        **(seen.values["entry"] if entry else dict.fromkeys(seen.values["entry"])),
        "kind": target.kind,
        "person": target.person_id if target.kind == "person" else None,
        "unit": target.unit_id if target.kind == "unit" else None,
        "name": target.name,
        "managed_by": target.managed_by,
        "reference": entry.reference if entry else None,
    }
    seen = replace(seen, values={**seen.values, "target": lent})
    return facts.answers(ctx.tools.evaluate, release.pack.campaigns[row.key].start, seen)
