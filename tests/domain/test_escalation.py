"""The ladder: its days in the rule's own unit, its moments, and never twice."""

from datetime import date, datetime, time
from pathlib import Path

import pytest

from server.adapters import calendars
from server.domain.calendar import CHINA_TIME, WorkingCalendar
from server.domain.deadline_rules import DeadlineRule, Rung, Unit
from server.domain.escalation import RungDue, owed, rungs
from server.domain.sources import Basis

NOTIFY = time(8, 30)
LADDER = (
    Rung(at=3, to="supervising_organ"),
    Rung(at=-1, to="assignee"),
    Rung(at=0, to="assignee"),
    Rung(at=1, to="office.head"),
)


def test_rungs_count_in_working_days_over_a_holiday(calendar: WorkingCalendar) -> None:
    found = rungs(rule(), date(2026, 2, 4), date(2026, 2, 14), calendar, NOTIFY)

    assert [(entry.rung.at, entry.at.date()) for entry in found] == [
        (-1, date(2026, 2, 13)),
        (0, date(2026, 2, 14)),
        (1, date(2026, 2, 24)),
        (3, date(2026, 2, 26)),
    ]
    assert all(entry.at.timetz() == time(8, 30, tzinfo=CHINA_TIME) for entry in found)


@pytest.mark.parametrize(
    ("unit", "day"), [(Unit.CALENDAR, date(2026, 2, 15)), (Unit.MONTH, date(2026, 3, 14))]
)
def test_rungs_count_in_the_unit_of_the_rule(
    unit: Unit, day: date, calendar: WorkingCalendar
) -> None:
    found = rungs(rule(unit), date(2026, 1, 1), date(2026, 2, 14), calendar, NOTIFY)

    assert next(entry.at.date() for entry in found if entry.rung.at == 1) == day


def test_an_undetermined_deadline_owes_nothing(calendar: WorkingCalendar) -> None:
    assert rungs(rule(), date(2026, 12, 25), None, calendar, NOTIFY) == ()


def test_a_reminder_on_the_day_of_the_origin_is_dropped(calendar: WorkingCalendar) -> None:
    found = rungs(rule(), date(2026, 3, 2), date(2026, 3, 3), calendar, NOTIFY)

    assert [entry.rung.at for entry in found] == [0, 1, 3]


def test_a_rung_in_an_unpublished_year_waits_for_it(calendar: WorkingCalendar) -> None:
    found = rungs(rule(), date(2026, 12, 1), date(2026, 12, 30), calendar, NOTIFY)

    assert [entry.rung.at for entry in found] == [-1, 0, 1]


def test_what_is_owed_is_what_has_come_and_was_not_given(calendar: WorkingCalendar) -> None:
    on = date(2026, 2, 26)
    ladder = rungs(rule(), date(2026, 2, 12), on, calendar, NOTIFY)
    just_before = datetime(2026, 2, 27, 8, 29, tzinfo=CHINA_TIME)
    now = datetime(2026, 2, 27, 8, 30, tzinfo=CHINA_TIME)

    assert [notice.at for notice in owed("d1", on, ladder, just_before)] == [-1, 0]
    due = owed("d1", on, ladder, now)
    assert [(notice.at, notice.to) for notice in due] == [
        (-1, "assignee"),
        (0, "assignee"),
        (1, "office.head"),
    ]
    given = {notice.dedupe_key for notice in due}
    assert len(given) == 3
    assert owed("d1", on, ladder, now, given) == ()


def test_a_moved_due_date_is_another_cause() -> None:
    entry = RungDue(Rung(at=0, to="assignee"), datetime(2026, 2, 26, 8, 30, tzinfo=CHINA_TIME))
    now = datetime(2026, 4, 1, tzinfo=CHINA_TIME)

    first = owed("d1", date(2026, 2, 26), [entry], now)[0].dedupe_key
    second = owed("d1", date(2026, 3, 5), [entry], now)[0].dedupe_key
    other = owed("d2", date(2026, 2, 26), [entry], now)[0].dedupe_key

    assert len({first, second, other}) == 3


def rule(unit: Unit = Unit.WORKING) -> DeadlineRule:
    return DeadlineRule(
        key="proposal",
        title="提出拟办意见",
        origin="accepted",
        met_by=("proposal_submitted",),
        n=5,
        unit=unit,
        basis=Basis(default="测试"),
        ladder=LADDER,
    )


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    found, _findings = calendars.read_folder(Path(__file__).parents[2] / "processes" / "_calendars")
    return found["cn"]
