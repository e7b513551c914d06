"""Working days per published year, each year with the notice it comes from."""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class CalendarDay(Base):
    """One day of a published year.

    A year is published whole or not at all: every one of its days is here. A version is never
    edited; a correction is the whole year again under the next version.
    """

    __tablename__ = "calendar_day"

    calendar: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    #: ``off`` or ``makeup`` where the notice names the day, empty for an ordinary one; the days
    #: a notice names are enough to know the year, and they are few
    name: Mapped[str]
    #: title of the notice
    source: Mapped[str]
    published_on: Mapped[date]

    __table_args__ = (Index(None, "calendar", "name", "day"),)
