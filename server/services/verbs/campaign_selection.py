"""What a campaign selects out of a register: looked at block by block, proposed or drawn.

A block ends with the place it came to, so the work can be broken off at any moment and goes on
where it stood. Where a share is drawn, every entry that fits is a candidate, and the draw is made
in the transaction of the last block: nobody ever sees candidates that may still be drawn.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, and_, func, insert, or_, select, update

from server.domain.access import SYSTEM
from server.domain.campaign_rules import CampaignRule
from server.domain.campaigns import TargetState, part_for, version_on
from server.domain.expressions import Json
from server.domain.registers import EntryState
from server.domain.texts import _
from server.models.base import new_id
from server.models.register import campaign, campaign_target, register_entry
from server.queries import registers
from server.queries.registers import Entry
from server.services.case import facts
from server.services.case.facts import Facts
from server.services.context import Context, Tools, reading, transaction
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import campaign_draws, campaign_rows, register_finds

#: entries looked at in one transaction
_BLOCK: Final = 500


def waiting(tools: Tools, now: datetime) -> list[str]:
    """Ids of the campaigns whose targets are still being selected."""
    with reading(tools, SYSTEM, now) as ctx:
        wanted = select(campaign.c.id).where(
            campaign.c.state == "open", campaign.c.selected_at.is_(None)
        )
        return list(ctx.session.scalars(wanted.order_by(campaign.c.made_at)))


def select_block(tools: Tools, now: datetime, campaign_id: str) -> bool:
    """Look at the next entries; False once all were looked at."""
    with transaction(tools, SYSTEM, now) as ctx:
        row = ctx.session.execute(
            select(campaign)
            .where(campaign.c.id == campaign_id, campaign.c.selected_at.is_(None))
            .with_for_update()
        ).one_or_none()
        if row is None:
            return False
        release = definitions.release(ctx, row.pack_version_id)
        entries = _next_entries(ctx, release.pack.campaigns[row.key], row)
        _propose(ctx, release, row, entries)
        values: dict[str, Any] = {"version": row.version + 1}
        if len(entries) < _BLOCK:
            values |= {"selected_at": now, **campaign_draws.draw(ctx, release, row)}
            ctx.record("campaign.select", row.id)
        else:
            values["cursor"] = f"{entries[-1].entered_on.isoformat()}|{entries[-1].id}"
        ctx.session.execute(update(campaign).where(campaign.c.id == row.id).values(**values))
        return len(entries) == _BLOCK


def _next_entries(ctx: Context, rule: CampaignRule, row: Row[Any]) -> list[Entry]:
    table, inside = register_entry.c, row.region + "/"
    wanted = [
        table.register == (rule.selects.register if rule.selects else ""),
        table.state == EntryState.STANDS,
        or_(table.region == row.region, func.substr(table.region, 1, len(inside)) == inside),
    ]
    if not rule.sample:
        wanted.append(table.kind != "case")
    if row.since_on:
        wanted.append(table.entered_on >= row.since_on)
    if row.cursor:
        day, last = row.cursor.split("|")
        on = date.fromisoformat(day)
        wanted.append(or_(table.entered_on > on, and_(table.entered_on == on, table.id > last)))
    return registers.chosen(ctx.session, and_(*wanted), _BLOCK)


def _propose(ctx: Context, release: Release, row: Row[Any], entries: list[Entry]) -> None:
    rule = release.pack.campaigns[row.key]
    where = rule.selects.where if rule.selects else None
    shares = campaign_rows.parts(ctx, row.id)
    version = version_on(campaign_rows.versions(ctx, row.id), ctx.today)
    shown = [register_finds.as_seen(entry, _keys(release, row)) for entry in entries]
    holds = facts.each_holds(ctx.tools.evaluate, where, shown, seen(ctx, release, row, None))
    fresh: dict[str, dict[str, Any]] = {}
    for entry in (each for each, does in zip(entries, holds, strict=True) if does):
        named = _candidate(entry, shares) if rule.sample else _named(entry, shares)
        fresh[named["about"]] = {
            "id": new_id(),
            "campaign_id": row.id,
            "kind": entry.kind,
            "person_id": entry.person_id,
            "unit_id": entry.unit_id,
            "name": entry.name,
            "managed_by": entry.managed_by,
            "entry_id": entry.id,
            "scope_version": version,
            "at": ctx.now,
            **named,
        }
    known = select(campaign_target.c.about).where(
        campaign_target.c.campaign_id == row.id, campaign_target.c.about.in_(fresh)
    )
    for about in ctx.session.scalars(known).all() if fresh else ():
        del fresh[about]
    if fresh:
        ctx.session.execute(insert(campaign_target), list(fresh.values()))


def _named(entry: Entry, shares: list[Row[Any]]) -> dict[str, Any]:
    """Whom the entry is about, for the office that manages him."""
    part = part_for(shares, entry.managed_by or entry.level, entry.region)
    return {
        "about": f"{entry.kind}:{entry.person_id if entry.kind == 'person' else entry.unit_id}",
        "part_id": part.id if part else None,
        "state": TargetState.PROPOSED if part else TargetState.LEFT_OUT,
        "reason": "" if part else _("参加的机构中没有管理该对象的机构"),
    }


def _candidate(entry: Entry, shares: list[Row[Any]]) -> dict[str, Any]:
    """The entry itself, for the office that draws: nobody else takes part."""
    return {
        "about": campaign_draws.about(entry.id),
        "part_id": shares[0].id,
        "state": TargetState.PROPOSED,
        "reason": "",
    }


def seen(ctx: Context, release: Release, row: Row[Any], entry: Entry | None) -> Facts:
    """What the expressions of a campaign see."""
    keys = _keys(release, row)
    values: Mapping[str, Json] = {
        "settings": facts.settings_of(release),
        "campaign": campaign_rows.as_seen(ctx, row),
        "entry": register_finds.as_seen(entry, keys) if entry else dict.fromkeys(keys),
    }
    return Facts(values=values, types={}, now=ctx.now)


def _keys(release: Release, row: Row[Any]) -> set[str]:
    """The fields of the entries it selects."""
    rule = release.pack.campaigns[row.key]
    book = release.pack.registers.get(rule.selects.register) if rule.selects else None
    return {*book.fields, *book.columns} if book else set()
