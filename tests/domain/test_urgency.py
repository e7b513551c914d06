from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.calendar import CalendarYear, WorkingCalendar
from server.domain.counting import later
from server.domain.deadline_rules import Unit
from server.domain.urgency import (
    DAYS,
    DaysLeft,
    Rank,
    Urgency,
    day_key,
    days_left,
    first_key,
    next_working_day,
    order_key,
    placed,
    rank,
    rank_at,
    urgency,
)

#: the spring of 2026 as its notice has it
CALENDAR = WorkingCalendar(
    years={
        2026: CalendarYear(
            year=2026,
            days_off=frozenset(date(2026, 2, 15) + timedelta(days=n) for n in range(9)),
            makeup_workdays=frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
            source="通知",
            published_on=date(2025, 11, 4),
        )
    }
)
TODAY = date(2026, 2, 25)

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
any_day = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("due_on", "left"),
    [
        (date(2026, 2, 13), -3),
        (date(2026, 2, 24), -1),
        (date(2026, 2, 25), 0),
        (date(2026, 2, 26), 1),
        (date(2026, 2, 28), 3),
        (date(2026, 3, 2), 4),
    ],
)
def test_days_left_are_the_working_days_an_official_counts(due_on: date, left: int) -> None:
    assert days_left(due_on, TODAY, CALENDAR) == DaysLeft(left, is_past=left < 0)


def test_a_day_that_passed_over_a_weekend_is_past_though_no_working_day_went_by() -> None:
    friday, saturday = date(2026, 3, 6), date(2026, 3, 7)
    assert days_left(friday, saturday, CALENDAR) == DaysLeft(0, is_past=True)
    assert days_left(saturday, friday, CALENDAR) == DaysLeft(0, is_past=False)


def test_what_leads_into_a_year_without_arrangement_is_a_guess() -> None:
    assert days_left(date(2027, 1, 4), date(2026, 12, 31), CALENDAR) == DaysLeft(
        2, is_past=False, is_guess=True
    )


@given(due_on=days, today=days)
def test_days_left_agree_with_counting_forward(due_on: date, today: date) -> None:
    left = days_left(due_on, today, CALENDAR)
    first, last = sorted((due_on, today))
    reached = later(first, abs(left.n), Unit.WORKING, CALENDAR.is_working_day)
    assert reached <= last
    assert not any(
        CALENDAR.is_working_day(reached + timedelta(days=n))
        for n in range(1, (last - reached).days + 1)
    )
    assert left.is_past == (due_on < today)
    assert left.n <= 0 if left.is_past else left.n >= 0


@given(due_on=any_day, today=any_day)
def test_one_working_day_more_is_one_more_left(due_on: date, today: date) -> None:
    now = days_left(due_on, today, CALENDAR)
    then = days_left(due_on, next_working_day(today, CALENDAR), CALENDAR)
    assert then.n in (now.n, now.n - 1)


@given(day=any_day)
def test_the_next_working_day_is_one_day_left(day: date) -> None:
    found = next_working_day(day, CALENDAR)
    assert days_left(found, day, CALENDAR).n == 1
    assert CALENDAR.guess(found)


@given(
    one=st.tuples(st.sampled_from(Rank), st.none() | any_day),
    other=st.tuples(st.sampled_from(Rank), st.none() | any_day),
)
def test_order_keys_sort_by_rank_then_day_with_no_day_last(
    one: tuple[Rank, date | None], other: tuple[Rank, date | None]
) -> None:
    def place(pair: tuple[Rank, date | None]) -> tuple[Rank, date]:
        return pair[0], pair[1] or date.max

    assert (order_key(*one) < order_key(*other)) == (place(one) < place(other))
    assert rank_at(order_key(*one)) is one[0]
    assert order_key(*one) >= first_key(one[0])
    assert order_key(*one) < 2**31


@pytest.mark.parametrize(
    ("state", "force", "expected"),
    [
        ("running", "statutory", Rank.STATUTORY),
        ("overdue", "statutory", Rank.STATUTORY),
        ("running", "soft", Rank.SOFT),
        ("overdue", "soft", Rank.SOFT),
        ("stopped", "soft", Rank.STOPPED),
        ("undetermined", "statutory", Rank.UNDETERMINED),
        ("met", "statutory", Rank.UNTIMED),
        ("met_late", "statutory", Rank.UNTIMED),
        ("cancelled", "soft", Rank.UNTIMED),
    ],
)
def test_the_rank_follows_the_clock(state: str, force: str, expected: Rank) -> None:
    assert rank(state, force) is expected


def test_a_target_is_never_overdue() -> None:
    soon = date(2026, 2, 26)
    assert urgency(Rank.SOFT, is_over=True, due_on=TODAY, soon_on=soon) is Urgency.SOFT
    assert urgency(Rank.STATUTORY, is_over=True, due_on=TODAY, soon_on=soon) is Urgency.OVERDUE
    assert urgency(Rank.STATUTORY, is_over=False, due_on=soon, soon_on=soon) is Urgency.SOON
    later = soon + timedelta(days=1)
    assert urgency(Rank.STATUTORY, is_over=False, due_on=later, soon_on=soon) is Urgency.NORMAL


@pytest.mark.parametrize("rank", Rank)
def test_what_goes_first_stands_before_the_rest_of_its_rank_and_nothing_else(rank: Rank) -> None:
    far, near = date(2099, 1, 1), date(2026, 3, 2)
    first = order_key(rank, far, is_first=True)
    assert first_key(rank) <= first < order_key(rank, near)
    assert rank_at(first) is rank
    assert first % DAYS == day_key(far)
    assert placed(first, is_first=False) == order_key(rank, far)
    assert placed(order_key(rank, far), is_first=True) == first
