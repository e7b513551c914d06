"""The days of a period as a row of cells: what an official checks a deadline by at a glance.

::

    origin   1st  2nd    rest      3rd        4th   due
    02-12    13   14班   15–23 放假  24 今天    25    26 第5日

Days that do not count are folded into one cell, and so is the middle of a long period. The cells
follow each other without a hole, and the numbers are those of the count itself (``deadlines``):
nothing is counted a second time here but days of an unpublished year, which are marked as a guess.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from server.domain.calendar import ONE_DAY, WorkingCalendar
from server.domain.deadline_changes import Extend, begun_again
from server.domain.deadline_rules import Unit
from server.domain.deadline_stops import StopSpan, spans
from server.domain.deadline_verbs import Clock
from server.domain.deadlines import Due, origin_of
from server.domain.errors import YearUnpublished
from server.domain.texts import _

#: most cells of a row before its middle is folded
MOST_CELLS: Final = 14
#: cells that stay open at the beginning, and on both sides of today
_NEAR: Final = 2
#: longest look past the end, so that a clock overdue for years stays cheap
_MOST_DAYS: Final = 1500


class Kind(StrEnum):
    """What a day is to the count."""

    #: the event itself; not counted, unless the rule counts its first day
    ORIGIN = "origin"
    COUNTED = "counted"
    #: counted as a guess: the holidays of its year are not published
    PROVISIONAL = "provisional"
    #: does not count: weekend or holiday
    REST = "rest"
    #: does not count: the clock stood
    STOPPED = "stopped"
    #: inside a period of months or up to an ordered day, where no day has a number
    WITHIN = "within"
    #: after the last day
    LATE = "late"
    #: several of these together: the middle of a long period
    FOLDED = "folded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One cell: a day, or a run of neighbouring days."""

    on: date
    #: the last day of the run; ``on`` where it is one day
    through: date
    kind: Kind
    #: number of the last counted day in the cell, None where none is counted
    n: int | None = None
    #: how many days of the cell count
    counted: int = 0
    #: a Saturday or Sunday that is worked
    is_makeup: bool = False
    is_today: bool = False
    #: the last day of the period, also a provisional one
    is_due: bool = False
    #: lies before today
    is_past: bool = False
    #: 放假, 周末, 调休上班, 中止, 暂计, 逾期 …
    note: str = ""

    @property
    def days(self) -> int:
        """How many days the cell stands for."""
        return (self.through - self.on).days + 1


def strip(clock: Clock, today: date) -> tuple[Day, ...]:
    """The cells from the origin to the end of the period, or to today when that is later.

    The last day of a period that cannot be known yet is provisional; a clock that stands leads
    on to today.
    """
    end = clock.due()
    standing = _standing(clock)
    count = _Count(clock=clock, end=end, standing=standing, numbers=_numbers(clock, end, standing))
    return tuple(_folded(list(_joined(_days(count, today))), today))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Count:
    """Everything the cells are read from."""

    clock: Clock
    end: Due
    standing: tuple[StopSpan, ...]
    #: the counted days with their numbers, those of unpublished years as guessed
    numbers: Mapping[date, int]

    @property
    def origin(self) -> date:
        return origin_of(self.clock.origin_on, self.clock.changes)

    @property
    def due_on(self) -> date | None:
        return self.end.on or self.end.provisional_on


def _days(count: _Count, today: date) -> Iterator[Day]:
    day = count.origin
    for offset in range((_last(count, today) - day).days + 1):
        day = count.origin + offset * ONE_DAY
        number = count.numbers.get(day)
        kind, note = _kind(count, day)
        yield Day(
            on=day,
            through=day,
            kind=kind,
            n=number,
            counted=0 if number is None else 1,
            is_makeup=kind is Kind.COUNTED and _is_makeup(count.clock.calendar, day),
            is_today=day == today,
            is_due=day == count.due_on,
            is_past=day < today,
            note=note,
        )


def _last(count: _Count, today: date) -> date:
    """The last day shown: the end, or today when the clock stands or is over."""
    reach = max([count.origin, count.due_on or count.origin, *count.numbers])
    if count.due_on is not None and count.due_on >= today:
        return reach
    return max(reach, min(today, reach + _MOST_DAYS * ONE_DAY))


