"""What an entry of a register is on a day, and whether it was made before something else.

::

    struck   the step that had entered it was taken back
    over     its last day has passed, or an event of its case has ended it
    current  neither

An entry is never changed into another one: what is done again makes a new entry.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class EntryState(StrEnum):
    """How an entry is kept."""

    STANDS = "stands"
    STRUCK = "struck"


class Phase(StrEnum):
    """What an entry is on a day."""

    CURRENT = "current"
    OVER = "over"
    STRUCK = "struck"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The days of an entry."""

    entered_on: date
    #: last day named beforehand
    until: date | None = None
    #: day of the event that ended it
    ended_on: date | None = None
    state: EntryState = EntryState.STANDS


def phase(span: Span, day: date) -> Phase:
    """What the entry is on the day; its last day still counts."""
    if span.state is EntryState.STRUCK:
        return Phase.STRUCK
    if span.ended_on is not None and span.ended_on <= day:
        return Phase.OVER
    if span.until is not None and span.until < day:
        return Phase.OVER
    return Phase.CURRENT


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """The day something is dated, and the moment it was really written down."""

    on: date
    at: datetime


def was_before(entered: Stamp, limit: date, opened: Stamp) -> bool:
    """Was the entry there before the day of what it has to precede.

    On the very day the moments decide: that of the entry against that at which the case was
    opened. A day that was only written down after the case had been opened proves nothing.
    """
    if entered.at >= opened.at:
        return False
    return entered.on < limit or (entered.on == limit and entered.at < opened.at)
