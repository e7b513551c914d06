"""What a step enters into the registers of its pack, and what is struck when it is taken back.

Entries are written with the step itself, in one transaction. A return strikes what the steps had
entered that are to be done again; a withdraw does so from what the step kept (``taking_back``).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from server.domain.deadline_returns import Went
from server.domain.errors import ExpressionFailed
from server.domain.expressions import Feel, Given, Json
from server.domain.packs import PolicyPack
from server.domain.register_rules import PERIOD_TEXT, UNTIL, Of, RegisterRule
from server.domain.registers import EntryState
from server.domain.texts import _
from server.models.register import register_entry
from server.services.buffers import Row, Shelf
from server.services.case import facts
from server.services.case.case_rows import CaseRow
from server.services.case.events import Happening
from server.services.case.facts import Facts
from server.services.context import Context
from server.services.identity import people
from server.services.law.releases import Release
from server.services.verbs import register_words
from server.services.verbs.parties import SUBJECTS

#: what a case has entered
ENTRIES: Final = Shelf(register_entry)
#: longest time in words
_WORDS: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Whom an entry is about, as expressions of the pack see him."""

    #: person, unit or case
    kind: str
    person: str | None = None
    unit: str | None = None
    name: str = ""
    managed_by: str | None = None
    outcome: str | None = None


def happened(
    ctx: Context,
    case: CaseRow,
    release: Release,
    version: int,
    what: Iterable[Happening],
    known: Facts,
) -> None:
    """End and enter what these events end and enter, in their order.

    Raises:
        ExpressionFailed: an expression of the pack warned, or gave no list or day.
    """
    for happening in what:
        for rule in release.pack.registers.values():
            if happening.event.key in rule.ends:
                _end(ctx, case, rule, happening, version)
        for rule in release.pack.registers.values():
            if happening.event.key in rule.events:
                _enter(ctx, case, release, rule, _Step(happening, version, known))


def take_back(ctx: Context, case: CaseRow, pack: PolicyPack, went: Went, command: str) -> None:
    """Strike what is entered again when these events happen again, and let run what they ended."""
    if not any(went.events & {*rule.events, *rule.ends} for rule in pack.registers.values()):
        return
    kept = ctx.rows(ENTRIES, case.id)
    for row in kept:
        if row["state"] != EntryState.STANDS:
            continue
        if row["event"] in went.events and row["step_seq"] > went.since:
            struck = {"state": EntryState.STRUCK, "struck_by": command, "struck_at": ctx.now}
            kept.change(row, version=row["version"] + 1, **struck)
            ctx.record("register.strike", row["id"], case.id, {"register": row["register"]})
        elif row["ended_by"] in went.events and row["ended_seq"] > went.since:
            running = {"ended_on": None, "ended_by": "", "ended_seq": None}
            kept.change(row, version=row["version"] + 1, **running)
            ctx.record("register.run_on", row["id"], case.id, {"register": row["register"]})


def redate(ctx: Context, case_id: str, keys: Collection[str], was_on: date, to_on: date) -> None:
    """Date what these events entered and ended by the right day."""
    kept = ctx.rows(ENTRIES, case_id)
    for row in kept:
        right = {}
        if row["event"] in keys and row["entered_on"] == was_on:
            right["entered_on"] = to_on
        if row["ended_by"] in keys and row["ended_on"] == was_on:
            right["ended_on"] = to_on
        if right:
            kept.change(row, version=row["version"] + 1, **right)
            ctx.record("register.redate", row["id"], case_id, {"to": to_on.isoformat()})


@dataclass(frozen=True, slots=True)
class _Step:
    """What happened, in which version of the case, and what was known then."""

    happening: Happening
    version: int
    known: Facts


def _end(
    ctx: Context, case: CaseRow, rule: RegisterRule, happening: Happening, version: int
) -> None:
    kept = ctx.rows(ENTRIES, case.id)
    for row in kept:
        is_open = row["state"] == EntryState.STANDS and row["ended_on"] is None
        if is_open and row["register"] == rule.key:
            ended = {"ended_by": happening.event.key, "ended_seq": version}
            kept.change(row, version=row["version"] + 1, ended_on=happening.on, **ended)
            ctx.record("register.end", row["id"], case.id, {"register": rule.key})


