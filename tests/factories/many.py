"""Many cases like one: its rows copied under other ids, for what only shows in numbers."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Table, insert, select

from server.models.audit import AuditEvent
from server.models.base import Base
from server.models.case import case
from server.services.context import Tools

#: rows written at a time
_AT_ONCE = 5_000

#: the record tells what was done, and nobody did this
_LEFT_OUT = (AuditEvent.__tablename__,)


def copies(tools: Tools, case_id: str, count: int) -> list[str]:
    """Ids of ``count`` further cases that stand where this one stands."""
    with tools.writers() as session:
        rows = {
            table: [dict(row) for row in session.execute(_of(table, case_id)).mappings()]
            for table in _tables()
        }
        own = ("id", "group_id")
        known = {
            row[name] for found in rows.values() for row in found for name in own if name in row
        }
        twins = [_twin(known, number) for number in range(1, count + 1)]
        for table, found in rows.items():
            written = [
                _written(table, row, twin, number)
                for number, twin in enumerate(twins, 1)
                for row in found
            ]
            for begin in range(0, len(written), _AT_ONCE):
                session.execute(insert(table), written[begin : begin + _AT_ONCE])
        session.commit()
    return [twin[case_id] for twin in twins]


def _tables() -> Iterator[Table]:
    for table in Base.metadata.sorted_tables:
        if table is case or ("case_id" in table.c and table.name not in _LEFT_OUT):
            yield table


def _of(table: Table, case_id: str) -> Any:
    return select(table).where((table.c.id if table is case else table.c.case_id) == case_id)


def _twin(known: set[str], number: int) -> Mapping[str, str]:
    return {each: str(uuid5(UUID(each), str(number))) for each in known}


def _written(
    table: Table, row: Mapping[str, Any], twin: Mapping[str, str], number: int
) -> dict[str, Any]:
    renamed = {name: _renamed(value, twin) for name, value in row.items()}
    return renamed | ({"reference": f"{row['reference']}之{number}"} if table is case else {})


def _renamed(value: Any, twin: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    if value in twin:
        return twin[value]
    for old in twin:
        if old in value:  # keys that name a row
            return value.replace(old, twin[old])
    return value
