from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME, CalendarYear
from server.domain.counting import later
from server.domain.deadline_rules import Unit
from server.domain.errors import Invalid
from server.models.audit import AuditEvent
from server.models.calendar import CalendarDay
from server.services.calendar import calendars
from server.services.context import Tools, reading, transaction

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
NEW_YEAR = CalendarYear(
    year=2027,
    days_off=frozenset({date(2027, 1, 1)}),
    makeup_workdays=frozenset({date(2027, 1, 2)}),
    source="国务院办公厅关于2027年部分节假日安排的通知",
    published_on=date(2026, 11, 3),
)


def test_the_shipped_years_are_there_with_their_248_working_days(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        found = calendars.current(ctx)
        working = ctx.session.execute(
            select(func.count()).where(CalendarDay.working, CalendarDay.calendar == "cn")
        ).scalar_one()
    assert found.version == "2025.1+2026.1"
    assert working == 2 * 248
    after = later(date(2026, 2, 12), 5, Unit.WORKING, found.is_working_day)
    assert after == date(2026, 2, 26)


def test_a_stored_year_reads_as_it_was_given(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        assert calendars.store(ctx, [NEW_YEAR]) == (2027,)
        assert calendars.current(ctx).years == {2027: NEW_YEAR}


def test_the_same_year_again_changes_nothing(empty_tools: Tools) -> None:
    for expected in ((2027,), ()):
        with transaction(empty_tools, SYSTEM, NOW) as ctx:
            assert calendars.store(ctx, [NEW_YEAR]) == expected


def test_a_correction_is_the_next_version_and_the_old_one_stays(empty_tools: Tools) -> None:
    corrected = replace(NEW_YEAR, makeup_workdays=frozenset())
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        calendars.store(ctx, [NEW_YEAR])
        calendars.store(ctx, [corrected])

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert calendars.current(ctx).years == {2027: replace(corrected, version=2)}
        rows = ctx.session.scalar(select(func.count()).select_from(CalendarDay))
        assert rows == 2 * 365


def test_an_import_is_recorded_with_its_source(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        calendars.store(ctx, [NEW_YEAR])
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        event = ctx.session.scalars(select(AuditEvent)).one()
        assert (event.verb, event.target) == ("calendar.import", "calendar:cn:2027")
        assert NEW_YEAR.source in event.text


def test_a_year_without_days_off_is_refused(empty_tools: Tools) -> None:
    with pytest.raises(Invalid), transaction(empty_tools, SYSTEM, NOW) as ctx:
        calendars.store(ctx, [replace(NEW_YEAR, days_off=frozenset())])


def test_the_database_refuses_to_change_a_published_day(tools: Tools) -> None:
    with pytest.raises(DBAPIError), transaction(tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(text("UPDATE calendar_day SET working = NOT working"))


def test_what_is_shipped_never_undoes_a_correction(tools: Tools) -> None:
    folder = tools.config.shipped / "processes" / "_calendars"
    with transaction(tools, SYSTEM, NOW) as ctx:
        shipped = calendars.current(ctx).years[2026]
        calendars.store(ctx, [replace(shipped, makeup_workdays=frozenset())])
        assert calendars.load_shipped(ctx, folder) == ()
        assert calendars.current(ctx).years[2026].makeup_workdays == frozenset()


def test_a_shipped_folder_with_a_broken_file_loads_nothing(
    empty_tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "cn.yaml").write_text("year: 2026\noff: []\n", encoding="utf-8")
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        with pytest.raises(Invalid) as refused:
            calendars.load_shipped(ctx, tmp_path)
        assert len(refused.value.findings) > 1
        assert calendars.current(ctx).years == {}


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_year_survives_the_database(empty_tools: Tools, data: st.DataObject) -> None:
    number = data.draw(st.integers(2030, 2060))
    days = st.sets(st.dates(date(number, 1, 1), date(number, 12, 31)), min_size=1, max_size=40)
    off = data.draw(days)
    year = CalendarYear(
        year=number,
        days_off=frozenset(off),
        makeup_workdays=frozenset(data.draw(days) - off),
        source="通知",
        published_on=date(number - 1, 11, 1),
    )
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        calendars.store(ctx, [year])
        found = calendars.current(ctx).years[number]
        assert replace(found, version=1) == year
