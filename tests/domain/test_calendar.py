"""The calendar table: what is worked, what is not known, and the notices as published."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters import calendars
from server.domain.calendar import CalendarYear, WorkingCalendar
from server.domain.counting import later
from server.domain.deadline_rules import Unit
from server.domain.errors import YearUnpublished

CN = Path(__file__).parents[2] / "processes" / "_calendars"

DAYS = st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 12, 31))


@pytest.mark.parametrize("year", [2025, 2026])
def test_each_published_year_has_248_working_days(calendar: WorkingCalendar, year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]

    assert sum(calendar.is_working_day(day) for day in days) == 248


def test_the_notices_name_their_source_and_day(calendar: WorkingCalendar) -> None:
    notice = calendar.years[2026]

    assert notice.source == "国务院办公厅关于2026年部分节假日安排的通知"
    assert notice.published_on == date(2025, 11, 4)
    assert len(notice.days_off) == 33
    assert len(notice.makeup_workdays) == 6


def test_a_make_up_saturday_is_worked_and_a_holiday_monday_is_not(
    calendar: WorkingCalendar,
) -> None:
    assert calendar.is_working_day(date(2026, 2, 14))
    assert not calendar.is_working_day(date(2026, 2, 16))


@pytest.mark.parametrize("day", [date(2027, 1, 4), date(2024, 12, 31)])
def test_a_day_of_an_unpublished_year_is_not_known(calendar: WorkingCalendar, day: date) -> None:
    assert not calendar.covers(day.year)
    with pytest.raises(YearUnpublished) as refused:
        calendar.is_working_day(day)

    assert refused.value.year == day.year
    assert str(day.year) in refused.value.message


def test_counting_into_an_unpublished_year_is_refused_in_both_directions(
    calendar: WorkingCalendar,
) -> None:
    with pytest.raises(YearUnpublished):
        later(date(2026, 12, 25), 5, Unit.WORKING, calendar.is_working_day)
    with pytest.raises(YearUnpublished):
        later(date(2025, 1, 2), -1, Unit.WORKING, calendar.is_working_day)
    with pytest.raises(YearUnpublished):
        WorkingCalendar().roll(date(2026, 2, 14))


def test_only_the_guess_treats_an_unpublished_year_as_monday_to_friday(
    calendar: WorkingCalendar,
) -> None:
    assert calendar.guess(date(2027, 1, 4))
    assert not calendar.guess(date(2027, 1, 3))
    assert not calendar.guess(date(2026, 2, 16))


def test_the_version_names_every_year_and_changes_with_a_correction() -> None:
    def year(number: int, version: int) -> CalendarYear:
        return CalendarYear(
            year=number,
            version=version,
            days_off=frozenset({date(number, 1, 1)}),
            makeup_workdays=frozenset(),
            source="通知",
            published_on=date(number - 1, 11, 4),
        )

    first = WorkingCalendar(years={2026: year(2026, 1), 2025: year(2025, 1)})
    corrected = WorkingCalendar(years={2026: year(2026, 2), 2025: year(2025, 1)})

    assert first.version == "2025.1+2026.1"
    assert corrected.version == "2025.1+2026.2"


@settings(max_examples=60)
@given(start=DAYS, count=st.integers(min_value=1, max_value=40))
def test_counting_forward_equals_a_naive_list_of_working_days(start: date, count: int) -> None:
    calendar = published()
    after = [day for day in WORKED if day > start]
    if count > len(after):
        with pytest.raises(YearUnpublished):
            later(start, count, Unit.WORKING, calendar.is_working_day)
    else:
        assert later(start, count, Unit.WORKING, calendar.is_working_day) == after[count - 1]


@settings(max_examples=60)
@given(start=DAYS, count=st.integers(min_value=1, max_value=40))
def test_counting_backward_equals_a_naive_list_of_working_days(start: date, count: int) -> None:
    calendar = published()
    earlier = [day for day in WORKED if day < start]
    if count > len(earlier):
        with pytest.raises(YearUnpublished):
            later(start, -count, Unit.WORKING, calendar.is_working_day)
    else:
        assert later(start, -count, Unit.WORKING, calendar.is_working_day) == earlier[-count]


@settings(max_examples=60)
@given(day=st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 12, 31)))
def test_rolling_leads_to_the_first_worked_day_not_before(day: date) -> None:
    assert published().roll(day) == min(worked for worked in WORKED if worked >= day)


#: typed from the two notices (DOMAIN 10.1), independent of the YAML
_OFF = {
    (2025, 1): [1, 28, 29, 30, 31],
    (2025, 2): [1, 2, 3, 4],
    (2025, 4): [4, 5, 6],
    (2025, 5): [1, 2, 3, 4, 5, 31],
    (2025, 6): [1, 2],
    (2025, 10): [1, 2, 3, 4, 5, 6, 7, 8],
    (2026, 1): [1, 2, 3],
    (2026, 2): [15, 16, 17, 18, 19, 20, 21, 22, 23],
    (2026, 4): [4, 5, 6],
    (2026, 5): [1, 2, 3, 4, 5],
    (2026, 6): [19, 20, 21],
    (2026, 9): [25, 26, 27],
    (2026, 10): [1, 2, 3, 4, 5, 6, 7],
}
_MAKEUP = {
    "2025-01-26",
    "2025-02-08",
    "2025-04-27",
    "2025-09-28",
    "2025-10-11",
    "2026-01-04",
    "2026-02-14",
    "2026-02-28",
    "2026-05-09",
    "2026-09-20",
    "2026-10-10",
}
WORKED = [
    day
    for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(730))
    if day.isoformat() in _MAKEUP
    or (day.isoweekday() <= 5 and day.day not in _OFF.get((day.year, day.month), []))
]


def published() -> WorkingCalendar:
    found, findings = calendars.read_folder(CN)
    assert findings == []
    return found["cn"]


@pytest.fixture
def calendar() -> WorkingCalendar:
    return published()
