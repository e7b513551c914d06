"""What comes first in a list of work, and how urgent it is at a moment.

::

    rank  kind          day that sorts it      urgency at a moment
    0     statutory     due date               overdue / soon (today, next working day) / normal
    1     soft          due date               soft, also when it is past: a target is never law
    2     untimed       day it came to be so   untimed
    3     stopped       due date if known      stopped
    4     undetermined  provisional date       undetermined

``order_key`` puts rank, preference and day into one number, so that an index can sort by it: what
is to be done fast (快查快结) comes first within its rank, and only there. Time itself moves nothing
here: whether a statutory period is over is asked of the clock's last moment.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final

from server.domain.calendar import ONE_DAY, WorkingCalendar
from server.domain.lifecycle import DeadlineState

#: room for a day within a key
DAYS: Final = 100_000_000
_RANK = 2 * DAYS
_LATEST = date(9999, 12, 31)


class Rank(IntEnum):
    """Which kind of clock a piece of work hangs on; the lower, the further up it stands."""

    STATUTORY = 0
    SOFT = 1
    UNTIMED = 2
    STOPPED = 3
    UNDETERMINED = 4


class Urgency(StrEnum):
    """What a list says about a piece of work; each belongs to exactly one."""

    OVERDUE = "overdue"
    SOON = "soon"
    NORMAL = "normal"
    SOFT = "soft"
    UNTIMED = "untimed"
    STOPPED = "stopped"
    UNDETERMINED = "undetermined"


def rank(state: str, force: str) -> Rank:
    """The rank of work under a clock in this state; of one that is over: untimed."""
    if state == DeadlineState.STOPPED:
        return Rank.STOPPED
    if state == DeadlineState.UNDETERMINED:
        return Rank.UNDETERMINED
    if state not in (DeadlineState.RUNNING, DeadlineState.OVERDUE):
        return Rank.UNTIMED
    return Rank.SOFT if force == "soft" else Rank.STATUTORY


def order_key(rank: Rank, day: date | None, *, is_first: bool = False) -> int:
    """The number that sorts a list: by rank, what goes first, then by day.

    No day comes last within its rank.
    """
    return rank * _RANK + (0 if is_first else DAYS) + day_key(day)


def day_key(day: date | None) -> int:
    """The part of an order key that says the day: what is left of it modulo ``DAYS``."""
    last = day or _LATEST
    return last.year * 10_000 + last.month * 100 + last.day


def placed(key: int, *, is_first: bool) -> int:
    """The same key for work that goes first within its rank, or no longer does."""
    return key // _RANK * _RANK + (0 if is_first else DAYS) + key % DAYS


def first_key(rank: Rank) -> int:
    """The lowest number of a rank; those of the rank are below the first of the next."""
    return rank * _RANK


def rank_at(key: int) -> Rank:
    """The rank an order key was made of."""
    return Rank(key // _RANK)


def urgency(rank: Rank, *, is_over: bool, due_on: date | None, soon_on: date) -> Urgency:
    """How urgent work of this rank is.

    ``is_over`` says that the period has ended, ``soon_on`` is the next working day.
    """
    if rank is not Rank.STATUTORY:
        return Urgency(rank.name.lower())
    if is_over:
        return Urgency.OVERDUE
    return Urgency.SOON if due_on is not None and due_on <= soon_on else Urgency.NORMAL


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """How far a day is off, in working days; today itself is 0."""

    #: negative: that many working days have passed since the due date
    n: int
    #: lies before today, whether or not a working day has passed since
    is_past: bool
    #: counted with Mon-Fri in a year that is not published
    is_guess: bool = False


def days_left(due_on: date, today: date, calendar: WorkingCalendar) -> DaysLeft:
    """The working days after today up to the due date, or after the due date up to today."""
    first, last = min(due_on, today), max(due_on, today)
    days = [first + offset * ONE_DAY for offset in range(1, (last - first).days + 1)]
    n = sum(calendar.guess(day) for day in days)
    is_guess = not all(calendar.covers(year) for year in range(first.year, last.year + 1) if days)
    is_past = due_on < today
    return DaysLeft(n=-n if is_past else n, is_past=is_past, is_guess=is_guess)


def next_working_day(day: date, calendar: WorkingCalendar) -> date:
    """The first working day after this one, Mon-Fri where its year is not published."""
    found = day + ONE_DAY
    while not calendar.guess(found):
        found += ONE_DAY
    return found
