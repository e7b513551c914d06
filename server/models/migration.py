"""Running cases that move to a newer version of their pack: proposed, judged, moved one by one.

A row of ``migration_move`` leaves ``waiting`` in the transaction that moves its case, or that notes
why it did not: what was interrupted goes on, and nothing is done twice.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from server.models.base import Base, Moment, one_of

_WAITING = text("state = 'waiting'")

#: from one version to another, with what a designer says of elements that have other names
migration = Table(
    "migration",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("pack", String(80), nullable=False),
    Column("from_id", String(36), ForeignKey("pack_version.id"), nullable=False),
    Column("to_id", String(36), ForeignKey("pack_version.id"), nullable=False),
    # old element -> new element; a boundary event that goes has none; deadline:<rule> -> rule
    Column("mapping", JSON(none_as_null=True), nullable=False),
    Column("reason", Text, nullable=False),
    # the law that the move rests on, in words
    Column("basis", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("proposed_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("offered_at", Moment),
    Column("withdrawn_at", Moment),
    one_of("state", "proposed", "offered", "withdrawn"),
    Index("ix_migration_pack", "pack", "state"),
)

#: what would come of each case, as it stood at a version of its state; made anew when that moves on
migration_verdict = Table(
    "migration_verdict",
    Base.metadata,
    Column("migration_id", String(36), ForeignKey("migration.id"), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), primary_key=True),
    Column("seen", Integer, nullable=False),
    Column("can", Boolean, nullable=False),
    # elements of the old version where it waits
    Column("elements", JSON(none_as_null=True), nullable=False),
    Column("reasons", JSON(none_as_null=True), nullable=False),
    Column("effects", JSON(none_as_null=True), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_migration_verdict_case", "case_id"),
)

#: the cases a head chose, moved by background work
migration_run = Table(
    "migration_run",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("migration_id", String(36), ForeignKey("migration.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("ended_at", Moment),
    one_of("state", "running", "paused", "cancelled", "done"),
    Index("ix_migration_run_migration", "migration_id"),
    Index("ix_migration_run_by", "by_id", "at"),
)

migration_move = Table(
    "migration_move",
    Base.metadata,
    Column("run_id", String(36), ForeignKey("migration_run.id"), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), primary_key=True),
    # in which order they were chosen
    Column("place", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    # why it was not moved
    Column("reason", Text, nullable=False, default=""),
    # what the head was shown when he chose it
    Column("effects", JSON(none_as_null=True), nullable=False),
    # version of the state the move made
    Column("seq", Integer),
    Column("at", Moment),
    one_of("state", "waiting", "moved", "refused", "failed", "left"),
    Index("ix_migration_move_case", "case_id", "state"),
    Index("ix_migration_move_run", "run_id", "state", "place"),
    # a case waits for one run at a time
    Index(
        "uq_migration_move_waiting",
        "case_id",
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
)
