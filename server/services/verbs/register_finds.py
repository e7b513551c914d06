"""What a procedure looks up in registers about its parties, and which of it counts.

An entry that has to precede something (``before``) counts by its day and, on the very day, by the
moment it was written down against the moment the case was opened.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.calendar import CHINA_TIME
from server.domain.expressions import Json
from server.domain.packs import Procedure
from server.domain.register_rules import Find
from server.domain.registers import Stamp, was_before
from server.queries import registers
from server.queries.registers import Entry
from server.services.case import facts
from server.services.case.facts import Facts
from server.services.context import Context
from server.services.law.releases import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An entry that was looked up."""

    find: Find
    entry: Entry
    #: False: it was made too late for what it is looked up for
    counts: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Parties:
    """Whom a case concerns, by ids."""

    people: Collection[str]
    units: Collection[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """The case that asks: what it is, when it was opened, what is known of it."""

    case_id: str
    case: Mapping[str, Json]
    opened_at: datetime
    known: Facts


def found(
    ctx: Context, release: Release, finds: Collection[Find], parties: Parties, asking: Asking
) -> list[Found]:
    """What stands about these parties in the registers of these finds, of other cases.

    Raises:
        ExpressionFailed: an expression of the pack warned.
    """
    names = {find.register for find in finds}
    entries = registers.about(ctx.session, names, parties.people, parties.units)
    entries = [each for each in entries if each.case_id != asking.case_id]
    return [one for find in finds for one in _of(ctx, release, find, entries, asking)]


def variables(procedure: Procedure, looked_up: Collection[Found]) -> dict[str, Json]:
    """What the finds hand to the procedure: the entries that count, by its variables."""
    given: dict[str, Json] = {find.into: [] for find in procedure.finds if find.into}
    for one in looked_up:
        if one.find.into and one.counts:
            given[one.find.into].append(dict(as_seen(one.entry, ())))
    return given


def as_seen(entry: Entry, keys: Collection[str]) -> Mapping[str, Json]:
    """An entry as expressions of a pack see it; ``keys``: fields that are there even if empty."""
    return {
        **dict.fromkeys(keys),
        **entry.data,
        "register": entry.register,
        "reference": entry.reference,
        "procedure": entry.procedure,
        "kind": entry.kind,
        "person": entry.person_id,
        "unit": entry.unit_id if entry.kind == "unit" else None,
        "name": entry.name,
        "managed_by": entry.managed_by,
        "level": entry.level,
        "entered_on": entry.entered_on.isoformat(),
        "until": entry.until.isoformat() if entry.until else None,
        "ended_on": entry.ended_on.isoformat() if entry.ended_on else None,
        "period_text": entry.period_text,
    }


def _of(
    ctx: Context, release: Release, find: Find, entries: Collection[Entry], asking: Asking
) -> Iterator[Found]:
    rule = release.pack.registers.get(find.register)
    keys = {*rule.fields, *rule.columns} if rule else set()
    evaluate = ctx.tools.evaluate
    for entry in entries:
        if entry.register != find.register:
            continue
        lent = {"entry": as_seen(entry, keys), "case": asking.case}
        seen = replace(asking.known, values={**asking.known.values, **lent})
        if facts.holds(evaluate, find.where, seen):
            yield Found(find=find, entry=entry, counts=_counts(ctx, find, entry, seen, asking))


def _counts(ctx: Context, find: Find, entry: Entry, seen: Facts, asking: Asking) -> bool:
    if find.before is None:
        return True
    opened = Stamp(on=asking.opened_at.astimezone(CHINA_TIME).date(), at=asking.opened_at)
    limit = facts.day(ctx.tools.evaluate, find.before, seen) or opened.on
    return was_before(Stamp(on=entry.entered_on, at=entry.entered_at), limit, opened)
