"""Rows of one case and one table: read once in a use case, changed in memory, written together.

A step touches many rows of few tables. So that it costs the same few statements however much it
opens, closes and counts again, its rows are read whole, and what changed is written by one
statement per table when the use case settles. The lock of the case (``case_rows.lock``) keeps
everybody else from these rows meanwhile; who reads one of the tables by a statement of his own
settles first.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.models.base import Base, new_id

Row = Mapping[str, Any]

_INSERTS: Final = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Buffer:
    """The rows of one table that fit a condition, as mappings of their columns."""

    def __init__(self, session: Session, table: Table, *wanted: ColumnElement[bool]) -> None:
        self._session = session
        self._table = table
        self._rows: dict[str, dict[str, Any]] = {
            row.id: dict(row._mapping) for row in session.execute(select(table).where(*wanted))
        }
        #: ids of rows to write -> whether the row is new
        self._touched: dict[str, bool] = {}

    def __iter__(self) -> Iterator[Row]:
        """Every row, as it will be written."""
        return iter(tuple(self._rows.values()))

    def add(self, **values: Any) -> Row:
        """A new row; columns that are not given have their default, ``id`` a new one."""
        row = {column.name: _default(column) for column in self._table.columns}
        row |= {"id": new_id(), **values}
        self._rows[row["id"]] = row
        self._touched[row["id"]] = True
        return row

    def change(self, row: Row, **values: Any) -> None:
        """Other values for columns of a row of this buffer; the same values again write nothing."""
        kept = self._rows[row["id"]]
        if any(kept[name] != value for name, value in values.items()):
            kept |= values
            self._touched.setdefault(kept["id"], False)

    def write(self) -> None:
        """Write what was added and changed, in one statement; nothing where nothing was."""
        if not self._touched:
            return
        rows = [self._rows[row_id] for row_id in self._touched]
        insert: Any = _INSERTS[self._session.get_bind().dialect.name](self._table)
        if not all(self._touched.values()):
            others = [column.name for column in self._table.columns if not column.primary_key]
            insert = insert.on_conflict_do_update(
                index_elements=["id"], set_={name: insert.excluded[name] for name in others}
            )
        self._session.execute(insert, rows)
        self._touched.clear()


#: table and case -> their buffer
Buffers = MutableMapping[tuple[str, str], Buffer]


def write(buffers: Buffers) -> None:
    """Write all of them, a table before those that refer to it."""
    order = [table.name for table in Base.metadata.sorted_tables]
    for _key, buffer in sorted(buffers.items(), key=lambda entry: order.index(entry[0][0])):
        buffer.write()


def _default(column: Any) -> Any:
    return column.default.arg if column.default is not None and column.default.is_scalar else None
