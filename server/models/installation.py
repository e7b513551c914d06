"""What this installation is, when its background work was last done, and what went wrong with it.

At most one ``drill`` row; an ordinary installation has none and can never get one.
"""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)

from server.models.base import Base, Moment, one_of

_OPEN = text("state = 'open'")

drill = Table(
    "drill",
    Base.metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False, default=1),
    # real moment of the marking
    Column("marked_at", Moment, nullable=False),
    # what the drill's clock showed at that moment
    Column("clock_at", Moment, nullable=False),
    # seconds the drill's clock is ahead of the real one; may be negative; only grows
    Column("ahead", Float, nullable=False),
    # none: there are no demo accounts; known: theirs is the one everybody knows; own: another
    Column("demo_password", String(16), nullable=False, default="none"),
    CheckConstraint("id = 1", name="single"),
    one_of("demo_password", "none", "known", "own"),
)

#: when each kind of background work was last done; the moment is the real one, also in a drill
heartbeat = Table(
    "heartbeat",
    Base.metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    # what came of it: figures, hashes and words of closed lists, never content
    Column("detail", JSON(none_as_null=True)),
)

#: trouble of the installation itself (a full disk, a mail server that is gone, a clock that
#: jumped), open until it is over or somebody has mended it; trouble of one case stands at the
#: case. Moments are real ones, also in a drill
incident = Table(
    "incident",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    # word of a closed list: database_gone, disk_full, clock_jumped, outage …
    Column("kind", String(40), nullable=False),
    # what it is about, where there are several: a channel, a job; never a person, never content
    Column("subject", String(120), nullable=False, default=""),
    Column("state", String(16), nullable=False),
    Column("opened_at", Moment, nullable=False),
    # when it was met last, and how often
    Column("last_at", Moment, nullable=False),
    Column("count", Integer, nullable=False, default=1),
    Column("detail", JSON(none_as_null=True), nullable=False),
    Column("closed_at", Moment),
    # null: it passed by itself
    Column("closed_by", String(36), ForeignKey("person.id")),
    one_of("state", "open", "closed"),
    Index(
        "uq_incident_open",
        "kind",
        "subject",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_incident_opened_at", "opened_at"),
)
