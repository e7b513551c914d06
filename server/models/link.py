"""Which case began, answered or named which. The only place that says so.

``parent_case_id`` of a case was never written and says nothing: SQLite cannot drop it.
"""

from sqlalchemy import Column, ForeignKey, Index, String, Table, text

from server.models.base import Base, Moment, one_of

_OPENED = text("kind = 'opened'")
#: which links a case has to another at most once
NAMED = text("kind = 'named'")

case_link = Table(
    "case_link",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    # the one that began, answered or named
    Column("from_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("to_id", String(36), ForeignKey("case.id"), nullable=False),
    # word of domain/links.LinkKind
    Column("kind", String(16), nullable=False),
    # the message that began or answered, and its key in the pack; null where a form named the other
    Column("outbox_id", String(36), ForeignKey("outbox.id")),
    Column("message", String(120), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    # who named it; null: the program
    Column("by_id", String(36), ForeignKey("person.id")),
    one_of("kind", "opened", "answered", "named"),
    # a message begins one case, whoever hands it over and however often; a case is begun once
    Index(
        "uq_case_link_message",
        "outbox_id",
        unique=True,
        sqlite_where=_OPENED,
        postgresql_where=_OPENED,
    ),
    Index(
        "uq_case_link_opened",
        "to_id",
        unique=True,
        sqlite_where=_OPENED,
        postgresql_where=_OPENED,
    ),
    Index(
        "uq_case_link_named",
        "from_id",
        "to_id",
        unique=True,
        sqlite_where=NAMED,
        postgresql_where=NAMED,
    ),
    Index("ix_case_link_from", "from_id"),
    Index("ix_case_link_to", "to_id"),
)
