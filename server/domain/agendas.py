"""Meetings that come round by the calendar over many cases: data of the pack (``agendas``).

Once in each period the office that the tasks lie with meets, with all of them that wait on its
agenda; how each is decided its own entry of ``decisions`` says. Which day that is, is decided here;
nothing is decided because a day has passed.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from server.domain.calendar import ONE_DAY, WorkingCalendar
from server.domain.sources import Basis
from server.domain.texts import _


class Every(StrEnum):
    """How often a meeting comes round."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Roll(StrEnum):
    """What becomes of a day on which nobody works."""

    NEXT = "next_working_day"
    PREVIOUS = "previous_working_day"
    NONE = "none"


#: months of each kind of period
MONTHS: Final[Mapping[Every, int]] = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}


class RoundState(StrEnum):
    """What became of one meeting that was to come round."""

    CONVENED = "convened"
    #: nothing waited: it was not held
    EMPTY = "empty"
    HELD = "held"
    #: the period is over and nobody held it
    MISSED = "missed"


ROUND_WORDS: Final[Mapping[RoundState, str]] = {
    RoundState.CONVENED: _("已召集"),
    RoundState.EMPTY: _("没有议题，未召开"),
    RoundState.HELD: _("已召开"),
    RoundState.MISSED: _("到期未召开"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AgendaRule:
    """A meeting that comes round."""

    key: str
    title: str
    #: user tasks it decides, each with an entry in ``decisions``
    tasks: tuple[str, ...]
    every: Every
    #: month of the period, counted from one
    month: int
    #: day of that month; the last one where the month is shorter
    day: int
    roll: Roll
    #: working days before its day on which it is convened
    notice: int
    basis: Basis

    def round_of(self, day: date, calendar: WorkingCalendar) -> "Round":
        """The meeting of the period this day lies in."""
        months = MONTHS[self.every]
        first = (day.month - 1) // months * months + 1
        month = first + self.month - 1
        last = monthrange(day.year, month)[1]
        due = _rolled(date(day.year, month, min(self.day, last)), self.roll, calendar)
        convened = due
        for _working_day in range(self.notice):
            convened = _back(convened - ONE_DAY, calendar)
        return Round(period=period(self.every, day), due_on=due, convened_on=convened)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One meeting that is to come round."""

    #: 2026-11, 2026-Q4 or 2026
    period: str
    due_on: date
    #: the day from which it is convened
    convened_on: date


def period(every: Every, day: date) -> str:
    """The period a day lies in, as it is stored; a later one compares as greater."""
    if every is Every.MONTH:
        return f"{day.year}-{day.month:02d}"
    if every is Every.QUARTER:
        return f"{day.year}-Q{(day.month - 1) // MONTHS[every] + 1}"
    return str(day.year)


def next_period(every: Every, day: date) -> date:
    """The first day of the period after the one this day lies in."""
    own = period(every, day)
    while period(every, day) == own:
        day += ONE_DAY
    return day


def last_period(every: Every, day: date) -> date:
    """The last day of the period before the one this day lies in."""
    own = period(every, day)
    while period(every, day) == own:
        day -= ONE_DAY
    return day


def period_words(stored: str) -> str:
    """A period as people call it."""
    year, _dash, part = stored.partition("-")
    if not part:
        return _("{year}年").format(year=year)
    if part.startswith("Q"):
        return _("{year}年第{n}季度").format(year=year, n=part[1:])
    return _("{year}年{n}月").format(year=year, n=int(part))


def _rolled(day: date, roll: Roll, calendar: WorkingCalendar) -> date:
    if roll is Roll.PREVIOUS:
        return _back(day, calendar)
    while roll is Roll.NEXT and not calendar.guess(day):
        day += ONE_DAY
    return day


def _back(day: date, calendar: WorkingCalendar) -> date:
    while not calendar.guess(day):
        day -= ONE_DAY
    return day
