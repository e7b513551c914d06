"""Closed cases played on the draft of a pack: runs, and what came of each case.

A case without a result waits; what was interrupted goes on with what waits.
"""

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from server.models.base import Base, Moment, one_of

_RUNNING = text("state = 'running'")

replay_run = Table(
    "replay_run",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    Column("pack", String(80), nullable=False),
    # the published version the draft was begun on
    Column("base", Integer, nullable=False),
    # SHA-256 over the files that are played, and the files themselves, packed
    Column("draft_hash", String(64), nullable=False),
    Column("files", LargeBinary, nullable=False),
    # cases that were closed from this day on, through this day
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    # cases of the period beyond the largest run: they are not played
    Column("left_out", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    one_of("state", "running", "done", "cancelled"),
    Index("ix_replay_run_pack", "pack", "started_at"),
    # one at a time
    Index(
        "uq_replay_run_running",
        "pack",
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    ),
)

replay_case = Table(
    "replay_case",
    Base.metadata,
    Column("run_id", String(36), ForeignKey("replay_run.id"), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), primary_key=True),
    # the cases closed last come first
    Column("place", Integer, nullable=False),
    # null: it waits
    Column("result", String(16)),
    # what differs, and what becomes of each period, in words of the pack alone
    Column("differences", JSON(none_as_null=True), nullable=False),
    Column("clocks", JSON(none_as_null=True), nullable=False),
    one_of("result", "same", "other", "untold"),
    Index("ix_replay_case_place", "run_id", "place"),
    Index("ix_replay_case_case", "case_id"),
)
