"""A published year as twelve months of weeks, each day with what the notice makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.domain.calendar import ONE_DAY, CalendarYear


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One day of a month."""

    on: date
    #: 休 by the notice, 班 by the notice, else neither
    is_off: bool
    is_makeup: bool
    #: worked at all: an ordinary Saturday is not
    is_worked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """One month; a week begins on Monday, days of other months are None."""

    number: int
    weeks: tuple[tuple[Day | None, ...], ...]
    worked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Months:
    """A year with its notice."""

    year: CalendarYear
    months: tuple[Month, ...]
    worked: int
    #: the days off and make-up days as ranges, in order
    off: tuple[tuple[date, date], ...]
    makeup: tuple[date, ...]


def months_of(year: CalendarYear) -> Months:
    """The year as it is drawn."""
    months = tuple(_month(year, number) for number in range(1, 13))
    return Months(
        year=year,
        months=months,
        worked=sum(month.worked for month in months),
        off=tuple(_ranges(year.days_off)),
        makeup=tuple(sorted(year.makeup_workdays)),
    )


def _month(year: CalendarYear, number: int) -> Month:
    days = []
    on = date(year.year, number, 1)
    while on.month == number:
        days.append(
            Day(
                on=on,
                is_off=on in year.days_off,
                is_makeup=on in year.makeup_workdays,
                is_worked=year.is_working_day(on),
            )
        )
        on += ONE_DAY
    cells: list[Day | None] = [*[None] * days[0].on.weekday(), *days]
    cells += [None] * (-len(cells) % 7)
    return Month(
        number=number,
        weeks=tuple(tuple(cells[at : at + 7]) for at in range(0, len(cells), 7)),
        worked=sum(day.is_worked for day in days),
    )


def _ranges(days: frozenset[date]) -> Iterator[tuple[date, date]]:
    for first in sorted(day for day in days if day - ONE_DAY not in days):
        last = first
        while last + ONE_DAY in days:
            last += ONE_DAY
        yield first, last
