"""What may be done to a clock, and what is refused with which kind of error."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters import calendars
from server.domain.calendar import CalendarYear, WorkingCalendar
from server.domain.deadline_changes import Change, Correct, Extend, Restart, Stop
from server.domain.deadline_rules import DeadlineRule, Extension, StopReason, Unit
from server.domain.deadline_verbs import (
    Clock,
    may_correct,
    may_extend,
    may_restart,
    may_stop,
    recomputed,
)
from server.domain.errors import Conflict, Invalid, RongcuoError
from server.domain.sources import Basis

#: accepted on a Monday, five working days: the clock ends on Monday the 9th
ORIGIN = date(2026, 3, 2)


def day(number: int) -> date:
    return date(2026, 3, number)


def test_a_running_clock_may_be_stopped_for_a_reason_of_its_rule() -> None:
    may_stop(clock(), Stop(on=day(4), reason="supplement"), day(4))
    assert clock().due(Stop(on=day(4), reason="supplement")).on == day(16)


def test_a_clock_names_its_origin_in_the_line() -> None:
    named = Clock(rule=rule(), origin_on=ORIGIN, calendar=CALENDAR, origin_title="受理")

    assert named.due().line == "3月2日受理，次日起算；第5个工作日为3月9日"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (Stop(on=day(4), reason="holiday"), "CLOCK_REASON"),
        (Stop(on=day(5), reason="supplement"), "CLOCK_FUTURE"),
        (Stop(on=day(1), reason="supplement"), "CLOCK_ORDER"),
    ],
)
def test_a_stop_that_breaks_the_rule_is_invalid(act: Stop, code: str) -> None:
    assert refused(lambda: may_stop(clock(), act, day(4))) == code


def test_a_reason_may_be_used_so_often_and_not_again() -> None:
    used = clock(Stop(on=day(3), reason="supplement"), Restart(on=day(4)))

    assert refused(lambda: may_stop(used, Stop(on=day(5), reason="supplement"), day(5))) == (
        "CLOCK_STOP_TIMES"
    )
    may_stop(used, Stop(on=day(5), reason="appraisal"), day(5))


def test_a_standing_clock_cannot_be_stopped_again() -> None:
    with pytest.raises(Conflict, match="已经中止"):
        may_stop(
            clock(Stop(on=day(3), reason="appraisal")), Stop(on=day(4), reason="appraisal"), day(4)
        )


def test_a_stop_that_has_ended_by_itself_is_no_stop_any_more() -> None:
    over = clock(Stop(on=day(3), reason="supplement"))

    assert over.due().stopped_through == day(10)
    may_stop(over, Stop(on=day(11), reason="appraisal"), day(11))


def test_a_clock_that_is_over_is_neither_stopped_nor_extended() -> None:
    with pytest.raises(Conflict, match="届满"):
        may_stop(clock(), Stop(on=day(10), reason="supplement"), day(10))
    with pytest.raises(Conflict, match="届满"):
        may_extend(clock(), Extend(on=day(10), n=1), day(10))


def test_only_a_standing_clock_is_restarted_and_not_before_it_stopped() -> None:
    standing = clock(Stop(on=day(4), reason="supplement"))

    may_restart(standing, Restart(on=day(6)), day(6))
    assert refused(lambda: may_restart(standing, Restart(on=day(3)), day(6))) == "CLOCK_ORDER"
    assert refused(lambda: may_restart(standing, Restart(on=day(7)), day(6))) == "CLOCK_FUTURE"
    with pytest.raises(Conflict, match="没有中止"):
        may_restart(clock(), Restart(on=day(4)), day(4))
    with pytest.raises(Conflict, match="自行恢复"):
        may_restart(standing, Restart(on=day(20)), day(20))


@pytest.mark.parametrize(("n", "code"), [(0, "LENGTH"), (6, "LENGTH"), (-1, "LENGTH")])
def test_an_extension_keeps_its_length(n: int, code: str) -> None:
    act = Extend(on=day(4), n=n)

    assert refused(lambda: may_extend(clock(), act, day(4))) == f"CLOCK_EXTENSION_{code}"


def test_an_extension_is_granted_once_and_only_where_the_rule_knows_one() -> None:
    may_extend(clock(), Extend(on=day(9), n=5), day(9))
    again = clock(Extend(on=day(4), n=1))
    assert refused(lambda: may_extend(again, Extend(on=day(5), n=1), day(5))) == (
        "CLOCK_EXTENSION_TIMES"
    )
    fixed = clock(extension=None)
    assert refused(lambda: may_extend(fixed, Extend(on=day(5), n=1), day(5))) == (
        "CLOCK_NO_EXTENSION"
    )


def test_an_extension_beyond_the_ceiling_changes_nothing_and_is_refused() -> None:
    assert refused(lambda: may_extend(clock(max=5), Extend(on=day(5), n=1), day(5))) == (
        "CLOCK_CEILING"
    )
    may_extend(clock(max=6), Extend(on=day(5), n=5), day(5))
    assert clock(max=6).due(Extend(on=day(5), n=5)).on == day(10)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (Correct(on=day(6), origin_on=day(3), note=" "), "CLOCK_NO_NOTE"),
        (Correct(on=day(6), origin_on=day(2), note="笔误"), "CLOCK_SAME_ORIGIN"),
        (Correct(on=day(6), origin_on=day(7), note="笔误"), "CLOCK_FUTURE"),
        (Correct(on=day(6), origin_on=day(5), note="笔误"), "CLOCK_ORDER"),
    ],
)
def test_a_correction_needs_a_reason_and_a_day_that_can_be(act: Correct, code: str) -> None:
    stopped = clock(Stop(on=day(4), reason="supplement"))

    assert refused(lambda: may_correct(stopped, act, day(6))) == code


def test_a_correction_moves_the_end() -> None:
    act = Correct(on=day(6), origin_on=day(3), note="笔误")

    may_correct(clock(), act, day(6))
    assert clock().due(act).on == day(10)


def test_publishing_a_year_is_recorded_only_where_the_date_changes() -> None:
    late = Clock(rule=rule(), origin_on=date(2026, 12, 25), calendar=CALENDAR)
    more = WorkingCalendar(years={**CALENDAR.years, 2027: YEAR_2027})
    known = Clock(rule=rule(), origin_on=date(2026, 12, 25), calendar=more)

    assert recomputed(late, None, date(2026, 12, 28)) is None
    change = recomputed(known, None, date(2026, 12, 28))
    assert change is not None
    assert (change.was_on, change.due_on) == (None, date(2027, 1, 4))
    assert change.calendar_version == "2025.1+2026.1+2027.1"


@settings(max_examples=60)
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["stop", "restart", "extend"]),
            st.integers(0, 4),
            st.integers(1, 5),
        ),
        max_size=8,
    )
)
def test_no_row_of_allowed_acts_passes_the_ceiling_or_shortens_the_period(
    acts: list[tuple[str, int, int]],
) -> None:
    running = clock(max=12)
    shortest = running.due().on
    ceiling = Clock(rule=rule(n=12), origin_on=ORIGIN, calendar=CALENDAR).due().on
    assert shortest is not None
    assert ceiling is not None
    today = ORIGIN
    for kind, wait, n in acts:
        today += timedelta(days=wait)
        act: Change
        try:
            if kind == "stop":
                act = Stop(on=today, reason="appraisal")
                may_stop(running, act, today)
            elif kind == "restart":
                act = Restart(on=today)
                may_restart(running, act, today)
            else:
                act = Extend(on=today, n=n)
                may_extend(running, act, today)
        except RongcuoError:
            continue
        running = clock(*running.changes, act, max=12)
        end = running.due().on
        assert end is not None
        assert shortest <= end <= ceiling


def refused(act: Callable[[], None]) -> str:
    with pytest.raises(Invalid) as error:
        act()
    return error.value.findings[0].code


def clock(*changes: Change, **more: Any) -> Clock:
    return Clock(rule=rule(**more), origin_on=ORIGIN, changes=changes, calendar=CALENDAR)


def rule(**more: Any) -> DeadlineRule:
    return DeadlineRule(
        **{
            "key": "proposal",
            "title": "提出拟办意见",
            "origin": "accepted",
            "met_by": ("proposal_submitted",),
            "n": 5,
            "unit": Unit.WORKING,
            "basis": Basis(default="测试"),
            "stops": (
                StopReason(key="supplement", title="等待补充材料", max=5, times=1),
                StopReason(key="appraisal", title="鉴定"),
            ),
            "extension": Extension(times=1, max=5, approver="office.head"),
            **more,
        }
    )


CALENDAR = calendars.read_folder(Path(__file__).parents[2] / "processes" / "_calendars")[0]["cn"]
YEAR_2027 = CalendarYear(
    year=2027,
    days_off=frozenset({date(2027, 1, 1)}),
    makeup_workdays=frozenset(),
    source="通知",
    published_on=date(2026, 11, 4),
)
