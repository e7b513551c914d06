"""Meetings that come round: which day, from which day convened, in which period."""

from datetime import date
from typing import Any

import pytest

from server.domain.agendas import AgendaRule, Every, Roll, period, period_words
from server.domain.calendar import CalendarYear, WorkingCalendar
from server.domain.sources import Basis

CALENDAR = WorkingCalendar(
    years={
        2026: CalendarYear(
            year=2026,
            days_off=frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
            makeup_workdays=frozenset({date(2026, 10, 10)}),
            source="样例",
            published_on=date(2025, 11, 1),
        )
    }
)


def rule(**given: Any) -> AgendaRule:
    values: dict[str, Any] = {
        "every": Every.MONTH,
        "month": 1,
        "day": 10,
        "roll": Roll.NEXT,
        "notice": 3,
    }
    basis = Basis(default="样例")
    return AgendaRule(key="k", title="会审", tasks=("t",), basis=basis, **{**values, **given})


@pytest.mark.parametrize(
    ("given", "on", "due", "convened"),
    [
        # a Saturday that is worked
        ({}, date(2026, 10, 31), date(2026, 10, 10), date(2026, 10, 7)),
        # a Sunday rolls on, or back
        ({"day": 11}, date(2026, 10, 1), date(2026, 10, 12), date(2026, 10, 8)),
        ({"day": 11, "roll": Roll.PREVIOUS}, date(2026, 10, 1), date(2026, 10, 10), None),
        ({"day": 11, "roll": Roll.NONE, "notice": 0}, date(2026, 10, 1), date(2026, 10, 11), None),
        # the last day of a shorter month; holidays are no notice
        ({"day": 31, "notice": 0}, date(2026, 2, 1), date(2026, 3, 2), None),
        ({"day": 5}, date(2026, 10, 1), date(2026, 10, 5), date(2026, 9, 28)),
        ({"every": Every.QUARTER, "month": 3}, date(2026, 10, 1), date(2026, 12, 10), None),
        ({"every": Every.YEAR, "month": 11}, date(2026, 1, 1), date(2026, 11, 10), None),
    ],
)
def test_the_day_of_a_meeting(
    given: dict[str, Any], on: date, due: date, convened: date | None
) -> None:
    found = rule(**given).round_of(on, CALENDAR)
    assert found.due_on == due
    assert convened is None or found.convened_on == convened


def test_periods_follow_each_other_as_they_are_stored_and_have_words() -> None:
    day = date(2026, 11, 3)
    assert [period(each, day) for each in Every] == ["2026-11", "2026-Q4", "2026"]
    told = [period_words(period(each, day)) for each in Every]
    assert told == ["2026年11月", "2026年第4季度", "2026年"]
    assert period(Every.MONTH, date(2026, 9, 30)) < period(Every.MONTH, day)
