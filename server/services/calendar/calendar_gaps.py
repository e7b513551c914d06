"""A year whose holiday notice is missing although periods already reach into it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select

from server.domain.lifecycle import DeadlineState
from server.models.calendar import CalendarDay
from server.models.time import deadline
from server.services.calendar import calendars
from server.services.context import Context

#: the month from which next year's notice is expected
_EXPECTED_FROM = 11


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A year that is not imported."""

    year: int
    #: open periods whose last day cannot be told until it is
    waiting: int


def missing_year(ctx: Context, calendar: str = calendars.CN) -> Gap | None:
    """This year when it is not imported, from November on the next one; None when all is there.

    One statement over two indexes, for every page that shows the notice.
    """
    this = ctx.today.year
    waiting = select(func.count()).where(
        deadline.c.state == DeadlineState.UNDETERMINED, deadline.c.calendar == calendar
    )
    row = ctx.session.execute(
        select(
            _is_there(this, calendar).label("has_this"),
            _is_there(this + 1, calendar).label("has_next"),
            waiting.scalar_subquery().label("waiting"),
        )
    ).one()
    if not row.has_this:
        return Gap(year=this, waiting=row.waiting)
    if not row.has_next and ctx.today.month >= _EXPECTED_FROM:
        return Gap(year=this + 1, waiting=row.waiting)
    return None


def _is_there(year: int, calendar: str) -> ColumnElement[bool]:
    return (
        select(CalendarDay.day)
        .where(
            CalendarDay.calendar == calendar,
            CalendarDay.name.in_((calendars.OFF, calendars.MAKEUP)),
            CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .exists()
    )
