"""Which days are working days: the table of a calendar, year by year, as the State Council set it.

The table is data (``processes/_calendars/``); no holiday stands here. A year without a published
notice is **not known**: asking about one of its days raises :class:`YearUnpublished` instead of
guessing Monday to Friday. Whoever shows a provisional date asks :meth:`WorkingCalendar.guess` and
says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone

from server.domain.errors import YearUnpublished
from server.domain.texts import _

#: Asia/Shanghai; without daylight saving since 1992, so a fixed offset is exact
CHINA_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarYear:
    """One published year: the days off and the make-up workdays its notice names."""

    year: int
    days_off: frozenset[date]
    makeup_workdays: frozenset[date]
    #: title of the notice
    source: str
    published_on: date
    #: a correction of a published year is the whole year again under the next version
    version: int = 1

    def is_working_day(self, day: date) -> bool:
        """True when this day of the year is worked: make-up days yes, days off no, else Mon-Fri."""
        if day in self.makeup_workdays:
            return True
        return day not in self.days_off and is_weekday(day)


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingCalendar:
    """The published years of one calendar; everything outside them is unknown, never guessed."""

    key: str = "cn"
    years: Mapping[int, CalendarYear] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Names the tables a date was computed with, e.g. ``2025.1+2026.2``."""
        return "+".join(f"{year}.{self.years[year].version}" for year in sorted(self.years))

    def covers(self, year: int) -> bool:
        """True when the notice of this year is known."""
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        """True when people work on this day.

        Raises:
            YearUnpublished: the notice of the day's year is not known.
        """
        if not self.covers(day.year):
            raise YearUnpublished(day.year)
        return self.years[day.year].is_working_day(day)

    def guess(self, day: date) -> bool:
        """Like ``is_working_day``, but Mon-Fri in unpublished years: for provisional dates only."""
        return self.is_working_day(day) if self.covers(day.year) else is_weekday(day)

    def roll(self, day: date) -> date:
        """The day itself when it is worked, else the next working day (民法典第二百零三条).

        Raises:
            YearUnpublished: the day or the rest days after it lie in a year that is not known.
        """
        while not self.is_working_day(day):
            day += ONE_DAY
        return day


def is_weekday(day: date) -> bool:
    """True from Monday to Friday."""
    return day.weekday() < 5


def weekday_word(day: date) -> str:
    """The day of the week as dates carry it: 周四."""
    return _("周{day}").format(day="一二三四五六日"[day.weekday()])
