"""Rows of one case and one table: read once in a use case, changed in memory, written together.

A step touches many rows of few tables. So that it costs the same few statements however much it
opens, closes and counts again, its rows are read whole when they are first looked at (never by
who only adds some), and what changed is written by one statement per table when the use case
settles. The lock of the case (``case_rows.lock``) keeps
everybody else from these rows meanwhile; who reads one of the tables by a statement of his own
settles first.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Executable,
    Select,
    String,
    Table,
    and_,
    bindparam,
    cast,
    insert,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from server.models.base import Base, new_id

Row = Mapping[str, Any]

#: column of a statement over several tables: which one the row is of
_OF: Final = "of_table"


class Shelf:
    """What a use case keeps in memory of a table: its rows of a case that fit a condition.

    Made once per table; the statements are built here and not in every use case.
    """

    def __init__(self, table: Table, *wanted: ColumnElement[bool]) -> None:
        self.table = table
        self.wanted = and_(table.c.case_id == bindparam("of_case"), *wanted)
        self.read = select(table).where(self.wanted)
        self.insert = insert(table)
        self.defaults = {column.name: _default(column) for column in table.columns}


class Together:
    """Shelves that are always looked at together, read in one statement.

    Each table is a part of it, with null where a column is another one's.
    """

    def __init__(self, *shelves: Shelf) -> None:
        self.shelves = shelves
        columns = {column.name: column for each in shelves for column in each.table.columns}
        self.read = union_all(*(_part(each, columns) for each in shelves))

    def take(self, session: Session, case_id: str, into: Sequence["Buffer"]) -> None:
        """Read them into these buffers, one for each shelf; what one was told already stays."""
        rows = session.execute(self.read, {"of_case": case_id}).mappings().all()
        for shelf, buffer in zip(self.shelves, into, strict=True):
            name = shelf.table.name
            own = (row for row in rows if row[_OF] == name)
            names = [column.name for column in shelf.table.columns]
            buffer.fill({each: row[each] for each in names} for row in own)


def _part(shelf: Shelf, columns: Mapping[str, Column[Any]]) -> Select[Any]:
    """The rows of a shelf with the columns of all."""
    own = shelf.table.columns
    return select(
        literal(shelf.table.name, String()).label(_OF),
        *(
            own[name] if name in own else cast(null(), column.type).label(name)
            for name, column in columns.items()
        ),
    ).where(shelf.wanted)


class Buffer:
    """The rows of a shelf for one case, as mappings of their columns."""

    def __init__(self, session: Session, shelf: Shelf, case_id: str) -> None:
        self._session = session
        self._shelf = shelf
        self._case_id = case_id
        self._rows: dict[str, dict[str, Any]] = {}
        self._is_read = False
        #: ids of rows to write -> whether the row is new
        self._touched: dict[str, bool] = {}
        #: rows as they were before they were first changed
        self._before: dict[str, Row] = {}

    def __iter__(self) -> Iterator[Row]:
        """Every row, as it will be written."""
        if not self._is_read:
            found = self._session.execute(self._shelf.read, {"of_case": self._case_id}).mappings()
            self.fill(dict(row) for row in found)
        return iter(tuple(self._rows.values()))

    @property
    def is_read(self) -> bool:
        """Are the rows of the database in memory."""
        return self._is_read

    def fill(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take the rows of the database; those that were added meanwhile come after them."""
        self._is_read = True
        self._rows = {row["id"]: row for row in rows} | self._rows

    def add(self, **values: Any) -> Row:
        """A new row; columns that are not given have their default, ``id`` a new one."""
        row = {**self._shelf.defaults, "id": new_id(), **values}
        self._rows[row["id"]] = row
        self._touched[row["id"]] = True
        return row

    def change(self, row: Row, **values: Any) -> None:
        """Other values for columns of a row of this buffer; the same values again write nothing."""
        kept = self._rows[row["id"]]
        if any(kept[name] != value for name, value in values.items()):
            self._before.setdefault(kept["id"], dict(kept))
            kept |= values
            self._touched.setdefault(kept["id"], False)

    def row(self, row_id: str) -> Row:
        """A row that was added or changed, as it will be written."""
        return self._rows[row_id]

    def changed(self) -> tuple[set[str], Mapping[str, Row]]:
        """Ids of new rows, and the old values of the columns that changed of the others."""
        new = {key for key, is_new in self._touched.items() if is_new}
        was = {
            key: {name: value for name, value in old.items() if self._rows[key][name] != value}
            for key, old in self._before.items()
            if key not in new
        }
        return new, was

    def write(self) -> None:
        """Write what was added and changed, in one statement; nothing where nothing was."""
        if not self._touched:
            return
        rows = [self._rows[row_id] for row_id in self._touched]
        is_new = all(self._touched.values())
        self._session.execute(self._shelf.insert if is_new else _upsert(self._shelf.table), rows)
        self._touched.clear()


#: table and case -> their buffer
Buffers = MutableMapping[tuple[str, str], Buffer]


def write(buffers: Buffers) -> None:
    """Write all of them, a table before those that refer to it."""
    for _key, buffer in sorted(buffers.items(), key=lambda entry: _order()[entry[0][0]]):
        buffer.write()


@cache
def _order() -> Mapping[str, int]:
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


@cache
def _upsert(table: Table) -> Executable:
    """Insert a whole row, or give the one that is there these values; both databases read it.

    Written out, since the library compiles its own form of it anew every time.
    """
    names = [column.name for column in table.columns]
    columns = ", ".join(names)
    values = ", ".join(f":{name}" for name in names)
    taken = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    statement = text(
        f"INSERT INTO {table.name} ({columns}) VALUES ({values}) "  # noqa: S608  # names of ours
        f"ON CONFLICT (id) DO UPDATE SET {taken}"
    )
    return statement.bindparams(
        *(bindparam(column.name, type_=column.type) for column in table.columns)
    )


def _default(column: Any) -> Any:
    return column.default.arg if column.default is not None and column.default.is_scalar else None
