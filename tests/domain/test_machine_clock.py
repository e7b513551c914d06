from datetime import UTC, datetime, timedelta

import pytest

from server.domain.machine_clock import Leap, Reading, is_over, leap, leap_since_stop

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEGIN = Reading(wall=NINE, steady=100.0)


def after(wall_minutes: float, steady_minutes: float) -> Reading:
    wall = NINE + timedelta(minutes=wall_minutes)
    return Reading(wall=wall, steady=100.0 + steady_minutes * 60)


@pytest.mark.parametrize(
    ("wall", "steady"),
    [(10, 10), (14.9, 10), (9.1, 10), (5, 0), (-1, 0), (60 * 24, 60 * 24)],
)
def test_a_clock_that_keeps_up_with_what_passed_is_believed(wall: float, steady: float) -> None:
    assert leap(BEGIN, after(wall, steady)) is None


@pytest.mark.parametrize(("wall", "steady"), [(15.1, 10), (60 * 24, 0), (8.9, 10), (-2, 0)])
def test_a_leap_forward_and_a_step_back_are_found(wall: float, steady: float) -> None:
    found = leap(BEGIN, after(wall, steady))
    assert found == Leap(before=NINE + timedelta(minutes=steady), after=after(wall, steady).wall)


def test_across_a_stop_only_a_step_back_can_be_told() -> None:
    assert leap_since_stop(None, NINE) is None
    assert leap_since_stop(NINE, NINE + timedelta(days=7)) is None
    assert leap_since_stop(NINE, NINE - timedelta(seconds=60)) is None
    assert leap_since_stop(NINE, NINE - timedelta(seconds=61)) is not None


def test_a_clock_that_went_back_is_waited_for() -> None:
    back = Leap(before=NINE, after=NINE - timedelta(hours=1))
    assert not is_over(back, BEGIN, after(-1, 59))
    assert is_over(back, BEGIN, after(0, 60))
    assert is_over(back, None, after(0, 0))


def test_a_clock_that_leapt_is_right_again_where_it_would_have_been() -> None:
    ahead = Leap(before=NINE, after=NINE + timedelta(hours=3))
    assert not is_over(ahead, BEGIN, after(190, 10))
    assert is_over(ahead, BEGIN, after(12, 10))
    assert is_over(ahead, BEGIN, after(300, 300))


def test_when_who_saw_the_leap_is_gone_only_an_earlier_clock_is_known_to_be_right() -> None:
    ahead = Leap(before=NINE, after=NINE + timedelta(hours=3))
    assert is_over(ahead, None, after(30, 0))
    assert not is_over(ahead, None, after(181, 0))
