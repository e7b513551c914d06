"""The date of an event was entered wrongly: every clock it began or met is judged by the right one.

What an event is dated by is one field of one step; events that share it are corrected together.
Nothing is patched: a change is appended to each clock, its end is computed anew, and what hangs
on it (timers, open work) follows as after any other change. Who may ask for this and who decides
is ``verbs/corrections``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from server.domain import deadline_changes, deadline_verbs
from server.domain.deadline_changes import Change, Correct, CorrectMet, begun_again
from server.domain.deadlines import origin_of, state_at
from server.domain.lifecycle import DeadlineState
from server.domain.packs import PolicyPack
from server.services.clocks import deadline_rows, deadlines
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context

_MET = (DeadlineState.MET, DeadlineState.MET_LATE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Righted:
    """What is to hold instead, and for which reason."""

    to_on: date
    note: str
    by: str
    approved_by: str = ""
    #: id of the file that shows it
    evidence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """A clock that depends on the date of an event."""

    row: DeadlineRow
    #: the day that counts for it now
    was_on: date
    #: the event ended the clock; otherwise it began it
    is_end: bool

    def change(self, today: date, right: Righted) -> Correct | CorrectMet:
        """What is appended to the clock."""
        kind: Callable[..., Correct | CorrectMet] = (
            partial(CorrectMet, met_on=right.to_on)
            if self.is_end
            else partial(Correct, origin_on=right.to_on)
        )
        return kind(
            on=today,
            note=right.note,
            was_on=self.was_on,
            by=right.by,
            approved_by=right.approved_by,
            evidence=right.evidence,
        )


def same_date(pack: PolicyPack, event_key: str) -> frozenset[str]:
    """The events that are dated by the same field of the same step as this one, itself included."""
    asked = pack.events[event_key]
    return frozenset(
        event.key
        for event in pack.events.values()
        if event.key == event_key
        or (asked.date is not None and (event.node, event.date) == (asked.node, asked.date))
    )


def of_event(ctx: Context, pack: PolicyPack, case_id: str, event_key: str) -> list[Dated]:
    """The clocks that hang on the newest date of this event; none where it has not happened."""
    if event_key not in pack.events:
        return []
    keys = same_date(pack, event_key)
    found = list(_dated(ctx, pack, case_id, keys))
    newest = max((each.was_on for each in found if not each.is_end), default=None)
    newest = newest or max((each.was_on for each in found), default=None)
    return [each for each in found if each.was_on == newest]


def _dated(ctx: Context, pack: PolicyPack, case_id: str, keys: frozenset[str]) -> Iterator[Dated]:
    for row in deadline_rows.of_case(ctx, case_id):
        if row.state == DeadlineState.CANCELLED:
            continue
        if row.origin_event in keys:
            yield Dated(row=row, was_on=begun_on(row), is_end=False)
        if row.state in _MET and row.met_on is not None and _ended_by(pack, row) in keys:
            yield Dated(row=row, was_on=row.met_on, is_end=True)


def begun_on(row: DeadlineRow) -> date:
    """The day the clock began, after its corrections."""
    return origin_of(row.origin_on, changes_of(row))


def changes_of(row: DeadlineRow) -> list[Change]:
    """Everything that happened to the clock."""
    return list(map(deadline_changes.from_json, row.changes))


def _ended_by(pack: PolicyPack, row: DeadlineRow) -> str:
    """The event whose entered date met the clock; empty where it was the moment of an act."""
    if row.met_at is not None:
        return ""
    keys = pack.deadlines[row.rule_key].met_by
    return next((key for key in keys if pack.events[key].date is not None), "")


def dated_by(pack: PolicyPack, row: DeadlineRow) -> tuple[str, str]:
    """The events that dated the beginning and the end of a clock; empty: nobody entered one."""
    began = "" if begun_again(changes_of(row)) else row.origin_event
    return began, _ended_by(pack, row) if row.state in _MET else ""


def check(ctx: Context, pack: PolicyPack, found: Dated, right: Righted) -> None:
    """Return when this clock may be judged by the right date.

    Raises:
        Invalid: the day cannot be, for this clock.
    """
    clock = deadline_rows.clock(ctx, pack, found.row)
    change = found.change(ctx.today, right)
    if isinstance(change, CorrectMet):
        deadline_verbs.may_correct_met(clock, change, ctx.today)
    else:
        deadline_verbs.may_correct(clock, change, ctx.today, found.row.met_on)


def apply(ctx: Context, pack: PolicyPack, found: Dated, right: Righted) -> DeadlineRow:
    """Judge the clock by the right date and return it as it stands then."""
    row, change = found.row, found.change(ctx.today, right)
    if row.is_open:
        deadlines.refresh(ctx, pack, row, [*changes_of(row), change])
    else:
        _judge(ctx, pack, row, change)
    after = next(each for each in deadline_rows.of_case(ctx, row.case_id) if each.id == row.id)
    if after.state != row.state:
        ctx.record(f"deadline.{after.state}", row.id, row.case_id, {"rule": row.rule_key})
    return after


def _judge(ctx: Context, pack: PolicyPack, row: DeadlineRow, change: Correct | CorrectMet) -> None:
    """A clock that is over stays over and wakes nothing; only whether it was in time is asked."""
    rule = pack.deadlines[row.rule_key]
    if isinstance(change, CorrectMet):
        row = replace(row, met_on=change.met_on)
    kept = [*row.changes, deadline_changes.as_json(change)]
    row = replace(row, changes=kept)
    clock = deadline_rows.clock(ctx, pack, row)
    end = clock.due()
    state = state_at(rule, end, ctx.now, met=row.met_at or row.met_on)
    columns = {**deadlines.columns(rule, end, ctx.now), "state": state, "met_on": row.met_on}
    version = clock.calendar.version
    deadline_rows.write(ctx, row, changes=kept, calendar_version=version, **columns)
