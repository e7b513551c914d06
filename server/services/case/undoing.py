"""What a step changed, kept so that a withdraw can put it back exactly.

Rows of a step are changed in memory (``services/buffers``); before they are written, their old
values are taken from there. Kept are ids of new rows and the old values of changed columns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Table

from server.domain.expressions import Json
from server.models.base import Moment
from server.models.time import deadline
from server.services.buffers import Buffers


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """What a step did to the rows of one table."""

    #: ids of rows that were not there before
    new: tuple[str, ...] = ()
    #: id -> columns as they were before
    was: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def kept(buffers: Buffers, **values: Json) -> dict[str, Json]:
    """What stands in memory now, as it is stored with the step; ``values``: besides rows."""
    rows: dict[str, Json] = {}
    for (table, _case_id), buffer in buffers.items():
        new, was = buffer.changed()
        if new or was:
            rows[str(table)] = {
                "new": sorted(new),
                "was": {key: _plain(columns) for key, columns in was.items()},
            }
    return {"rows": rows, "acts": _acts(buffers), **values}


def _acts(buffers: Buffers) -> dict[str, int]:
    """How much people had done to each of its clocks by then."""
    return {
        key: acts_of_people(buffer.row(key)["changes"])
        for (table, _case_id), buffer in buffers.items()
        if table == deadline.name
        for changed in buffer.changed()
        for key in changed
    }


def acts_of_people(changes: Iterable[Mapping[str, Json]]) -> int:
    """How many of these changes of a clock no calendar made."""
    return sum(change["kind"] != "recompute" for change in changes)


def trace(stored: Mapping[str, Json], table: Table) -> Trace:
    """What was kept of this table."""
    found = stored["rows"].get(table.name, {})
    return Trace(
        new=tuple(found.get("new", ())),
        was={key: _read(table, columns) for key, columns in found.get("was", {}).items()},
    )


def _plain(columns: Mapping[str, Any]) -> dict[str, Json]:
    # names of columns are a kind of text that JSON does not take
    return {
        str(name): value.isoformat() if isinstance(value, date) else value
        for name, value in columns.items()
    }


def _read(table: Table, columns: Mapping[str, Json]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in columns.items():
        kind = table.c[name].type
        if value is not None and isinstance(kind, Moment):
            value = datetime.fromisoformat(value)
        elif value is not None and isinstance(kind, Date):
            value = date.fromisoformat(value)
        found[name] = value
    return found
