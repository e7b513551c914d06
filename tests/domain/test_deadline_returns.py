"""What a return does to clocks: the table of the module, and what holds for every return."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.calendar import CalendarYear, WorkingCalendar
from server.domain.deadline_changes import Change, Reopen, Undo
from server.domain.deadline_returns import Ran, Turn, Went, is_undone, turn
from server.domain.deadline_rules import AfterReturn, DeadlineRule, Unit
from server.domain.deadlines import due
from server.domain.lifecycle import OPEN_DEADLINES, DeadlineState
from server.domain.sources import Basis

WENT = Went(nodes=frozenset({"draft"}), events=frozenset({"drafted", "asked"}), since=3)
#: one without holidays, so that every working day is a weekday
CALENDAR = WorkingCalendar(
    years={
        year: CalendarYear(
            year=year,
            days_off=frozenset(),
            makeup_workdays=frozenset(),
            source="测试",
            published_on=date(2025, 1, 1),
        )
        for year in range(2026, 2029)
    }
)
START = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"state": "met", "ended_by": "drafted", "ended_version": 4}, Turn.AGAIN),
        ({"state": "met_late", "ended_by": None}, Turn.AGAIN),
        ({"state": "cancelled", "ended_by": "asked", "ended_version": 4}, Turn.AGAIN),
        ({"state": "met", "ended_by": "drafted", "ended_version": 3}, Turn.KEEP),
        ({"state": "met", "ended_by": "approved", "ended_version": 4}, Turn.KEEP),
        ({"state": "met", "ended_by": "drafted", "is_newest": False}, Turn.KEEP),
        ({"state": "running"}, Turn.KEEP),
        ({"state": "running", "origin_event": "asked", "started_version": 4}, Turn.UNDO),
        ({"state": "met", "origin_event": "asked", "started_version": 5}, Turn.UNDO),
        ({"state": "running", "origin_event": "asked", "started_version": 3}, Turn.KEEP),
        (
            {"state": "met", "origin_event": "asked", "changes": (Undo(on=START),)},
            Turn.KEEP,
        ),
    ],
)
def test_the_table(given_: dict[str, Any], expected: Turn) -> None:
    assert turn(ran(**given_), WENT) is expected


def test_the_clock_of_the_step_itself_runs_again_whatever_ended_it() -> None:
    over = ran(state="cancelled", ended_by="approved", ended_version=2)
    went = Went(nodes=WENT.nodes, events=WENT.events, since=3, rule_key="draft")
    assert turn(over, went) is Turn.AGAIN


@given(
    state=st.sampled_from([*OPEN_DEADLINES]),
    started=st.one_of(st.none(), st.integers(0, 9)),
    ended_by=st.one_of(st.none(), st.sampled_from(["drafted", "asked"])),
)
def test_a_running_clock_is_never_begun_anew(
    state: DeadlineState, started: int | None, ended_by: str | None
) -> None:
    found = turn(ran(state=state, started_version=started, ended_by=ended_by), WENT)
    assert found is Turn.KEEP


days = st.integers(0, 60).map(lambda n: START + timedelta(days=n))


@given(
    n=st.integers(1, 30),
    unit=st.sampled_from(list(Unit)),
    pair=st.tuples(days, days).map(sorted),
    first=st.booleans(),
)
def test_continue_changes_no_day_and_pause_takes_out_the_days_between(
    n: int, unit: Unit, pair: list[date], *, first: bool
) -> None:
    met_on, on = pair
    plain = rule(n=n, unit=unit, count_first_day=first)
    before = due(plain, START, [], CALENDAR)
    again = due(plain, START, [reopened(AfterReturn.CONTINUE, met_on, on)], CALENDAR)
    assert (again.on, again.counted, again.stopped_through) == (before.on, before.counted, None)

    paused = due(plain, START, [reopened(AfterReturn.PAUSE, met_on, on)], CALENDAR)
    assert before.on is not None
    assert paused.on is not None
    assert paused.on >= before.on
    assert paused.stopped_through is None
    left_out = [day for day in paused.counted if met_on < day < on]
    assert left_out == []
    if unit is not Unit.MONTH:
        assert len(paused.counted) == n


@given(n=st.integers(1, 30), unit=st.sampled_from(list(Unit)), on=days)
def test_a_clock_begun_by_a_return_counts_from_that_day(n: int, unit: Unit, on: date) -> None:
    change = reopened(AfterReturn.RESTART, START, on)
    begun = due(rule(n=n, unit=unit), on, [change], CALENDAR, origin_title="受理")
    assert begun.on == due(rule(n=n, unit=unit), on, [], CALENDAR).on
    assert begun.line.startswith(f"{on.month}月{on.day}日退回，次日起算")


def test_a_return_is_told_in_the_worked_line() -> None:
    met, on = date(2026, 3, 4), date(2026, 3, 10)
    assert due(rule(), START, [reopened(AfterReturn.CONTINUE, met, on)], CALENDAR).line == (
        "3月2日起算事由发生，次日起算；3月10日退回，原期限继续计算；第5个工作日为3月9日"
    )
    paused = due(rule(), START, [reopened(AfterReturn.PAUSE, met, on)], CALENDAR)
    assert paused.line == (
        "3月2日起算事由发生，次日起算；3月4日办结，至10日退回，其间不计；第5个工作日为3月13日"
    )
    assert paused.counted == tuple(date(2026, 3, day) for day in (3, 4, 11, 12, 13))
    undone = due(rule(), START, [Undo(on=on)], CALENDAR).line
    assert "3月10日退回，起算事由须重新发生" in undone
    assert is_undone([Undo(on=on)])


def reopened(how: AfterReturn, met_on: date, on: date) -> Change:
    return Reopen(on=on, how=how, met_on=met_on)


def ran(**given_: Any) -> Ran:
    values = {
        "rule": rule(),
        "state": "running",
        "origin_event": "accepted",
        "started_version": 1,
        "ended_by": None,
        "ended_version": None,
        **given_,
    }
    return Ran(**{**values, "state": DeadlineState(values["state"])})


def rule(**options: Any) -> DeadlineRule:
    values: dict[str, Any] = {"n": 5, "unit": Unit.WORKING, "roll": "none", **options}
    return DeadlineRule(
        key="draft",
        title="起草",
        origin="accepted",
        met_by=("drafted",),
        cancelled_by=("asked",),
        basis=Basis(default="测试"),
        **values,
    )
