"""A campaign that is held: its days, its versions of scope, whose target somebody is.

Its period begins with its first day and ends with the last moment of its last one, in the time of
the country. What it covers is only ever widened, by a further version; a case belongs to the
version that held when it came in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from server.domain.calendar import CHINA_TIME
from server.domain.jurisdiction import Level, region_at


class TargetState(StrEnum):
    """How far somebody's share in a campaign is."""

    #: the selection, or an official, names him
    PROPOSED = "proposed"
    #: his office has confirmed him
    CHOSEN = "chosen"
    LEFT_OUT = "left_out"
    #: his case was opened
    OPENED = "opened"
    #: his case could not be opened
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """From one day to another, both included."""

    from_on: date
    to_on: date

    def covers(self, moment: datetime) -> bool:
        """Does the moment lie in the period: 23:59:59 of the last day does, midnight does not."""
        return self.from_on <= moment.astimezone(CHINA_TIME).date() <= self.to_on


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version of the scope, and since when it holds."""

    number: int
    from_on: date


def version_on(versions: Iterable[Version], day: date) -> int:
    """The number of the version that holds on the day; before the first day, the first one."""
    held = [each.number for each in versions if each.from_on <= day]
    return max(held, default=1)


class Part(Protocol):
    """The share of an office."""

    @property
    def level(self) -> str:
        """Level of the office."""

    @property
    def region(self) -> str:
        """Its locality."""


OfOffice = TypeVar("OfOffice", bound=Part)


def part_for(parts: Iterable[OfOffice], managed_by: str, region: str) -> OfOffice | None:
    """The share of the office that manages somebody of this level in this region, if any."""
    if managed_by not in tuple(Level):
        return None
    place = region_at(region, Level(managed_by))
    return next((each for each in parts if (each.level, each.region) == (managed_by, place)), None)
