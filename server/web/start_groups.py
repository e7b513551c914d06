"""The ways to start, grouped by for whom: himself, his unit, each office he serves."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.texts import _
from server.services.starts.procedures import Startable
from server.services.starts.start_ways import OFFICE, SELF, UNIT, Way

_TITLES = {SELF: _("为本人"), UNIT: _("为本单位"), OFFICE: _("由本处室（岗位）")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """What can be started for one and the same."""

    title: str
    #: name of the unit or office, empty for himself
    unit: str
    entries: tuple[tuple[Startable, Way], ...]


def groups(found: Iterable[Startable]) -> tuple[Group, ...]:
    """The groups in their order; those with nothing in them are left out."""
    kept: dict[tuple[str, str], list[tuple[Startable, Way]]] = {}
    for each in found:
        for way in each.ways:
            kept.setdefault((way.group, way.unit), []).append((each, way))
    order = list(_TITLES)
    return tuple(
        Group(title=_TITLES[group], unit=unit, entries=tuple(entries))
        for (group, unit), entries in sorted(
            kept.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
    )
