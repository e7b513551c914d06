"""Levels and regions: which unit is competent once the routing table has named office and level.

What office and level a matter goes to is decided by the pack's decision table. Here is only the
arithmetic: ``province > city > county > township``, and a region as the path of localities it
lies in, e.g. ``p/c1/d1`` for the first county of the first city.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol, TypeVar

from server.domain.errors import NotCompetent
from server.domain.texts import _


class Level(StrEnum):
    """A level of Party and state organs, the highest first."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"

    @property
    def depth(self) -> int:
        """1 for the province, 4 for the township: parts of a region path at this level."""
        return _ORDER.index(self) + 1


_ORDER = tuple(Level)


class Located(Protocol):
    """Anything that is a unit: an office or an organ at its place."""

    @property
    def kind(self) -> str:
        """The role key for an office, the kind of organ for an organ."""

    @property
    def level(self) -> str:
        """``province`` … ``township``."""

    @property
    def region(self) -> str:
        """Path of localities."""


Place = TypeVar("Place", bound=Located)


def superior(level: Level) -> Level | None:
    """The level above, None above the province."""
    return _ORDER[level.depth - 2] if level.depth > 1 else None


def region_at(region: str, level: Level) -> str | None:
    """The locality of this level that ``region`` lies in or is; None when it lies above."""
    parts = region.split("/")
    return "/".join(parts[: level.depth]) if level.depth <= len(parts) else None


def level_of(named: str, case_level: Level) -> Level:
    """The level a lane names: ``case``, ``superior`` of it, or one of the four.

    Raises:
        NotCompetent: the name is none of these, or there is no level above.
    """
    if named in ("", "case"):
        return case_level
    if named == "superior":
        above = superior(case_level)
        if above is None:
            raise NotCompetent(_("该事项已由最高一级机关办理，没有上级机关"))
        return above
    if named not in _ORDER:
        raise NotCompetent(_("不能确定由哪一级机关办理"), detail=f"level {named!r}")
    return Level(named)


def competent(units: Iterable[Place], office: str, level: Level, region: str) -> Place:
    """The one office of this kind at this level whose locality ``region`` lies in.

    Raises:
        NotCompetent: there is none, or more than one.
    """
    place = region_at(region, level)
    found = [
        unit
        for unit in units
        if (unit.kind, unit.level, unit.region) == (office, str(level), place)
    ]
    if len(found) != 1:
        message = _("本地区没有对应的有权机关") if not found else _("本地区有两个以上对应的机关")
        raise NotCompetent(message, detail=f"{office} at {level} of {region}: {len(found)}")
    return found[0]


def supervising(units: Iterable[Place], unit: Located) -> Place | None:
    """The same kind of office at the nearest level above that has one; None at the top."""
    units = tuple(units)
    above = superior(Level(unit.level))
    while above is not None:
        place = region_at(unit.region, above)
        for other in units:
            if (other.kind, other.level, other.region) == (unit.kind, str(above), place):
                return other
        above = superior(above)
    return None
