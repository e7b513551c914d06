"""The working calendar of the database: published years, whole, as versions that never change.

What an import means for open deadlines is the business of ``calendar_imports``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, cast

from sqlalchemy import Table, bindparam, func, insert, select

from server.adapters.calendars import read_folder
from server.domain.calendar import ONE_DAY, CalendarYear, WorkingCalendar
from server.domain.errors import Invalid
from server.domain.texts import _
from server.models.calendar import CalendarDay
from server.services.context import Context

#: the calendar of the State Council's notices
CN = "cn"

#: names of the days a notice names; an ordinary one has none
OFF, MAKEUP, _ORDINARY = "off", "makeup", ""

#: in the memo of a use case that has stored days
_STORED: Final = ("calendar days stored",)

_DAYS: Final = cast("Table", CalendarDay.__table__)
_OF: Final = (_DAYS.c.calendar == bindparam("of_calendar"), _DAYS.c.name.in_((OFF, MAKEUP)))
_COUNT: Final = select(func.count()).select_from(_DAYS).where(*_OF)
_NAMED: Final = select(
    _DAYS.c.version, _DAYS.c.day, _DAYS.c.name, _DAYS.c.source, _DAYS.c.published_on
).where(*_OF)


def current(ctx: Context, calendar: str = CN) -> WorkingCalendar:
    """The newest version of every published year of the calendar; no year is guessed.

    Built once per process: days are only ever added, so their number says whether it still holds.
    A use case that has stored days itself reads them, since they may yet be rolled back.
    """
    if _STORED in ctx.memo:
        return _read(ctx, calendar)
    days = ctx.session.execute(_COUNT, {"of_calendar": calendar}).scalar_one()
    known = ctx.tools.calendars.get(calendar)
    if known is None or known[0] != days:
        known = ctx.tools.calendars[calendar] = (days, _read(ctx, calendar))
    return known[1]


def _read(ctx: Context, calendar: str) -> WorkingCalendar:
    rows = ctx.session.execute(_NAMED, {"of_calendar": calendar}).all()
    newest: dict[int, int] = {}
    for row in rows:
        newest[row.day.year] = max(row.version, newest.get(row.day.year, 0))
    years = {}
    for year, version in newest.items():
        named = [row for row in rows if (row.day.year, row.version) == (year, version)]
        years[year] = CalendarYear(
            year=year,
            days_off=frozenset(row.day for row in named if row.name == OFF),
            makeup_workdays=frozenset(row.day for row in named if row.name == MAKEUP),
            source=named[0].source,
            published_on=named[0].published_on,
            version=version,
        )
    return WorkingCalendar(key=calendar, years=years)


def store(ctx: Context, years: Iterable[CalendarYear], calendar: str = CN) -> tuple[int, ...]:
    """Store each year as its next version and give the years that were new or have changed.

    A year that already reads so is left alone. Raises Invalid for a year without days off: no
    notice is like that, and it could not be told from an unpublished one.
    """
    known = current(ctx, calendar).years
    changed = []
    for year in years:
        if not year.days_off:
            raise Invalid(_("{year}年没有列出任何放假日").format(year=year.year))
        before = known.get(year.year)
        version = before.version if before else 0
        if before == replace(year, version=version):
            continue
        after = replace(year, version=version + 1)
        ctx.session.execute(insert(CalendarDay), _rows(after, calendar))
        ctx.memo[_STORED] = True
        detail = {"source": after.source, "version": after.version}
        ctx.record("calendar.import", f"calendar:{calendar}:{year.year}", detail=detail)
        changed.append(year.year)
    return tuple(changed)


def load_shipped(ctx: Context, folder: Path) -> tuple[int, ...]:
    """Store every year of a folder of calendars that is not known yet; known years stay.

    A correction that was imported here is never undone by what the program ships.
    Raises Invalid with every problem of the folder's files.
    """
    calendars, findings = read_folder(folder)
    if findings:
        raise Invalid(_("日历文件有{n}处问题").format(n=len(findings)), findings)
    changed: list[int] = []
    for key, calendar in calendars.items():
        known = current(ctx, key).years
        new = [year for number, year in sorted(calendar.years.items()) if number not in known]
        changed += store(ctx, new, key)
    return tuple(changed)


def _rows(year: CalendarYear, calendar: str) -> Sequence[dict[str, object]]:
    rows = []
    day = date(year.year, 1, 1)
    while day.year == year.year:
        worked = MAKEUP if day in year.makeup_workdays else _ORDINARY
        name = OFF if day in year.days_off else worked
        rows.append(
            {
                "calendar": calendar,
                "version": year.version,
                "day": day,
                "working": year.is_working_day(day),
                "name": name,
                "source": year.source,
                "published_on": year.published_on,
            }
        )
        day += ONE_DAY
    return rows