def _numbers(clock: Clock, end: Due, standing: tuple[StopSpan, ...]) -> Mapping[date, int]:
    numbers = {day: number for number, day in enumerate(end.counted, 1)}
    if end.needs_year is None or end.provisional_on is None or not _has_numbers(clock):
        return numbers
    origin = origin_of(clock.origin_on, clock.changes)
    first = origin if clock.rule.count_first_day else origin + ONE_DAY
    day = max(numbers) + ONE_DAY if numbers else first
    while day <= end.provisional_on and len(numbers) < clock.rule.n + _more(clock):
        is_worked = clock.rule.unit is Unit.CALENDAR or clock.calendar.guess(day)
        if is_worked and not any(day in stop.gap for stop in standing):
            numbers[day] = len(numbers) + 1
        day += ONE_DAY
    return numbers


def _more(clock: Clock) -> int:
    return sum(act.n for act in clock.changes if isinstance(act, Extend))


def _has_numbers(clock: Clock) -> bool:
    return clock.until is None and clock.rule.unit is not Unit.MONTH


def _standing(clock: Clock) -> tuple[StopSpan, ...]:
    try:
        return spans(clock.rule, clock.changes, clock.calendar.is_working_day)
    except YearUnpublished:
        return spans(clock.rule, clock.changes, clock.calendar.guess)


def _kind(count: _Count, day: date) -> tuple[Kind, str]:
    if day == count.origin:
        again = begun_again(count.clock.changes)
        return Kind.ORIGIN, _("退回") if again else count.clock.origin_title or _("起算")
    if day in count.numbers:
        return _counted(count, day)
    if count.due_on is not None and day > count.due_on:
        return Kind.LATE, _("逾期")
    stop = next((stop for stop in count.standing if day in stop.gap), None)
    if stop is not None:
        return Kind.STOPPED, _("中止：{why}").format(why=stop.reason)
    calendar = count.clock.calendar
    if _has_numbers(count.clock) and not calendar.guess(day):
        return Kind.REST, _rest(calendar, day)
    is_rolled = day == count.due_on and bool(count.numbers)
    return Kind.WITHIN, _("顺延至此") if is_rolled else ""


def _counted(count: _Count, day: date) -> tuple[Kind, str]:
    if count.end.needs_year is not None and day not in count.end.counted:
        return Kind.PROVISIONAL, _("暂计")
    is_makeup = _is_makeup(count.clock.calendar, day)
    return Kind.COUNTED, _("调休上班") if is_makeup else ""


def _rest(calendar: WorkingCalendar, day: date) -> str:
    year = calendar.years.get(day.year)
    return _("放假") if year is not None and day in year.days_off else _("周末")


def _is_makeup(calendar: WorkingCalendar, day: date) -> bool:
    year = calendar.years.get(day.year)
    return year is not None and day in year.makeup_workdays


#: kinds of which neighbours become one cell
_RUNS: Final = frozenset({Kind.REST, Kind.STOPPED, Kind.WITHIN, Kind.LATE})


def _joined(days: Iterator[Day]) -> Iterator[Day]:
    """Neighbours of one kind that do not count as one cell; today and the last day stay alone."""
    held: Day | None = None
    for day in days:
        if held is not None and _is_one_run(held, day):
            note = _("放假") if _("放假") in (held.note, day.note) else held.note
            held = replace(held, through=day.through, is_past=day.is_past, note=note)
            continue
        if held is not None:
            yield held
        held = day
    if held is not None:
        yield held


def _is_one_run(held: Day, day: Day) -> bool:
    if held.kind is not day.kind or day.kind not in _RUNS:
        return False
    if any((held.is_today, day.is_today, held.is_due, day.is_due)):
        return False
    return day.kind is not Kind.STOPPED or held.note == day.note


def _folded(cells: list[Day], today: date) -> Iterator[Day]:
    """The cells, the middle of a long row as few: its ends and what is near today stay open."""
    if len(cells) <= MOST_CELLS:
        yield from cells
        return
    last = len(cells) - 1
    due = next((place for place, cell in enumerate(cells) if cell.is_due), last)
    now = next((place for place, cell in enumerate(cells) if cell.on <= today <= cell.through), 0)
    marks = ((0, _NEAR), (now, _NEAR), (due, _NEAR), (last, 0))
    held: list[Day] = []
    for place, cell in enumerate(cells):
        if any(abs(place - mark) <= near for mark, near in marks):
            yield from _together(held)
            held = []
            yield cell
        else:
            held.append(cell)
    yield from _together(held)


def _together(cells: list[Day]) -> Iterator[Day]:
    if len(cells) <= 1:
        yield from cells
        return
    numbers = [cell.n for cell in cells if cell.n is not None]
    yield Day(
        on=cells[0].on,
        through=cells[-1].through,
        kind=Kind.FOLDED,
        n=max(numbers, default=None),
        counted=sum(cell.counted for cell in cells),
        is_past=cells[-1].is_past,
    )
