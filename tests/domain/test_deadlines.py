"""Periods: the given cases, stops, extensions, ceilings, unpublished years, and a naive counter."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters import calendars
from server.domain.calendar import CHINA_TIME, CalendarYear, WorkingCalendar
from server.domain.deadline_changes import Change, Correct, Extend, Recompute, Restart, Stop
from server.domain.deadline_rules import DeadlineRule, Extension, StopReason, Unit
from server.domain.deadlines import Due, due, expires_at, plain, state_at
from server.domain.errors import Invalid
from server.domain.lifecycle import DeadlineState
from server.domain.sources import Basis

TESTS = Path(__file__).parents[1]
CASES = json.loads((TESTS / "data" / "deadline_cases.json").read_text(encoding="utf-8"))["cases"]

RULES: dict[str, dict[str, Any]] = {
    "working_days": {"unit": Unit.WORKING},
    "months_roll": {"unit": Unit.MONTH},
    "calendar_days_roll": {"unit": Unit.CALENDAR},
    "influence_period_last_day": {"unit": Unit.MONTH, "roll": "none", "count_first_day": True},
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_given_case_comes_out_as_written(
    case: dict[str, Any], calendar: WorkingCalendar
) -> None:
    start = date.fromisoformat(case["start"])
    if case["rule"] == "is_working_day":
        assert calendar.is_working_day(start) is case["expected"]
        return

    end = due(rule(n=case["n"], **RULES[case["rule"]]), start, (), calendar)

    expected = case["expected"]
    assert end.on == (None if expected == "UNDETERMINED" else date.fromisoformat(expected))
    if "counted_days" in case and end.on is not None:
        assert [day.isoformat() for day in end.counted] == case["counted_days"]


def test_the_given_cases_are_the_whole_file() -> None:
    assert len(CASES) == 27


def test_a_plain_period_is_counted_like_a_rule(calendar: WorkingCalendar) -> None:
    assert plain(date(2026, 2, 12), 5, Unit.WORKING, calendar).on == date(2026, 2, 26)
    assert plain(date(2026, 1, 31), 1, Unit.MONTH, calendar).on == date(2026, 2, 28)
    assert plain(date(2026, 1, 16), 30, Unit.CALENDAR, calendar).on == date(2026, 2, 24)


@pytest.mark.parametrize("n", [0, -1, 10_001])
def test_a_plain_period_of_no_or_absurd_length_is_refused(
    n: int, calendar: WorkingCalendar
) -> None:
    with pytest.raises(Invalid):
        plain(date(2026, 2, 12), n, Unit.WORKING, calendar)


@pytest.mark.parametrize("unit", list(Unit))
def test_a_period_past_the_last_date_is_refused(unit: Unit, calendar: WorkingCalendar) -> None:
    with pytest.raises(Invalid):
        plain(date(9999, 12, 20), 100, unit, calendar)


def test_the_line_of_the_spring_festival_reads_as_officials_count(
    calendar: WorkingCalendar,
) -> None:
    end = due(rule(n=5), date(2026, 2, 12), (), calendar, origin_title="受理")

    assert end.line == (
        "2月12日受理，次日起算；2月14日（周六）为调休工作日；15日至23日放假；第5个工作日为2月26日"
    )


def test_the_line_names_the_year_where_it_changes(calendar: WorkingCalendar) -> None:
    end = due(rule(n=3), date(2025, 12, 29), (), calendar, origin_title="作出认定")

    assert end.line == (
        "12月29日作出认定，次日起算；2026年1月1日至3日放假；4日（周日）为调休工作日；"
        "第3个工作日为1月4日"
    )


def test_the_line_tells_where_a_rest_day_leads(calendar: WorkingCalendar) -> None:
    end = due(rule(n=1, unit=Unit.MONTH), date(2026, 1, 20), (), calendar, origin_title="收到决定")

    assert end.line == (
        "1月20日收到决定，次日起算；满1个月，末日为2月20日，该日休息，顺延至2月24日"
    )


def test_a_period_into_an_unpublished_year_is_undetermined(calendar: WorkingCalendar) -> None:
    end = due(rule(n=5), date(2026, 12, 25), (), calendar, origin_title="受理")

    assert end.on is None
    assert end.provisional_on == date(2027, 1, 1)
    assert end.needs_year == 2027
    assert [day.day for day in end.counted] == [28, 29, 30, 31]
    assert end.line == (
        "12月25日受理，次日起算；需要2027年的节假日安排，尚未公布，期限待定，暂计至2027年1月1日"
    )


def test_publishing_the_year_gives_the_due_date(calendar: WorkingCalendar) -> None:
    later = WorkingCalendar(years={**calendar.years, 2027: year_2027()})

    assert due(rule(n=5), date(2026, 12, 25), (), later).on == date(2027, 1, 4)


def test_a_last_day_on_new_years_eve_that_must_roll_is_undetermined(
    calendar: WorkingCalendar,
) -> None:
    end = due(rule(n=1, unit=Unit.MONTH), date(2026, 12, 3), (), calendar)

    assert end.on is None
    assert end.needs_year == 2027


def test_a_period_that_never_rolls_needs_no_calendar() -> None:
    end = due(rule(n=18, **RULES["influence_period_last_day"]), date(2026, 3, 1), (), empty())

    assert end.on == date(2027, 8, 31)
    assert end.line.endswith("当日起算；满18个月，末日为2027年8月31日")


def test_an_influence_period_without_corresponding_day_ends_with_the_month() -> None:
    influence = rule(n=6, **RULES["influence_period_last_day"])

    assert due(influence, date(2025, 8, 31), (), empty()).on == date(2026, 2, 28)
    assert due(influence, date(2025, 8, 15), (), empty()).on == date(2026, 2, 14)


def test_a_stop_keeps_the_units_left_and_counts_them_on(calendar: WorkingCalendar) -> None:
    changes = (
        Stop(on=date(2026, 2, 13), reason="supplement"),
        Restart(on=date(2026, 2, 25)),
    )
    end = due(rule(n=5, stops=STOPS), date(2026, 2, 12), changes, calendar, origin_title="受理")

    assert [day.isoformat() for day in end.counted] == [
        "2026-02-13",
        "2026-02-26",
        "2026-02-27",
        "2026-02-28",
        "2026-03-02",
    ]
    assert end.stopped_through is None
    assert "2月13日起中止（等待补充材料）" in end.line
    assert "25日恢复计算" in end.line


def test_a_day_of_stop_that_does_not_count_is_lost(calendar: WorkingCalendar) -> None:
    changes = (Stop(on=date(2026, 3, 3), reason="supplement"), Restart(on=date(2026, 3, 4)))
    counted = rule(n=5, stops=STOPS)
    lost = rule(n=5, stops=STOPS, stop_day_counts=False)

    assert due(counted, date(2026, 3, 2), changes, calendar).on == date(2026, 3, 10)
    assert due(lost, date(2026, 3, 2), changes, calendar).on == date(2026, 3, 11)


def test_a_stop_and_restart_on_one_day_change_nothing(calendar: WorkingCalendar) -> None:
    changes = (Stop(on=date(2026, 3, 3), reason="supplement"), Restart(on=date(2026, 3, 3)))

    assert due(rule(n=5, stops=STOPS), date(2026, 3, 2), changes, calendar).on == date(2026, 3, 9)


def test_two_stops_on_neighbouring_days_do_not_lose_a_day_twice(
    calendar: WorkingCalendar,
) -> None:
    changes = (
        Stop(on=date(2026, 3, 3), reason="supplement"),
        Restart(on=date(2026, 3, 5)),
        Stop(on=date(2026, 3, 5), reason="supplement"),
        Restart(on=date(2026, 3, 6)),
    )

    assert due(rule(n=5, stops=STOPS), date(2026, 3, 2), changes, calendar).on == date(2026, 3, 12)


def test_a_clock_stopped_without_end_has_no_date_and_says_what_is_left(
    calendar: WorkingCalendar,
) -> None:
    changes = (Stop(on=date(2026, 3, 4), reason="supplement"),)
    end = due(rule(n=5, stops=STOPS), date(2026, 3, 2), changes, calendar, origin_title="受理")

    assert end.on is None
    assert end.provisional_on is None
    assert end.needs_year is None
    assert end.stopped_through == date.max
    assert end.line == "3月2日受理，次日起算；3月4日起中止（等待补充材料）；尚未恢复，剩余3个工作日"


def test_a_stop_with_a_longest_duration_ends_by_itself(calendar: WorkingCalendar) -> None:
    changes = (Stop(on=date(2026, 3, 4), reason="short"),)
    end = due(rule(n=5, stops=STOPS), date(2026, 3, 2), changes, calendar)

    assert end.stopped_through == date(2026, 3, 6)
    assert [day.day for day in end.counted] == [3, 4, 9, 10, 11]
    assert "3月4日起中止（补正）；6日中止期满，此后继续计算" in end.line


def test_a_restart_after_the_longest_stop_does_not_lengthen_it(
    calendar: WorkingCalendar,
) -> None:
    changes = (Stop(on=date(2026, 3, 4), reason="short"), Restart(on=date(2026, 3, 20)))

    assert due(rule(n=5, stops=STOPS), date(2026, 3, 2), changes, calendar).on == date(2026, 3, 11)


def test_a_short_stop_never_asks_for_a_year_it_does_not_reach(calendar: WorkingCalendar) -> None:
    changes = (Stop(on=date(2026, 12, 28), reason="short"), Restart(on=date(2026, 12, 29)))

    end = due(rule(n=3, stops=STOPS), date(2026, 12, 25), changes, calendar)

    assert end.on == date(2026, 12, 31)


def test_a_period_of_months_is_longer_by_the_days_it_stood(calendar: WorkingCalendar) -> None:
    changes = (Stop(on=date(2026, 3, 10), reason="supplement"), Restart(on=date(2026, 3, 20)))
    monthly = rule(n=1, unit=Unit.MONTH, stops=STOPS)

    assert due(monthly, date(2026, 3, 3), changes, calendar).on == date(2026, 4, 13)
    assert due(monthly, date(2026, 3, 3), changes[:1], calendar).on is None


def test_calendar_days_stand_still_while_stopped(calendar: WorkingCalendar) -> None:
    changes = (Stop(on=date(2026, 3, 10), reason="supplement"), Restart(on=date(2026, 3, 20)))
    daily = rule(n=30, unit=Unit.CALENDAR, stops=STOPS)

    assert due(daily, date(2026, 3, 3), changes, calendar).on == date(2026, 4, 13)


def test_an_extension_lengthens_the_count(calendar: WorkingCalendar) -> None:
    changes = (Extend(on=date(2026, 2, 25), n=5),)
    end = due(rule(n=5), date(2026, 2, 12), changes, calendar)

    assert end.on == date(2026, 3, 4)
    assert end.line.endswith("第10个工作日为3月4日")


def test_no_change_moves_the_date_past_the_ceiling(calendar: WorkingCalendar) -> None:
    capped = rule(n=5, max=7, stops=STOPS)
    extended = due(capped, date(2026, 3, 2), (Extend(on=date(2026, 3, 3), n=5),), calendar)
    stopped = due(capped, date(2026, 3, 2), (Stop(on=date(2026, 3, 3), reason="other"),), calendar)

    assert extended.on == stopped.on == date(2026, 3, 11)
    assert len(extended.counted) == 7
    assert extended.line.endswith("以最长期限为限，至3月11日止")


def test_a_ceiling_in_a_published_year_settles_an_undetermined_count(
    calendar: WorkingCalendar,
) -> None:
    changes = (Extend(on=date(2026, 12, 22), n=5),)
    capped = due(rule(n=5, max=7), date(2026, 12, 21), changes, calendar)
    open_ended = due(rule(n=5, max=9), date(2026, 12, 21), changes, calendar)

    assert capped.on == date(2026, 12, 30)
    assert capped.needs_year is None
    assert open_ended.on is None
    assert open_ended.provisional_on == date(2027, 1, 1)


def test_an_ordered_day_is_the_last_day_and_can_be_extended(calendar: WorkingCalendar) -> None:
    ordered = rule(n=1)

    def end(*changes: Change, until: date = date(2026, 5, 20)) -> date | None:
        return due(ordered, date(2026, 5, 8), changes, calendar, until=until).on

    assert end() == date(2026, 5, 20)
    assert end(until=date(2026, 5, 23)) == date(2026, 5, 25)
    assert end(Extend(on=date(2026, 5, 19), n=2)) == date(2026, 5, 22)
    assert end(Stop(on=date(2026, 5, 12), reason="x"), Restart(on=date(2026, 5, 14))) == date(
        2026, 5, 22
    )
    assert end(Stop(on=date(2026, 5, 12), reason="x")) is None


def test_a_corrected_origin_counts_and_an_old_record_of_recomputing_does_not(
    calendar: WorkingCalendar,
) -> None:
    changes = (
        Correct(on=date(2026, 2, 20), origin_on=date(2026, 2, 14), note="笔误"),
        Recompute(on=date(2026, 2, 21), calendar_version="x", was_on=None, due_on=None),
    )

    assert due(rule(n=7), date(2026, 2, 12), changes, calendar).on == date(2026, 3, 3)


def test_a_period_expires_at_the_end_of_its_last_day_in_china() -> None:
    on = date(2026, 2, 26)

    assert expires_at(rule(n=5), on) == datetime(2026, 2, 27, tzinfo=CHINA_TIME)
    assert expires_at(rule(n=5, end_of_day=time(17, 30)), on) == datetime(
        2026, 2, 26, 17, 30, tzinfo=CHINA_TIME
    )
    assert expires_at(rule(n=5), on).utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-02-26T23:59:59+08:00", DeadlineState.RUNNING),
        ("2026-02-26T15:59:59+00:00", DeadlineState.RUNNING),
        ("2026-02-27T00:00:00+08:00", DeadlineState.OVERDUE),
    ],
)
def test_a_clock_is_overdue_from_midnight_after_the_last_day(
    now: str, expected: DeadlineState
) -> None:
    end = Due(on=date(2026, 2, 26))

    assert state_at(rule(n=5), end, datetime.fromisoformat(now)) is expected


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        (date(2026, 2, 26), DeadlineState.MET),
        (date(2026, 2, 27), DeadlineState.MET_LATE),
        (datetime(2026, 2, 26, 23, 59, 59, tzinfo=CHINA_TIME), DeadlineState.MET),
        (datetime(2026, 2, 27, tzinfo=CHINA_TIME), DeadlineState.MET_LATE),
    ],
)
def test_an_act_at_the_last_moment_is_in_time_and_one_later_is_late(
    met: date, expected: DeadlineState
) -> None:
    assert state_at(rule(n=5), Due(on=date(2026, 2, 26)), NOW, met=met) is expected


def test_what_is_not_determined_is_never_overdue_nor_met_late() -> None:
    end = Due(on=None, provisional_on=date(2026, 1, 1), needs_year=2027)

    assert state_at(rule(n=5), end, NOW) is DeadlineState.UNDETERMINED
    assert state_at(rule(n=5), end, NOW, met=NOW) is DeadlineState.MET
    assert state_at(rule(n=5), end, NOW, met=NOW, cancelled=True) is DeadlineState.CANCELLED


def test_a_limited_stop_stands_through_its_last_day_and_then_runs() -> None:
    end = Due(on=date(2026, 3, 11), stopped_through=date(2026, 3, 6))

    assert state_at(rule(n=5), end, at(2026, 3, 6)) is DeadlineState.STOPPED
    assert state_at(rule(n=5), end, at(2026, 3, 7)) is DeadlineState.RUNNING


@settings(max_examples=80)
@given(start=st.dates(date(2025, 1, 1), date(2026, 6, 30)), n=st.integers(1, 60))
def test_working_days_equal_a_naive_counter(start: date, n: int) -> None:
    calendar = published()
    worked = naive(start, lambda day: calendar.is_working_day(day), n)

    end = due(rule(n=n), start, (), calendar)

    assert list(end.counted) == worked
    assert end.on == worked[-1]


@settings(max_examples=80)
@given(data=st.data(), start=st.dates(date(2025, 1, 1), date(2026, 3, 1)), n=st.integers(1, 20))
def test_stops_equal_a_naive_counter_that_skips_their_days(
    data: st.DataObject, start: date, n: int
) -> None:
    calendar = published()
    changes: list[Change] = []
    stopped: set[date] = set()
    day = start
    for _stop in range(data.draw(st.integers(0, 3))):
        end = due(rule(n=n, stops=STOPS), start, changes, calendar)
        assert end.on is not None
        if day > end.on:
            break
        on = data.draw(st.dates(day, end.on))
        day = on + timedelta(days=data.draw(st.integers(0, 12)))
        changes += [Stop(on=on, reason="supplement"), Restart(on=day)]
        stopped |= {on + timedelta(days=k) for k in range(1, (day - on).days + 1)}

    end = due(rule(n=n, stops=STOPS), start, changes, calendar)

    expected = naive(start, lambda d: calendar.is_working_day(d) and d not in stopped, n)
    assert list(end.counted) == expected


@settings(max_examples=60)
@given(start=st.dates(date(2025, 1, 1), date(2026, 9, 30)), n=st.integers(1, 3))
def test_months_end_on_the_corresponding_day_or_the_end_of_the_month(start: date, n: int) -> None:
    end = due(rule(n=n, unit=Unit.MONTH, roll="none"), start, (), empty()).on

    assert end is not None
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == n
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


NOW = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)

STOPS = (
    StopReason(key="supplement", title="等待补充材料"),
    StopReason(key="short", title="补正", max=2, times=1),
)


def naive(start: date, counts: Callable[[date], bool], n: int) -> list[date]:
    days: list[date] = []
    day = start
    while len(days) < n:
        day += timedelta(days=1)
        if counts(day):
            days.append(day)
    return days


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, tzinfo=CHINA_TIME)


def rule(n: int, unit: Unit = Unit.WORKING, **more: Any) -> DeadlineRule:
    return DeadlineRule(
        key="proposal",
        title="提出拟办意见",
        origin="accepted",
        met_by=("proposal_submitted",),
        n=n,
        unit=unit,
        basis=Basis(default="测试"),
        extension=Extension(times=1, max=5, approver="office.head"),
        **more,
    )


def year_2027() -> CalendarYear:
    return CalendarYear(
        year=2027,
        days_off=frozenset(date(2027, 1, day) for day in (1, 2, 3)),
        makeup_workdays=frozenset(),
        source="通知",
        published_on=date(2026, 11, 4),
    )


def empty() -> WorkingCalendar:
    return WorkingCalendar()


def published() -> WorkingCalendar:
    found, findings = calendars.read_folder(TESTS.parent / "processes" / "_calendars")
    assert findings == []
    return found["cn"]


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return published()
