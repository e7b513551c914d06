"""The moments of a clock as timer rows: when its state changes by itself, when a rung is owed,
and when a timer event of the diagram that names it fires.

A row is known by what it stands for and by its moment. So arming again after a change cancels
what moved, arms what is new, and leaves what has fired.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from server.domain import escalation
from server.domain.calendar import CHINA_TIME, ONE_DAY, WorkingCalendar
from server.domain.counting import later
from server.domain.deadline_changes import from_json
from server.domain.deadline_rules import DeadlineRule
from server.domain.deadlines import Due, expires_at, origin_of
from server.domain.errors import YearUnpublished
from server.domain.lifecycle import TimerState
from server.domain.packs import PolicyPack
from server.domain.wishes import NamedDeadline, read_wish
from server.models.time import timer
from server.services.buffers import Buffer, Row, Shelf
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context

#: every timer of a case
TIMERS: Final = Shelf(timer)

#: what a timer is that was never tried
_UNTRIED: Final[dict[str, Any]] = {"attempts": 0, "not_before": None, "error": ""}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Moment:
    kind: str
    at: datetime
    rung: int | None = None


def arm(ctx: Context, pack: PolicyPack, row: DeadlineRow, end: Due) -> None:
    """Give the clock the timers of its present end, and cancel those of an earlier one."""
    wanted = dict(_moments(ctx, pack, row, end))
    kept = ctx.rows(TIMERS, row.case_id)
    for known in kept:
        if known["deadline_id"] != row.id:
            continue
        moment = wanted.pop(known["dedupe_key"], None)
        if moment is None:
            _cancel(kept, known)
        elif known["state"] != TimerState.FIRED:
            values = {"state": TimerState.ARMED, "due_at": moment.at, "rung": moment.rung}
            kept.change(known, **values, **_UNTRIED)
    for key, moment in wanted.items():
        kept.add(
            kind=moment.kind,
            case_id=row.case_id,
            deadline_id=row.id,
            rule_key=row.rule_key,
            rung=moment.rung,
            due_at=moment.at,
            dedupe_key=key,
            state=TimerState.ARMED,
        )


def disarm(ctx: Context, row: DeadlineRow) -> None:
    """Cancel what still waits of a clock that is met or cancelled."""
    kept = ctx.rows(TIMERS, row.case_id)
    for known in kept:
        if known["deadline_id"] == row.id:
            _cancel(kept, known)


def follow(ctx: Context, pack: PolicyPack, case_id: str, rule_key: str) -> None:
    """Move the diagram's timers that name this deadline to where its clock stands now."""
    kept = ctx.rows(TIMERS, case_id)
    for known in kept:
        if known["kind"] == "engine" and known["rule_key"] == rule_key and _waits(known):
            moment = moment_of(ctx, pack, case_id, read_wish(known["wish"]))
            kept.change(known, due_at=moment)


def _cancel(kept: Buffer, known: Row) -> None:
    if _waits(known):
        kept.change(known, state=TimerState.CANCELLED)


def _waits(known: Row) -> bool:
    return bool(known["state"] == TimerState.ARMED)


def moment_of(ctx: Context, pack: PolicyPack, case_id: str, wish: object) -> datetime | None:
    """When a named deadline or reminder is due in this case; None while its clock is not running
    or its end is not known."""
    if not isinstance(wish, NamedDeadline) or wish.key not in pack.deadlines:
        return None
    clocks = deadline_rows.open_clocks(ctx, case_id, wish.key)
    return moment_on(ctx, pack, wish, clocks[-1].due_on if clocks else None)


def moment_on(
    ctx: Context, pack: PolicyPack, wish: NamedDeadline, due_on: date | None
) -> datetime | None:
    """The same where the clock ends on this day; None where none runs or its end is not known."""
    rule = pack.deadlines.get(wish.key)
    if rule is None or due_on is None:
        return None
    if wish.at is None:
        return expires_at(rule, due_on)
    calendar = deadline_rows.calendar_of(ctx, rule.calendar)
    return _morning(rule, due_on, wish.at, calendar, pack.notify_at)


def _moments(
    ctx: Context, pack: PolicyPack, row: DeadlineRow, end: Due
) -> Iterator[tuple[str, _Moment]]:
    rule = pack.deadlines[row.rule_key]
    origin = origin_of(row.origin_on, list(map(from_json, row.changes)))
    if end.stopped_through is not None and end.stopped_through != date.max:
        wakes = datetime.combine(end.stopped_through + ONE_DAY, time.min, CHINA_TIME)
        yield f"{row.id}:wakes:{wakes:%Y%m%d}", _Moment(kind="clock", at=wakes)
    if end.on is None:
        return
    over = expires_at(rule, end.on)
    yield f"{row.id}:over:{over:%Y%m%dT%H%M}", _Moment(kind="clock", at=over)
    calendar = deadline_rows.calendar_of(ctx, rule.calendar)
    for owed in escalation.rungs(rule, origin, end.on, calendar, pack.notify_at):
        key = escalation.dedupe_key(row.id, end.on, owed.rung)
        yield key, _Moment(kind="rung", at=owed.at, rung=rule.ladder.index(owed.rung))


def _morning(
    rule: DeadlineRule, due_on: date, at: int, calendar: WorkingCalendar, notify_at: time
) -> datetime | None:
    try:
        day = later(due_on, at, rule.unit, calendar.is_working_day)
    except YearUnpublished:
        return None
    return datetime.combine(day, notify_at, CHINA_TIME)
