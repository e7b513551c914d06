"""Who reported: a secret of its own, sealed column by column with keys that no database holds.

Only ``services/verbs/reporters`` reads and writes these tables, and ``queries/bars`` the marks.
Sealed columns are text that ``adapters/ring`` opens in their own row alone; ``key_id`` names the
key. A mark is a keyed hash. Nothing here is ever copied into a case, its state, its search index,
a record, a letter or an export.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from server.models.base import Base, Moment, one_of

reporter = Table(
    "reporter",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    # the petition office that received the report
    Column("unit_id", String(36), ForeignKey("unit.id"), nullable=False),
    # real_name or anonymous
    Column("kind", String(16), nullable=False),
    Column("key_id", String(40), nullable=False),
    # sealed: name, how to reach him, remarks, and his id where he is an official
    Column("name", Text),
    Column("contact", Text),
    Column("note", Text),
    Column("person", Text),
    # mark of the name, to find what the same person reported before; none for the anonymous
    Column("lookup", String(64)),
    Column("recorded_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    one_of("kind", "real_name", "anonymous"),
    CheckConstraint(
        "kind <> 'anonymous' OR (name IS NULL AND contact IS NULL AND person IS NULL"
        " AND lookup IS NULL)",
        name="anonymous_names_nobody",
    ),
    Index("ix_reporter_unit", "unit_id", "recorded_at"),
    Index("ix_reporter_lookup", "lookup"),
)

#: the cases a report came to: the one it began, and those that one began
reporter_case = Table(
    "reporter_case",
    Base.metadata,
    Column("reporter_id", String(36), ForeignKey("reporter.id"), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), primary_key=True),
    Column("at", Moment, nullable=False),
    Index("ix_reporter_case_case", "case_id"),
)

#: who keeps away from a case because of who reported: an official who did, and his near relatives
reporter_bar = Table(
    "reporter_bar",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("reporter_id", String(36), ForeignKey("reporter.id"), nullable=False),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("mark", String(64), nullable=False),
    Column("key_id", String(40), nullable=False),
    # sealed: the person
    Column("person", Text, nullable=False),
    # when the program took from him what he had in the case
    Column("settled_at", Moment),
    Index("ix_reporter_bar_mark", "mark", "case_id"),
    Index("ix_reporter_bar_case", "case_id"),
)

#: whom the petition office lets read it as well
reporter_named = Table(
    "reporter_named",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("reporter_id", String(36), ForeignKey("reporter.id"), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("named_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("key_id", String(40), nullable=False),
    # sealed
    Column("reason", Text, nullable=False),
    Column("ended_at", Moment),
    Index("ix_reporter_named_person", "person_id", "ended_at"),
    Index("ix_reporter_named_reporter", "reporter_id"),
)

#: every time somebody opened it, and why
reporter_view = Table(
    "reporter_view",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("reporter_id", String(36), ForeignKey("reporter.id"), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("key_id", String(40), nullable=False),
    # sealed
    Column("reason", Text, nullable=False),
    Index("ix_reporter_view_reporter", "reporter_id", "at"),
)

#: what a real-name reporter was told of the result, and whether he acknowledged it
reporter_feedback = Table(
    "reporter_feedback",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("reporter_id", String(36), ForeignKey("reporter.id"), nullable=False),
    Column("by_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("given_on", Date, nullable=False),
    # face_to_face or written
    Column("form", String(16), nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("key_id", String(40), nullable=False),
    # sealed: what he was told, and what he said to it
    Column("content", Text, nullable=False),
    Column("answer", Text),
    one_of("form", "face_to_face", "written"),
    Index("ix_reporter_feedback_reporter", "reporter_id", "at"),
)
