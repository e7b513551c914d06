"""What every table shares: ids, moments that are never naive, JSON, names of constraints.

The models are plain declarative classes; they hold no behaviour. What a row may become is
decided in ``domain``, and only ``services`` write rows.
"""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    LargeBinary,
    MetaData,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from server.domain.expressions import Json


def new_id() -> str:
    """A new random id, as UUID text."""
    return str(uuid4())


class Moment(TypeDecorator[datetime]):
    """An instant: aware when it goes in, aware UTC when it comes out, on both databases.

    A naive datetime is a programming error and refused; SQLite keeps no zone, so what is stored
    there is UTC by construction.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: primary key of most tables
Id = Annotated[str, mapped_column(String(36), primary_key=True, default=new_id)]


class Base(DeclarativeBase):
    """Root of all models; constraint names are derived, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # read by SQLAlchemy under this name
        str: Text(),
        datetime: Moment(),
        bytes: LargeBinary(),
        dict[str, Json]: JSON(none_as_null=True),
        list[Json]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
        dict[str, str]: JSON(none_as_null=True),
    }


class Versioned:
    """Mixin for mutable rows: ``version`` rises with every change and guards stale writes.

    Whoever updates through Core writes ``version = :seen + 1 … WHERE version = :seen`` itself;
    what is changed through a loaded object is guarded by SQLAlchemy.
    """

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  # a class, as SQLAlchemy calls it
        return {"version_id_col": cls.version}


def one_of(column: str, *values: str) -> CheckConstraint:
    """The column holds one of these words; the constraint is named after the column."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=column)
