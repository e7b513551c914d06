"""The days of a period as cells: they are those of the count, without a hole."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters import calendars
from server.domain.calendar import ONE_DAY, WorkingCalendar
from server.domain.day_strips import MOST_CELLS, Day, Kind, strip
from server.domain.deadline_changes import Change, Extend, Restart, Stop
from server.domain.deadline_rules import DeadlineRule, Extension, StopReason, Unit
from server.domain.deadline_verbs import Clock
from server.domain.sources import Basis

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 2, 24)


def test_a_week_over_the_spring_festival_reads_as_an_official_counts_it(
    calendar: WorkingCalendar,
) -> None:
    cells = strip(clock(calendar, n=5), TODAY)

    assert [(cell.on.day, cell.through.day, cell.kind.value, cell.n) for cell in cells] == [
        (12, 12, "origin", None),
        (13, 13, "counted", 1),
        (14, 14, "counted", 2),
        (15, 23, "rest", None),
        (24, 24, "counted", 3),
        (25, 25, "counted", 4),
        (26, 26, "counted", 5),
    ]
    assert cells[0].note == "受理"
    assert (cells[2].is_makeup, cells[2].note) == (True, "调休上班")
    assert (cells[3].note, cells[3].days) == ("放假", 9)
    assert cells[4].is_today
    assert [cell.on for cell in cells if cell.is_due] == [date(2026, 2, 26)]


def test_an_overdue_clock_leads_on_to_today(calendar: WorkingCalendar) -> None:
    cells = strip(clock(calendar, n=5), date(2026, 3, 4))

    assert [(cell.on.isoformat(), cell.kind) for cell in cells[-2:]] == [
        ("2026-02-27", Kind.LATE),
        ("2026-03-04", Kind.LATE),
    ]
    assert cells[-1].is_today


def test_a_day_that_rolls_is_the_last_day_though_it_is_not_counted(
    calendar: WorkingCalendar,
) -> None:
    cells = strip(clock(calendar, n=30, unit=Unit.CALENDAR, origin=date(2026, 1, 16)), TODAY)

    assert sum(cell.counted for cell in cells) == 30
    assert [cell.on.isoformat() for cell in cells if cell.is_due] == ["2026-02-24"]
    assert cells[-2].note == "放假"


def test_days_that_a_clock_stands_say_why(calendar: WorkingCalendar) -> None:
    acts = (Stop(on=date(2026, 2, 13), reason="evidence"),)

    cells = strip(clock(calendar, n=5, changes=acts), TODAY)

    assert [(cell.kind, cell.note) for cell in cells[2:]] == [
        (Kind.STOPPED, "中止：补充证据"),
        (Kind.STOPPED, "中止：补充证据"),
    ]
    assert cells[-1].is_today
    assert not any(cell.is_due for cell in cells)


def test_a_year_nobody_has_published_is_counted_as_a_guess_and_says_so(
    calendar: WorkingCalendar,
) -> None:
    cells = strip(clock(calendar, n=5, origin=date(2026, 12, 29)), date(2026, 12, 30))

    assert [cell.kind for cell in cells if cell.counted] == [
        Kind.COUNTED,
        Kind.COUNTED,
        Kind.PROVISIONAL,
        Kind.PROVISIONAL,
        Kind.PROVISIONAL,
    ]
    assert cells[-1].is_due
    assert cells[-1].note == "暂计"


def test_months_have_no_numbers(calendar: WorkingCalendar) -> None:
    cells = strip(clock(calendar, n=3, unit=Unit.MONTH), TODAY)

    assert [cell.kind for cell in cells] == [
        Kind.ORIGIN,
        Kind.WITHIN,
        Kind.WITHIN,
        Kind.WITHIN,
        Kind.WITHIN,
    ]
    assert sum(cell.counted for cell in cells) == 0
    assert cells[-1].is_due


@given(
    origin=st.dates(date(2025, 1, 2), date(2027, 3, 1)),
    n=st.integers(1, 200),
    unit=st.sampled_from([Unit.WORKING, Unit.CALENDAR]),
    first=st.booleans(),
    away=st.integers(-5, 400),
    stops=st.lists(st.integers(0, 20), max_size=4),
)
@settings(deadline=None, max_examples=150)
def test_the_cells_are_the_count_itself(  # noqa: PLR0913  # one strategy each
    calendar: WorkingCalendar,
    origin: date,
    n: int,
    unit: Unit,
    first: bool,
    away: int,
    stops: list[int],
) -> None:
    made = clock(
        calendar,
        n=n,
        unit=unit,
        origin=origin,
        count_first_day=first,
        changes=_acts(origin, stops),
    )
    end = made.due()
    cells = strip(made, origin + timedelta(days=max(away, 0)))

    _follow_each_other(cells)
    assert cells[0].on == origin
    assert len([cell for cell in cells if cell.kind is not Kind.FOLDED]) <= MOST_CELLS
    if end.on is not None or end.provisional_on is not None:
        assert sum(cell.counted for cell in cells) == n
        assert max(cell.n or 0 for cell in cells) == n
        (due,) = [cell for cell in cells if cell.is_due]
        assert due.on == due.through == (end.on or end.provisional_on)
        if unit is Unit.WORKING:
            assert due.n == n


def test_an_extension_is_counted_too(calendar: WorkingCalendar) -> None:
    acts = (Extend(on=date(2026, 2, 24), n=3),)

    cells = strip(clock(calendar, n=5, changes=acts), TODAY)

    assert sum(cell.counted for cell in cells) == 8


def _follow_each_other(cells: tuple[Day, ...]) -> None:
    for before, after in pairwise(cells):
        assert before.through + ONE_DAY == after.on
        assert before.on <= before.through


def _acts(origin: date, gaps: list[int]) -> tuple[Change, ...]:
    acts: list[Change] = []
    day = origin
    for number, gap in enumerate(gaps):
        day += timedelta(days=gap)
        acts.append(Restart(on=day) if number % 2 else Stop(on=day, reason="evidence"))
    return tuple(acts)


def clock(
    calendar: WorkingCalendar,
    *,
    origin: date = date(2026, 2, 12),
    changes: tuple[Change, ...] = (),
    **terms: Any,
) -> Clock:
    rule = DeadlineRule(
        **{
            "key": "proposal",
            "title": "提出拟办意见",
            "origin": "accepted",
            "met_by": ("proposed",),
            "unit": Unit.WORKING,
            "basis": Basis(default="测试"),
            "stops": (StopReason(key="evidence", title="补充证据"),),
            "extension": Extension(times=1, max=5, approver="office.head"),
            **terms,
        }
    )
    return Clock(
        rule=rule, origin_on=origin, changes=changes, calendar=calendar, origin_title="受理"
    )


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    found, problems = calendars.read_folder(ROOT / "processes" / "_calendars")
    assert not problems
    return found["cn"]
