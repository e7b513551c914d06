"""The sentence by which officials check a date; the whole count is tested with ``deadlines``."""

from datetime import date

import pytest

from server.domain.calendar import CalendarYear, WorkingCalendar
from server.domain.counting import Terms
from server.domain.deadline_lines import Head, Told, units, worked_line
from server.domain.deadline_rules import Unit


@pytest.mark.parametrize(
    ("unit", "text"),
    [(Unit.WORKING, "5个工作日"), (Unit.CALENDAR, "5日"), (Unit.MONTH, "5个月")],
)
def test_a_number_is_written_with_its_unit(unit: Unit, text: str) -> None:
    assert units(5, unit) == text


def test_a_single_day_off_and_a_range_over_two_months_are_written_out() -> None:
    off = {date(2026, 9, 28), date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)}
    line = worked_line(told(date(2026, 9, 25), date(2026, 10, 5)), calendar(off))

    assert line == ("9月25日受理，次日起算；9月28日放假；30日至10月2日放假；第3个工作日为10月5日")


def test_days_off_after_the_last_day_are_not_told() -> None:
    line = worked_line(told(date(2026, 9, 25), date(2026, 9, 30)), calendar({date(2026, 10, 1)}))

    assert line == "9月25日受理，次日起算；第3个工作日为9月30日"


def test_an_ordered_day_is_told_as_ordered() -> None:
    terms = Terms(start=date(2026, 5, 8), n=0, unit=Unit.WORKING, until=date(2026, 5, 23))
    entry = Told(
        terms=terms,
        head=Head(title="谈话"),
        stops=(),
        counted=(),
        raw=date(2026, 5, 23),
        on=date(2026, 5, 25),
        is_capped=False,
        provisional_on=None,
        needs_year=None,
    )

    assert worked_line(entry, calendar(set())) == (
        "5月8日谈话，次日起算；限期至5月23日，该日休息，顺延至5月25日"
    )


def told(start: date, on: date) -> Told:
    return Told(
        terms=Terms(start=start, n=3, unit=Unit.WORKING),
        head=Head(title="受理"),
        stops=(),
        counted=(on,),
        raw=on,
        on=on,
        is_capped=False,
        provisional_on=None,
        needs_year=None,
    )


def calendar(off: set[date]) -> WorkingCalendar:
    year = CalendarYear(
        year=2026,
        days_off=frozenset(off),
        makeup_workdays=frozenset(),
        source="通知",
        published_on=date(2025, 11, 4),
    )
    return WorkingCalendar(years={2026: year})
