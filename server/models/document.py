"""Files people add to a case; the bytes lie in the storage under their content hash."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from server.models.base import Base, Moment, one_of

attachment = Table(
    "attachment",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    # null: still a draft of the person who uploaded it
    Column("case_id", String(36), ForeignKey("case.id")),
    Column("work_item_id", String(36), ForeignKey("work_item.id")),
    # step of the case it was handed in with
    Column("step_seq", Integer),
    # field of the form that holds it
    Column("field", String(120), nullable=False, default=""),
    Column("name", String(240), nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    # SHA-256, hexadecimal
    Column("content_hash", String(64), nullable=False),
    Column("uploaded_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("uploaded_at", Moment, nullable=False),
    Column("bound_at", Moment),
    # draft, bound, removed
    Column("state", String(16), nullable=False),
    # none: no scanner is set up; waiting, clean, refused
    Column("scan", String(16), nullable=False, default="none"),
    one_of("state", "draft", "bound", "removed"),
    one_of("scan", "none", "waiting", "clean", "refused"),
    Index("ix_attachment_case", "case_id"),
    Index("ix_attachment_draft", "uploaded_by", "state"),
    Index("ix_attachment_content", "content_hash"),
)
