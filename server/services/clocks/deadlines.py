"""Clocks of a case: started and ended by events of the pack, counted again when a year comes.

The only writer of ``deadline`` and of its timers, together with ``deadline_clock`` and
``corrected_dates`` (what people do to a clock). The due date is always the domain's answer to
rule, origin, changes and calendar; it is never patched.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from server.domain import deadline_changes
from server.domain.deadline_returns import is_undone
from server.domain.deadline_rules import DeadlineRule
from server.domain.deadline_verbs import Clock, recomputed
from server.domain.deadlines import Due, expires_at, state_at
from server.domain.expressions import Json
from server.domain.lifecycle import OPEN_DEADLINES, DeadlineState
from server.domain.packs import PolicyPack
from server.models.base import new_id
from server.models.time import deadline
from server.services.case import case_rows, facts
from server.services.case.case_rows import CaseRow
from server.services.case.events import Happening
from server.services.case.facts import Facts
from server.services.clocks import deadline_rows, deadline_timers, work_clocks
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context
from server.services.packs import definitions


def happened(
    ctx: Context, case: CaseRow, pack: PolicyPack, happening: Happening, known: Facts, version: int
) -> None:
    """Let an event end the clocks it ends and start the clocks it starts.

    ``version`` is that of the state whose step raised it.
    """
    key = happening.event.key
    ended = {"ended_by": key, "ended_version": version}
    for rule in pack.deadlines.values():
        if key in rule.met_by:
            _meet(ctx, pack, deadline_rows.open_clocks(ctx, case.id, rule.key), happening, ended)
        if key in rule.cancelled_by:
            cancel(ctx, pack, deadline_rows.open_clocks(ctx, case.id, rule.key), **ended)
        begun = beginning(ctx, pack, rule, happening, known)
        if begun is not None:
            _start(ctx, case, pack, begun, version)


def cancel_all(ctx: Context, pack: PolicyPack, case_id: str) -> None:
    """The case is over: no clock of it runs on."""
    cancel(ctx, pack, deadline_rows.open_clocks(ctx, case_id))


def tick(ctx: Context, pack: PolicyPack, row: DeadlineRow) -> str:
    """Let the state of an open clock follow the time, and return it."""
    rule = pack.deadlines[row.rule_key]
    state = state_at(rule, deadline_rows.clock(ctx, pack, row).due(), ctx.now)
    if state != row.state:
        deadline_rows.write(ctx, row, state=state)
        if row.state == DeadlineState.STOPPED:
            work_clocks.follow(ctx, replace(row, state=state))
        ctx.record(f"deadline.{state}", row.id, row.case_id, {"rule": row.rule_key})
    return state


def refresh(
    ctx: Context, pack: PolicyPack, row: DeadlineRow, changes: Sequence[deadline_changes.Change]
) -> Due:
    """Store the changes of a clock with the end they give, and move everything that follows it."""
    after, end = changed(ctx, pack, row, changes)
    kept = ("changes", "calendar_version", *columns(pack.deadlines[row.rule_key], end, ctx.now))
    deadline_rows.write(ctx, row, **{name: getattr(after, name) for name in kept})
    _publish(ctx, pack, after, end)
    return end


def changed(
    ctx: Context, pack: PolicyPack, row: DeadlineRow, changes: Sequence[deadline_changes.Change]
) -> tuple[DeadlineRow, Due]:
    """The clock as it stands after these changes, with its end; writes nothing."""
    clock = deadline_rows.clock(ctx, pack, row)
    new = changes[len(clock.changes) :]
    end = clock.due(*new)
    values = columns(pack.deadlines[row.rule_key], end, ctx.now)
    kept = [*row.changes, *map(deadline_changes.as_json, new)]
    version = clock.calendar.version
    return replace(row, changes=kept, calendar_version=version, **values), end


def begin(ctx: Context, pack: PolicyPack, row: DeadlineRow) -> Due:
    """Keep a new clock that no event began, with the end its own columns give."""
    rule = pack.deadlines[row.rule_key]
    end = deadline_rows.clock(ctx, pack, row).due()
    row = replace(row, **columns(rule, end, ctx.now))
    deadline_rows.add(ctx, row, calendar=rule.calendar)
    _publish(ctx, pack, row, end)
    return end


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """A clock that an event starts."""

    rule: DeadlineRule
    origin_on: date
    until_on: date | None
    end: Due


def beginning(
    ctx: Context, pack: PolicyPack, rule: DeadlineRule, happening: Happening, known: Facts
) -> Beginning | None:
    """The clock of this rule that the event starts, None where it starts none; writes nothing."""
    if rule.origin != happening.event.key:
        return None
    if rule.valid_from is not None and happening.on < rule.valid_from:
        return None
    if not facts.holds(ctx.tools.evaluate, rule.when, known):
        return None
    until = facts.day(ctx.tools.evaluate, rule.until, known) if rule.until is not None else None
    if rule.until is not None and until is None:
        return None
    clock = Clock(
        rule=rule,
        origin_on=happening.on,
        changes=(),
        calendar=deadline_rows.calendar_of(ctx, rule.calendar),
        until=until,
        origin_title=pack.events[rule.origin].title,
    )
    return Beginning(rule=rule, origin_on=happening.on, until_on=until, end=clock.due())


def begin_anew(ctx: Context, case: CaseRow, pack: PolicyPack, row: DeadlineRow) -> None:
    """End an open clock because another office took the work over, and start one from today.

    Both stay: one that had run over by now stays late for whoever let it.
    """
    rule, old = pack.deadlines[row.rule_key], deadline_rows.clock(ctx, pack, row)
    is_late = state_at(rule, old.due(), ctx.now) is DeadlineState.OVERDUE
    ended: dict[str, Any] = {"state": DeadlineState.CANCELLED}
    if is_late:
        ended = {"state": DeadlineState.MET_LATE, "met_on": ctx.today, "met_at": ctx.now}
    deadline_rows.write(ctx, row, **ended)
    _over(ctx, pack, row)
    new = replace(old, origin_on=ctx.today, changes=())
    begun = Beginning(rule=rule, origin_on=ctx.today, until_on=row.until_on, end=new.due())
    again = _new_row(ctx, case, begun, occurrence=_occurrences(ctx, case, rule) + 1)
    kept = {"started_version": row.started_version, **columns(rule, begun.end, ctx.now)}
    again = replace(again, **kept)
    deadline_rows.add(ctx, again, calendar=rule.calendar)
    detail: dict[str, Any] = {"rule": rule.key, "due_on": _iso(begun.end.on), "next": again.id}
    ctx.record("deadline.hand_over", row.id, case.id, detail)
    _publish(ctx, pack, again, begun.end)


def _occurrences(ctx: Context, case: CaseRow, rule: DeadlineRule) -> int:
    return sum(row.rule_key == rule.key for row in deadline_rows.of_case(ctx, case.id))


def _start(ctx: Context, case: CaseRow, pack: PolicyPack, begun: Beginning, version: int) -> None:
    rule = begun.rule
    earlier = [row for row in deadline_rows.of_case(ctx, case.id) if row.rule_key == rule.key]
    standing = [row for row in earlier if _stands(row)]
    if standing and rule.again == "keep":
        return
    row = _new_row(ctx, case, begun, occurrence=len(earlier) + 1)
    row = replace(row, started_version=version, **columns(rule, begun.end, ctx.now))
    deadline_rows.add(ctx, row, calendar=rule.calendar)
    detail = {"rule": rule.key, "due_on": _iso(begun.end.on)}
    ctx.record("deadline.start", row.id, case.id, detail)
    _publish(ctx, pack, row, begun.end)


def _stands(row: DeadlineRow) -> bool:
    """Does it keep its rule from beginning another clock."""
    changes = tuple(map(deadline_changes.from_json, row.changes))
    return row.state != DeadlineState.CANCELLED and not is_undone(changes)


def _new_row(ctx: Context, case: CaseRow, begun: Beginning, *, occurrence: int) -> DeadlineRow:
    rule = begun.rule
    return DeadlineRow(
        id=new_id(),
        version=1,
        case_id=case.id,
        rule_key=rule.key,
        subject="",
        occurrence=occurrence,
        origin_event=rule.origin,
        origin_on=begun.origin_on,
        until_on=begun.until_on,
        due_on=None,
        provisional_on=None,
        expires_at=None,
        calendar_version=deadline_rows.calendar_of(ctx, rule.calendar).version,
        force=rule.force,
        state=DeadlineState.RUNNING,
        met_on=None,
        met_at=None,
        line="",
        changes=[],
        started_version=None,
        ended_by=None,
        ended_version=None,
    )


def _meet(
    ctx: Context,
    pack: PolicyPack,
    rows: Iterable[DeadlineRow],
    happening: Happening,
    ended: Mapping[str, Json],
) -> None:
    for row in rows:
        rule = pack.deadlines[row.rule_key]
        end = deadline_rows.clock(ctx, pack, row).due()
        state = state_at(rule, end, ctx.now, met=happening.at or happening.on)
        met = {"state": state, "met_on": happening.on, "met_at": happening.at}
        deadline_rows.write(ctx, row, **met, **ended)
        ctx.record(f"deadline.{state}", row.id, row.case_id, {"rule": row.rule_key})
        _over(ctx, pack, row)


def cancel(ctx: Context, pack: PolicyPack, rows: Iterable[DeadlineRow], **values: Json) -> None:
    """End these clocks without their having been met."""
    for row in rows:
        deadline_rows.write(ctx, row, state=DeadlineState.CANCELLED, **values)
        ctx.record("deadline.cancelled", row.id, row.case_id, {"rule": row.rule_key})
        _over(ctx, pack, row)


def _over(ctx: Context, pack: PolicyPack, row: DeadlineRow) -> None:
    deadline_timers.disarm(ctx, row)
    deadline_timers.follow(ctx, pack, row.case_id, row.rule_key)
    work_clocks.let_go(ctx, row)


def _publish(ctx: Context, pack: PolicyPack, row: DeadlineRow, end: Due) -> None:
    deadline_timers.arm(ctx, pack, row, end)
    deadline_timers.follow(ctx, pack, row.case_id, row.rule_key)
    work_clocks.follow(ctx, row)


def columns(rule: DeadlineRule, end: Due, now: datetime) -> dict[str, Any]:
    """What a clock with this end says, as it is stored."""
    return {
        "due_on": end.on,
        "provisional_on": end.provisional_on,
        "expires_at": expires_at(rule, end.on) if end.on else None,
        "state": state_at(rule, end, now),
        "line": end.line,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def recompute(ctx: Context, calendar: str) -> int:
    """Count every open clock of this calendar again; each that moves is logged on its row.

    Returns how many moved. Cases are locked in ascending order of their ids.
    """
    deadline_rows.forget_calendars(ctx)
    touched = ctx.session.scalars(
        select(deadline.c.case_id)
        .where(deadline.c.calendar == calendar, deadline.c.state.in_(OPEN_DEADLINES))
        .distinct()
        .order_by(deadline.c.case_id)
    ).all()
    return sum(_recompute_case(ctx, case_id, calendar) for case_id in touched)


def _recompute_case(ctx: Context, case_id: str, calendar: str) -> int:
    case = case_rows.lock(ctx, case_id)
    pack = definitions.release(ctx, case.pack_version_id).pack
    moved = 0
    for row in deadline_rows.open_clocks(ctx, case_id):
        rule = pack.deadlines[row.rule_key]
        if rule.calendar != calendar:
            continue
        clock = deadline_rows.clock(ctx, pack, row)
        change = recomputed(clock, row.due_on, ctx.today)
        refresh(ctx, pack, row, [*clock.changes, *([change] if change else [])])
        if change:
            moved += 1
            detail = {"rule": row.rule_key, "was_on": _iso(row.due_on)}
            ctx.record("deadline.recompute", row.id, case_id, detail)
    ctx.settle()  # one case at a time: an import touches many
    return moved
