"""Rows of all tables in a form that no database owns, read from and written to a connection.

Tables and columns are those the database has, not those of the models: a backup before an upgrade
is one of the older schema. JSON stays the text it is stored as, moments are UTC.

The full-text index is left out: it is each database's own, and made anew from the other tables.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnClause,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Select,
    String,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.types import TypeEngine

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.models.base import Moment
from server.models.search import SEARCH_TABLES

#: tables that say nothing of the installation, or are derived
_LEFT_OUT: Final = ("alembic_version", SEARCH_TABLES)

#: what a column of the database is -> its kind in a backup; the first that fits
_KINDS: Final[Sequence[tuple[type[TypeEngine[Any]], str]]] = (
    (JSON, "json"),
    (Boolean, "flag"),
    (DateTime, "moment"),
    (Date, "day"),
    (Integer, "whole"),
    (Float, "number"),
    (Numeric, "number"),
    (LargeBinary, "bytes"),
    (String, "text"),
)
_TYPES: Final[Mapping[str, TypeEngine[Any]]] = {
    "json": Text(),
    "flag": Boolean(),
    "moment": Moment(),
    "day": Date(),
    "whole": BigInteger(),
    "number": Float(),
    "bytes": LargeBinary(),
    "text": Text(),
}
#: kinds whose values JSON does not have, and how they come back
_BACK: Final[Mapping[str, Callable[[Any], Any]]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "bytes": b64decode,
}

#: rows fetched at once: fewer where they hold files and states
_AT_ONCE: Final = 200
_AT_ONCE_LARGE: Final = 20
#: rows and bytes that are inserted at once
_BATCH: Final = 500
_BATCH_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """A table with its columns: name and kind."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def told(self) -> list[list[str]]:
        """The columns as a manifest tells them."""
        return [list(one) for one in self.columns]

    @property
    def has_bytes(self) -> bool:
        """True when rows may be large."""
        return any(kind in ("bytes", "json") for _name, kind in self.columns)


def shapes(connection: Connection) -> tuple[Shape, ...]:
    """The tables of the database in the order of their names."""
    inspector = inspect(connection)
    return tuple(
        Shape(
            name=name,
            columns=tuple((one["name"], _kind(one["type"])) for one in inspector.get_columns(name)),
        )
        for name in sorted(inspector.get_table_names())
        if not name.startswith(_LEFT_OUT)
    )


def rows(connection: Connection, shape: Shape) -> Iterator[list[Json]]:
    """All rows of a table, a few in memory at a time, in no order."""
    at_once = _AT_ONCE_LARGE if shape.has_bytes else _AT_ONCE
    places = [place for place, (_name, kind) in enumerate(shape.columns) if kind == "bytes"]
    with connection.execute(_all(shape), execution_options={"yield_per": at_once}) as found:
        for row in found:
            values = list(row)
            for place in places:
                if values[place] is not None:
                    values[place] = b64encode(values[place]).decode()
            yield values


def load(connection: Connection, shape: Shape, given: Iterable[tuple[list[Json], int]]) -> int:
    """Fill an empty table; how many rows that were. Rows that do not fit raise Invalid."""
    if connection.scalar(select(func.count()).select_from(table(shape.name))):
        connection.execute(table(shape.name).delete())  # what the migrations put there
    adding = _adding(connection, shape)
    names = [name for name, _kind in shape.columns]
    back = [(place, _BACK[kind]) for place, (_n, kind) in enumerate(shape.columns) if kind in _BACK]
    batch: list[dict[str, Any]] = []
    size = count = 0
    for values, length in given:
        batch.append(dict(zip(names, _values(shape, values, back), strict=True)))
        size += length
        count += 1
        if len(batch) >= _BATCH or size >= _BATCH_BYTES:
            connection.execute(adding, batch)
            batch, size = [], 0
    if batch:
        connection.execute(adding, batch)
    return count


def without_references(connection: Connection) -> Callable[[], None]:
    """Let rows be loaded in any order; what is returned makes the references hold again.

    SQLite looks at them when the transaction is committed; PostgreSQL gets them back as they were.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        return lambda: _refuse_dangling(connection)
    found = connection.execute(text(_REFERENCES)).all()
    for row in found:
        connection.exec_driver_sql(f"ALTER TABLE {row.place} DROP CONSTRAINT {row.name}")

    def restore() -> None:
        for row in found:
            added = f"ALTER TABLE {row.place} ADD CONSTRAINT {row.name} {row.definition}"
            connection.exec_driver_sql(added.replace("%", "%%"))

    return restore


#: names come quoted from the database itself
_REFERENCES: Final = """
    SELECT conrelid::regclass::text AS place, quote_ident(conname) AS name,
           pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
    ORDER BY conrelid::regclass::text, conname
"""


def _refuse_dangling(connection: Connection) -> None:
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        message = _("备份中的表“{table}”引用了不存在的记录，备份已损坏")
        raise Invalid(message.format(table=dangling[0]))


def _kind(found: TypeEngine[Any]) -> str:
    for one, kind in _KINDS:
        if isinstance(found, one):
            return kind
    raise TypeError(repr(found))


def _columns(shape: Shape) -> list[ColumnClause[Any]]:
    return [column(name, _TYPES[kind]) for name, kind in shape.columns]


def _all(shape: Shape) -> Select[Any]:
    kinds = dict(shape.columns)
    columns = _columns(shape)
    wanted = [
        cast(one, Text).label(one.name) if kinds[one.name] == "json" else one for one in columns
    ]
    return select(*wanted).select_from(table(shape.name, *columns))


def _adding(connection: Connection, shape: Shape) -> Any:
    into = table(shape.name, *_columns(shape))
    if connection.dialect.name == "sqlite":
        return insert(into)
    # the text of JSON is no JSON to PostgreSQL before it is told
    typed = [
        column(name, JSON(none_as_null=True)) if kind == "json" else column(name, _TYPES[kind])
        for name, kind in shape.columns
    ]
    values = {
        name: cast(bindparam(name, type_=Text()), JSON)
        for name, kind in shape.columns
        if kind == "json"
    }
    return insert(table(shape.name, *typed)).values(values) if values else insert(into)


def _values(
    shape: Shape, values: list[Json], back: Sequence[tuple[int, Callable[[Any], Any]]]
) -> list[Json]:
    try:
        if len(values) != len(shape.columns):
            raise ValueError(shape.name)
        for place, made in back:
            if values[place] is not None:
                values[place] = made(values[place])
    except (TypeError, ValueError) as error:
        message = _("备份中的表“{table}”有不能识别的内容，备份已损坏")
        raise Invalid(message.format(table=shape.name)) from error
    return values
