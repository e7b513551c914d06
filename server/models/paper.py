"""Papers as they were issued, their files, and the proof of their service.

Triggers of the migration refuse UPDATE and DELETE on all three in both databases: what was issued
stays as it was, and a correction is a new paper that names the one it replaces.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from server.models.base import Base, Moment, one_of

issued_paper = Table(
    "issued_paper",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("case.id"), nullable=False),
    # key of the paper in the pack, and the step of the case it was written for
    Column("key", String(80), nullable=False),
    Column("step_seq", Integer, nullable=False),
    Column("title", String(200), nullable=False),
    # null: a paper that bears no number
    Column("number", String(120)),
    # organ whose number it is; null: none, or issued while all organs counted together
    Column("issuer_id", String(36), ForeignKey("unit.id")),
    # what kind of paper it is (``domain/perspectives``), and the roles it goes to, as the pack had
    # it when it was issued
    Column("matter", String(16), nullable=False),
    Column("to_roles", JSON(none_as_null=True), nullable=False),
    Column("needs_service", Boolean, nullable=False),
    # role, office and person of the step
    Column("role", String(80), nullable=False, default=""),
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("written_by", String(36), ForeignKey("person.id")),
    # SHA-256 of the letter it was written with and of what it was filled with
    Column("template_hash", String(64), nullable=False),
    Column("data_hash", String(64), nullable=False),
    Column("replaces_id", String(36), ForeignKey("issued_paper.id"), unique=True),
    Column("reason", Text, nullable=False, default=""),
    Column("issued_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("on_behalf_of", String(36), ForeignKey("person.id")),
    Column("issued_at", Moment, nullable=False),
    Index("ix_issued_paper_case", "case_id", "issued_at"),
    Index("uq_issued_paper_number", "issuer_id", "number", unique=True),
    Index(
        "uq_issued_paper_number_alone",
        "number",
        unique=True,
        sqlite_where=text("issuer_id IS NULL"),
        postgresql_where=text("issuer_id IS NULL"),
    ),
)

#: last number given to papers of an organ, per pattern and year; updated under its row lock
paper_counter = Table(
    "paper_counter",
    Base.metadata,
    # the organ's id; empty: papers no organ issues; ``*``: all together, as they were counted once
    Column("issuer", String(36), primary_key=True),
    Column("pattern", String(120), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

#: its files: the letter as it was issued, and its print
paper_file = Table(
    "paper_file",
    Base.metadata,
    Column("paper_id", String(36), ForeignKey("issued_paper.id"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    # SHA-256, hexadecimal
    Column("content_hash", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    one_of("kind", "docx", "pdf"),
    Index("ix_paper_file_content", "content_hash"),
)

#: to whom it was handed over, how and when, with the receipt (送达回证)
paper_service = Table(
    "paper_service",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("paper_id", String(36), ForeignKey("issued_paper.id"), nullable=False),
    # role it was handed to; empty: a copy to somebody the pack names in words
    Column("role", String(80), nullable=False, default=""),
    Column("person_id", String(36), ForeignKey("person.id")),
    Column("unit_id", String(36), ForeignKey("unit.id")),
    Column("addressee", String(200), nullable=False),
    Column("is_copy", Boolean, nullable=False),
    # code of the list service_ways of the pack, and its words then
    Column("way", String(40), nullable=False),
    Column("way_text", String(200), nullable=False),
    Column("served_on", Date, nullable=False),
    # who signed for it, where it was not the addressee himself
    Column("received_by", String(120), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("receipt_id", String(36), ForeignKey("attachment.id")),
    # a record that was wrong is named by the one that takes its place
    Column("replaces_id", String(36), ForeignKey("paper_service.id"), unique=True),
    Column("recorded_by", String(36), ForeignKey("person.id"), nullable=False),
    Column("on_behalf_of", String(36), ForeignKey("person.id")),
    Column("recorded_at", Moment, nullable=False),
    Index("ix_paper_service_paper", "paper_id"),
    Index("ix_paper_service_receipt", "receipt_id"),
)
