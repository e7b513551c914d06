"""The background work of campaigns: targets are proposed block by block, cases opened one by one.

Both can be broken off at any moment and go on where they stood: a block ends with the place it
came to, and a target with its case in the transaction that opens it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, and_, func, insert, or_, select, update

from server.domain.access import SYSTEM
from server.domain.campaigns import TargetState, part_for, version_on
from server.domain.errors import RongcuoError
from server.domain.expressions import Json
from server.domain.registers import EntryState
from server.domain.texts import _
from server.models.base import new_id
from server.models.register import (
    campaign,
    campaign_part,
    campaign_target,
    register_entry,
)
from server.queries import registers
from server.queries.registers import Entry
from server.services.case import facts, incidents
from server.services.case.facts import Facts
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import campaign_rows, cases, openings, register_finds

#: entries looked at in one transaction, and cases opened in one round
_BLOCK: Final = 500
_CASES: Final = 100


def sweep(tools: Tools, now: datetime) -> int:
    """Propose what campaigns select, open what their offices have confirmed; how many cases."""
    opened = 0
    for target_id in _chosen(tools, now):
        tools.go_on()
        opened += _open(tools, now, target_id)
    # last: a condition of a pack that cannot be asked must not hold up what was confirmed
    for campaign_id in _selecting(tools, now):
        while _select_block(tools, now, campaign_id):
            tools.go_on()
    return opened


def _selecting(tools: Tools, now: datetime) -> list[str]:
    with reading(tools, SYSTEM, now) as ctx:
        wanted = select(campaign.c.id).where(
            campaign.c.state == "open", campaign.c.selected_at.is_(None)
        )
        return list(ctx.session.scalars(wanted.order_by(campaign.c.made_at)))


def _select_block(tools: Tools, now: datetime, campaign_id: str) -> bool:
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
        entries = _next_entries(ctx, release, row)
        _propose(ctx, release, row, entries)
        values: dict[str, Any] = {"version": row.version + 1}
        if len(entries) < _BLOCK:
            values["selected_at"] = now
            ctx.record("campaign.select", row.id)
        else:
            values["cursor"] = f"{entries[-1].entered_on.isoformat()}|{entries[-1].id}"
        ctx.session.execute(update(campaign).where(campaign.c.id == row.id).values(**values))
        return len(entries) == _BLOCK


def _next_entries(ctx: Context, release: Release, row: Row[Any]) -> list[Entry]:
    selects = release.pack.campaigns[row.key].selects
    table, inside = register_entry.c, row.region + "/"
    wanted = [
        table.register == (selects.register if selects else ""),
        table.state == EntryState.STANDS,
        table.kind != "case",
        or_(table.region == row.region, func.substr(table.region, 1, len(inside)) == inside),
    ]
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
    seen, keys = _seen(ctx, release, row, None), _keys(release, row)
    shown = [register_finds.as_seen(entry, keys) for entry in entries]
    holds = facts.each_holds(ctx.tools.evaluate, where, shown, seen)
    fresh: dict[str, dict[str, Any]] = {}
    for entry in (each for each, does in zip(entries, holds, strict=True) if does):
        about = f"{entry.kind}:{entry.person_id if entry.kind == 'person' else entry.unit_id}"
        managed = entry.managed_by or entry.level
        part = part_for(shares, managed, entry.region)
        fresh[about] = {
            "id": new_id(),
            "campaign_id": row.id,
            "part_id": part.id if part else None,
            "about": about,
            "kind": entry.kind,
            "person_id": entry.person_id,
            "unit_id": entry.unit_id,
            "name": entry.name,
            "managed_by": entry.managed_by,
            "entry_id": entry.id,
            "scope_version": version,
            "state": TargetState.PROPOSED if part else TargetState.LEFT_OUT,
            "reason": "" if part else _("参加的机构中没有管理该对象的机构"),
            "at": ctx.now,
        }
    known = select(campaign_target.c.about).where(
        campaign_target.c.campaign_id == row.id, campaign_target.c.about.in_(fresh)
    )
    for about in ctx.session.scalars(known).all() if fresh else ():
        del fresh[about]
    if fresh:
        ctx.session.execute(insert(campaign_target), list(fresh.values()))


def _seen(ctx: Context, release: Release, row: Row[Any], entry: Entry | None) -> Facts:
    """What the expressions of a campaign see."""
    keys = _keys(release, row)
    seen: Mapping[str, Json] = {
        "settings": facts.settings_of(release),
        "campaign": campaign_rows.as_seen(ctx, row),
        "entry": register_finds.as_seen(entry, keys) if entry else dict.fromkeys(keys),
    }
    return Facts(values=seen, types={}, now=ctx.now)


def _keys(release: Release, row: Row[Any]) -> set[str]:
    """The fields of the entries it selects."""
    rule = release.pack.campaigns[row.key]
    book = release.pack.registers.get(rule.selects.register) if rule.selects else None
    return {*book.fields, *book.columns} if book else set()


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
        given = _given(ctx, release, row, target)
        office = people.unit(ctx, part.unit_id)
        prepared = openings.prepare_for_office(ctx, bound, procedure, given, office)
        values["case_id"] = cases.write(ctx, prepared, campaign_id=row.id)
    ctx.session.execute(update(campaign_target).where(table.id == target_id).values(**values))
    ctx.record("campaign.start", target_id, values.get("case_id"), {"campaign": row.id})
    return 1


def _given(ctx: Context, release: Release, row: Row[Any], target: Row[Any]) -> dict[str, Json]:
    """The start form of the case, as the pack fills it in for a target."""
    entry = registers.one(ctx.session, target.entry_id) if target.entry_id else None
    seen = _seen(ctx, release, row, entry)
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
