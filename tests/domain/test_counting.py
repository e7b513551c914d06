"""The arithmetic alone, without rules and without a published calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.calendar import is_weekday
from server.domain.counting import Count, Gap, Terms, add_months, later, run
from server.domain.deadline_rules import Unit

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 15), 3, date(2027, 2, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_keep_the_day_or_take_the_last_one(start: date, n: int, end: date) -> None:
    assert add_months(start, n) == end


@pytest.mark.parametrize("n", [120_000, -120_000])
def test_months_beyond_the_calendar_overflow(n: int) -> None:
    with pytest.raises(OverflowError):
        add_months(date(2026, 1, 1), n)


@settings(max_examples=60)
@given(day=DAYS, n=st.integers(1, 60))
def test_going_forth_and_back_in_working_days_leads_to_the_same_working_day(
    day: date, n: int
) -> None:
    there = later(day, n, Unit.WORKING, is_weekday)
    back = later(there, -n, Unit.WORKING, is_weekday)

    assert back <= day
    assert not any(is_weekday(back + timedelta(days=k)) for k in range(1, (day - back).days + 1))


@settings(max_examples=60)
@given(day=DAYS, n=st.integers(-60, 60))
def test_calendar_days_are_plain_addition(day: date, n: int) -> None:
    assert later(day, n, Unit.CALENDAR, is_weekday) == day + timedelta(days=n)


def test_the_first_day_counts_when_it_is_worked() -> None:
    monday, saturday = date(2026, 3, 2), date(2026, 2, 28)

    assert counted(Terms(start=monday, n=2, unit=Unit.WORKING, count_first_day=True)) == [2, 3]
    assert counted(Terms(start=saturday, n=2, unit=Unit.WORKING, count_first_day=True)) == [2, 3]
    assert counted(Terms(start=monday, n=2, unit=Unit.WORKING)) == [3, 4]


def test_a_gap_takes_its_days_out_and_an_empty_one_takes_none() -> None:
    gap = Gap(date(2026, 3, 3), date(2026, 3, 4))
    empty = Gap(date(2026, 3, 5), date(2026, 3, 4))
    terms = Terms(start=date(2026, 3, 2), n=2, unit=Unit.WORKING, gaps=(gap, empty))

    assert counted(terms) == [5, 6]


def test_a_gap_without_end_stops_the_count_where_it_begins() -> None:
    count = Count()
    gap = Gap(date(2026, 3, 4), date.max)
    run(Terms(start=date(2026, 3, 2), n=5, unit=Unit.CALENDAR, gaps=(gap,)), is_weekday, count)

    assert [day.day for day in count.counted] == [3]
    assert count.raw is None
    assert count.last is None


def test_what_ends_on_a_rest_day_rolls_unless_the_rule_says_no() -> None:
    terms = Terms(start=date(2026, 3, 2), n=5, unit=Unit.CALENDAR)
    kept = Terms(start=date(2026, 3, 2), n=5, unit=Unit.CALENDAR, roll=False)

    assert ends(terms) == date(2026, 3, 9)
    assert ends(kept) == date(2026, 3, 7)


def ends(terms: Terms) -> date | None:
    count = Count()
    run(terms, is_weekday, count)
    return count.last


def counted(terms: Terms) -> list[int]:
    count = Count()
    run(terms, is_weekday, count)
    return [day.day for day in count.counted]
