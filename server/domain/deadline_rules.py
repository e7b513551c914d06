"""What a pack says about periods: number, unit, stops, extensions and the ladder, as frozen data.

Counting is in ``deadlines``, notices are in ``escalation``; this module decides nothing.
"""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Literal

from server.domain.expressions import Feel, Given
from server.domain.sources import Basis


class Unit(StrEnum):
    """What a period is counted in."""

    WORKING = "working"
    CALENDAR = "calendar"
    MONTH = "month"


class AfterReturn(StrEnum):
    """How a clock that was over runs again when its step is returned to."""

    #: the old last day stands
    CONTINUE = "continue"
    #: the days between do not count
    PAUSE = "pause"
    #: a new one begins on that day
    RESTART = "restart"


@dataclass(frozen=True, kw_only=True, slots=True)
class StopReason:
    """A reason for which a clock may be stopped."""

    key: str
    title: str
    #: longest stop in the rule's own unit, None = no limit
    max: int | None = None
    #: how often, None = no limit
    times: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """How a clock may be extended: how often, by how much at most, on whose approval."""

    times: int
    max: int
    #: ``office.head`` or ``<role>`` / ``<role>.head``
    approver: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """One step of a ladder: ``at`` units after the due date (negative: before), told to whom."""

    at: int
    #: ``assignee``, ``applicant``, ``supervising_organ``, ``office.head``, ``<role>`` or
    #: ``<role>.head``
    to: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineRule:
    """A period set by law or by default (ARCHITECTURE section 7)."""

    key: str
    title: str
    #: event keys
    origin: str
    met_by: tuple[str, ...]
    n: int
    unit: Unit
    basis: Basis
    #: the last day itself, taken from a form field or FEEL when the origin happens (an ordered
    #: date such as the day by which a correction must be done); ``n`` and ``unit`` then only
    #: give the unit of the ladder
    until: Given | None = None
    #: the clock exists only in cases where this holds when its origin happens
    when: Feel | None = None
    cancelled_by: tuple[str, ...] = ()
    calendar: str = "cn"
    #: for calendar days and months: where a rest day leads
    roll: Literal["next_working_day", "none"] = "next_working_day"
    count_first_day: bool = False
    #: the moment of the last day at which the clock expires; 24:00 is ``None``
    end_of_day: time | None = None
    force: Literal["statutory", "soft"] = "statutory"
    #: ``new``: a later origin event opens a new clock; ``keep``: the first one stands
    again: Literal["keep", "new"] = "keep"
    stops: tuple[StopReason, ...] = ()
    #: a default of the product where the pack says nothing: no time is given that no law gives
    after_return: AfterReturn = AfterReturn.CONTINUE
    #: is the day of the stop itself still counted
    stop_day_counts: bool = True
    extension: Extension | None = None
    #: no change may move the due date past this many units from the origin
    max: int | None = None
    ladder: tuple[Rung, ...] = ()
    valid_from: date | None = None
