"""Which notices the ladder of a deadline owes, and when: derived, never stored as a decision.

A rung ``at: -1`` fires one unit before the last day, ``at: 0`` on it, ``at: 1`` one unit after,
each in the rule's own unit and at the pack's ``notify_at``. Two cases have an answer of their own:

- A rung before the last day that would lie on the day of the origin or earlier is **dropped**:
  the task itself has just been handed over, and a reminder in the same minute says nothing.
- A rung whose day lies in an unpublished year is not owed yet; publishing the year recomputes the
  deadline and with it the ladder. An undetermined deadline owes nothing at all.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from server.domain.calendar import CHINA_TIME, WorkingCalendar
from server.domain.counting import later
from server.domain.deadline_rules import DeadlineRule, Rung
from server.domain.errors import YearUnpublished


@dataclass(frozen=True, slots=True)
class RungDue:
    """One rung with its moment, aware, in China's time."""

    rung: Rung
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A notice that is owed now."""

    #: ``assignee``, ``office.head``, ``<role>`` …, as the pack says
    to: str
    #: units after the last day, negative before
    at: int
    due_at: datetime
    #: the same cause never gives a second notice; a moved due date is another cause
    dedupe_key: str


def rungs(
    rule: DeadlineRule,
    origin_on: date,
    due_on: date | None,
    calendar: WorkingCalendar,
    notify_at: time,
) -> tuple[RungDue, ...]:
    """Every rung of the ladder that has a moment, in the order of their moments."""
    if due_on is None:
        return ()
    found = []
    for rung in rule.ladder:
        day = _day_of(rule, rung, due_on, calendar)
        if day is None or (rung.at < 0 and day <= origin_on):
            continue
        found.append(RungDue(rung, datetime.combine(day, notify_at, CHINA_TIME)))
    return tuple(sorted(found, key=lambda entry: (entry.at, entry.rung.at)))


def owed(
    deadline_id: str,
    due_on: date,
    ladder: Iterable[RungDue],
    now: datetime,
    given: Collection[str] = (),
) -> tuple[Notice, ...]:
    """The notices whose moment has come and that were not given yet (``given``: dedupe keys)."""
    notices = (
        Notice(
            to=entry.rung.to,
            at=entry.rung.at,
            due_at=entry.at,
            dedupe_key=dedupe_key(deadline_id, due_on, entry.rung),
        )
        for entry in ladder
        if entry.at <= now
    )
    return tuple(notice for notice in notices if notice.dedupe_key not in given)


def dedupe_key(deadline_id: str, due_on: date, rung: Rung) -> str:
    """Names one rung of one deadline with one last day."""
    return f"{deadline_id}:{due_on.isoformat()}:{rung.at:+d}:{rung.to}"


def _day_of(rule: DeadlineRule, rung: Rung, due_on: date, calendar: WorkingCalendar) -> date | None:
    try:
        return later(due_on, rung.at, rule.unit, calendar.is_working_day)
    except (YearUnpublished, OverflowError):
        return None
