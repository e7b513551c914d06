"""What people keep beside the work: remarks, copies, phrases, filters, days to look again.

None of it moves a case. Remarks and copies are of the case and stay in it (an urging is an act,
``work_act``); phrases, filters and days to look again are a person's own.
"""

from sqlalchemy import (
    JSON,
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
    UniqueConstraint,
)

from server.models.base import Base, Moment

comment = Table(
    "comment",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("work_item_id", String(36), ForeignKey("work_item.id")),
    Column("author_id", String(36), ForeignKey("person.id"), nullable=False),
    # the office he wrote it in
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("text", Text, nullable=False),
    # ids of those it calls (@)
    Column("mentions", JSON(none_as_null=True), nullable=False),
    Column("at", Moment, nullable=False),
    # taken back by its author; it stays, its text is no longer shown
    Column("withdrawn_at", Moment),
    Index("ix_comment_case", "case_id", "at"),
)

#: a copy to somebody (抄送), with his receipt; the act of sending it says who, when and why
cc = Table(
    "cc",
    Base.metadata,
    Column("id", String(36), ForeignKey("work_act.id"), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    # the unit as whose head he gets it; null: he handles the case himself
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("read_at", Moment),
    # taken back by whoever sent it
    Column("ended_at", Moment),
    Index("ix_cc_case", "case_id"),
    Index("ix_cc_person", "person_id", "read_at"),
)

#: common phrases (常用语): a person's own, or an office's
phrase = Table(
    "phrase",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("person_id", String(36), ForeignKey("person.id")),
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("text", Text, nullable=False),
    Column("position", Integer, nullable=False, default=0),
    CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="whose"),
    Index("ix_phrase_person", "person_id"),
    Index("ix_phrase_unit", "unit_id"),
)

saved_filter = Table(
    "saved_filter",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    # inbox, cases, ledger …
    Column("page", String(40), nullable=False),
    Column("name", String(80), nullable=False),
    Column("query", JSON(none_as_null=True), nullable=False),
    # what the page opens with
    Column("is_default", Boolean, nullable=False, default=False),
    UniqueConstraint("person_id", "page", "name", name="uq_saved_filter_name"),
)

#: a day on which somebody wants to look at a task again
follow_up = Table(
    "follow_up",
    Base.metadata,
    Column("person_id", String(36), ForeignKey("person.id"), primary_key=True),
    Column("work_item_id", String(36), ForeignKey("work_item.id"), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    Column("on", Date, nullable=False),
    Column("note", String(200), nullable=False, default=""),
    Index("ix_follow_up_person", "person_id", "on"),
)
