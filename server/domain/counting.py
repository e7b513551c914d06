"""Counting of periods: plain arithmetic over days, told from outside which days are worked.

::

    working    day 1 is the first working day after the start         12 Feb + 5 -> 13 14 24 25 26
    calendar   start + n days; on a rest day, the next working day
    month      same day number n months later, else the month's end; on a rest day, the next one
    first day  counted: one day earlier (influence periods: the corresponding day minus one;
               without a corresponding day the last day of the month)

A gap (stop) takes its days out of the count; a period of months is longer by the days of its gaps.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from server.domain.calendar import ONE_DAY
from server.domain.deadline_rules import Unit

#: says whether a day is worked; may raise YearUnpublished
Worked = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Gap:
    """Days that do not count, both ends included; an empty gap ends before it begins."""

    first: date
    #: ``date.max`` while nobody has ended it
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Everything a count depends on besides the calendar."""

    start: date
    n: int
    unit: Unit
    count_first_day: bool = False
    #: a last day on a rest day leads to the next working day
    roll: bool = True
    #: the last day itself, where somebody ordered it; then ``n`` only lengthens it
    until: date | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True)
class Count:
    """How far a count came; an aborted one (unpublished year) shows what was counted before."""

    #: the days counted one by one; empty for months and ordered days
    counted: list[date] = field(default_factory=list)
    #: the last day before it rolled, None while a gap without end stands in the way
    raw: date | None = None
    #: the last day of the period
    last: date | None = None


def run(terms: Terms, worked: Worked, count: Count) -> None:
    """Count to the end into ``count``, or as far as the calendar goes.

    Raises:
        YearUnpublished: from ``worked``; ``count`` then holds the part before.
        OverflowError: the period leads past the last possible date.
    """
    if terms.until is not None:
        count.raw = _ordered(terms, terms.until, worked)
    elif terms.unit is Unit.MONTH:
        count.raw = _months(terms)
    else:
        count.raw = _day_by_day(terms, worked, count.counted)
    # the last of n working days is worked by construction
    rolls = terms.roll and (terms.unit is not Unit.WORKING or terms.until is not None)
    count.last = count.raw
    while count.last is not None and rolls and not worked(count.last):
        count.last += ONE_DAY


def later(day: date, n: int, unit: Unit, worked: Worked) -> date:
    """``n`` units after the day (before it when negative), the day itself not counted."""
    if unit is Unit.MONTH:
        return add_months(day, n)
    if unit is Unit.CALENDAR:
        return day + n * ONE_DAY
    step = ONE_DAY if n >= 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= worked(day)
    return day


def add_months(day: date, n: int) -> date:
    """The same day number ``n`` months later, or the last day of that month when it is shorter.

    Raises:
        OverflowError: there is no such year.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + n, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def _day_by_day(terms: Terms, worked: Worked, counted: list[date]) -> date | None:
    day = terms.start if terms.count_first_day else terms.start + ONE_DAY
    while len(counted) < terms.n:
        gap = next((gap for gap in terms.gaps if day in gap), None)
        if gap is not None and gap.last == date.max:
            return None
        if gap is None and (terms.unit is Unit.CALENDAR or worked(day)):
            counted.append(day)
        day = day + ONE_DAY if gap is None else gap.last + ONE_DAY
    return counted[-1]


def _months(terms: Terms) -> date | None:
    stopped = _stopped_days(terms)
    if stopped is None:
        return None
    last = add_months(terms.start, terms.n)
    if terms.count_first_day and last.day == terms.start.day:
        last -= ONE_DAY
    return last + len(stopped) * ONE_DAY


def _ordered(terms: Terms, until: date, worked: Worked) -> date | None:
    stopped = _stopped_days(terms)
    if stopped is None:
        return None
    last = later(until, terms.n, terms.unit, worked)
    if terms.unit is Unit.WORKING:
        return later(last, sum(worked(day) for day in stopped), Unit.WORKING, worked)
    return last + len(stopped) * ONE_DAY


def _stopped_days(terms: Terms) -> set[date] | None:
    """Every day in a gap, once; None while a gap has no end."""
    if any(gap.last == date.max for gap in terms.gaps):
        return None
    return {
        gap.first + offset * ONE_DAY
        for gap in terms.gaps
        for offset in range((gap.last - gap.first).days + 1)
    }
