"""The clock of a line of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from server.domain.expressions import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """The period a piece of work hangs on."""

    #: key of its rule in the pack
    key: str
    due_on: date | None
    provisional_on: date | None
    #: as stored: that it is overdue may lag behind by a tick (``Entry.is_over``)
    state: str
    #: statutory or soft
    force: str
    #: the worked count
    line: str
    #: what its count depends on besides its rule
    origin_on: date
    until_on: date | None
    changes: Sequence[Mapping[str, Json]]


def of_row(row: Row[Any]) -> Clock | None:
    """The clock of a row that was joined with it, None for none."""
    if row.rule_key is None:
        return None
    return Clock(
        key=row.rule_key,
        due_on=row.clock_due_on,
        provisional_on=row.provisional_on,
        state=row.clock_state,
        force=row.force,
        line=row.line,
        origin_on=row.origin_on,
        until_on=row.until_on,
        changes=row.changes,
    )