def _enter(ctx: Context, case: CaseRow, release: Release, rule: RegisterRule, step: _Step) -> None:
    kept = ctx.rows(ENTRIES, case.id)
    for party, find_place in _parties(ctx, case, rule.of):
        for seen in _seen(ctx, case, rule, party, step.known):
            place = find_place()
            data = {key: _value(ctx, source, seen) for key, source in rule.fields.items()}
            row = kept.add(
                register=rule.key,
                case_id=case.id,
                event=step.happening.event.key,
                step_seq=step.version,
                kind=party.kind,
                person_id=party.person,
                unit_id=place,
                name=party.name,
                managed_by=party.managed_by,
                level=case.level,
                region=case.region,
                entered_on=step.happening.on,
                entered_at=ctx.now,
                until=_day(data.get(UNTIL), rule),
                period_text=str(data.get(PERIOD_TEXT) or "")[:_WORDS],
                data=data,
                shown=register_words.shown(ctx, release, rule, data),
            )
            ctx.record("register.enter", row["id"], case.id, {"register": rule.key})


def _seen(
    ctx: Context, case: CaseRow, rule: RegisterRule, party: Party, known: Facts
) -> Iterator[Facts]:
    """What the expressions of each entry about this party see; none where there is to be none."""
    lent = {"party": asdict(party), "case": of_case(case)}
    seen = replace(known, values={**known.values, **lent})
    items: Json = [None]
    if rule.each is not None:
        items = _value(ctx, rule.each, seen) or []
        if not isinstance(items, list):
            raise ExpressionFailed(_("政策包中的一个表达式没有得出名单"), detail=rule.key)
    for item in items:
        at_item = seen if rule.each is None else replace(seen, values={**seen.values, "item": item})
        if facts.holds(ctx.tools.evaluate, rule.when, at_item):
            yield at_item


def of_case(case: CaseRow) -> Mapping[str, Json]:
    """The case as expressions about entries see it."""
    return {
        "reference": case.reference,
        "procedure": case.procedure,
        "level": case.level,
        "opened_on": case.opened_on.isoformat(),
    }


def _value(ctx: Context, source: Given, seen: Facts) -> Json:
    if isinstance(source, Feel):
        return facts.value(ctx.tools.evaluate, source, seen)
    return seen.values.get(source)


def _day(value: Json, rule: RegisterRule) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        source = rule.fields[UNTIL]
        if isinstance(source, str):
            raise facts.wrong_day(source, _("不是有效的日期")) from None
        message = _("政策包中的一个表达式没有得出日期")
        raise ExpressionFailed(message, detail=rule.key) from None


def _parties(ctx: Context, case: CaseRow, of: Of) -> list[tuple[Party, Callable[[], str | None]]]:
    """Whom the entries are about, each once, with what finds the unit each is or works in."""
    if of is Of.CASE:
        return [(Party(kind="case", outcome=case.outcome), lambda: case.unit_id)]
    rows = list(ctx.rows(SUBJECTS, case.id))
    wanted = "subject" if of is Of.SUBJECTS else "applicant"
    # whoever applies for himself is also the one concerned, and the other way round
    chosen = [row for row in rows if row["kind"] == wanted] or rows
    each = {(row["person_id"], row["unit_id"], row["name"]): row for row in chosen}
    alone = case.unit_id if len(each) == 1 else None
    return [(_party(row), partial(_place, ctx, row, alone)) for row in each.values()]


def _party(row: Row) -> Party:
    return Party(
        kind="unit" if row["unit_id"] else "person",
        person=row["person_id"],
        unit=row["unit_id"],
        name=row["name"],
        managed_by=row["managed_by"],
        outcome=row["outcome"],
    )


def _place(ctx: Context, row: Row, alone: str | None) -> str | None:
    if alone:
        return alone
    if row["unit_id"] or not row["person_id"]:
        return row["unit_id"] or None
    own = people.own_unit(ctx, row["person_id"], ctx.today)
    return own.id if own else None
