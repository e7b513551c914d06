"""Who is signed in, what failed before, what two persons decide together, what was answered once.

Nothing secret is stored in the clear: tokens as SHA-256, passwords as Argon2id (``person``).
"""

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.domain.expressions import Json
from server.models.base import Base, Id, Moment, Versioned, one_of

#: a browser's session or a program's token; revoked at once when a right or a secret changes
session = Table(
    "session",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    # browser or token
    Column("kind", String(16), nullable=False),
    # SHA-256 of the token, hexadecimal
    Column("token_hash", String(64), nullable=False),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    # when the password was entered last: what asks for a fresh sign-in looks here
    Column("fresh_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("address", String(64), nullable=False, default=""),
    # what the person is told of it: when he signed in before, and what failed in between
    Column("previous_at", Moment),
    Column("failures", Integer, nullable=False, default=0),
    one_of("kind", "browser", "token"),
    UniqueConstraint("token_hash", name="uq_session_token_hash"),
    Index("ix_session_person", "person_id", "revoked_at"),
)

#: one failed sign-in. Of an account that exists they stay until somebody signs in to it, so that he
#: can be told; what is counted per address or under unknown names falls away with its window
sign_in_failure = Table(
    "sign_in_failure",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    # login:<login>, locked:<login>, unknown:<hash of what was typed>, address:<address>
    Column("subject", String(240), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_sign_in_failure_subject", "subject", "at"),
)

#: something somebody did that is limited for a while; falls away with its window (BU-6)
usage = Table(
    "usage",
    Base.metadata,
    Column("id", String(36), primary_key=True),
    Column("person_id", String(36), ForeignKey("person.id"), nullable=False),
    # search, export, print, publish
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_usage_person", "person_id", "kind", "at"),
)

#: a POST that was answered: the same key and body is answered the same, and done once
idempotency = Table(
    "idempotency",
    Base.metadata,
    Column("person_id", String(36), ForeignKey("person.id"), primary_key=True),
    Column("route", String(200), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", JSON(none_as_null=True), nullable=False),
    # headers of the answer that belong to it (ETag, Location)
    Column("headers", JSON(none_as_null=True), nullable=False),
    Column("case_id", String(36), ForeignKey("case.id")),
    Column("at", Moment, nullable=False),
    Index("ix_idempotency_at", "at"),
)


class Proposal(Versioned, Base):
    """A change of accounts and posts that one person proposes and another one decides (SY-2)."""

    __tablename__ = "proposal"

    id: Mapped[Id]
    #: post, end_post, disable, enable, reset_secret, new_person …; kinship, end_kinship
    kind: Mapped[str]
    #: whom it is about; None for somebody who has no account yet
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    payload: Mapped[dict[str, Json]]
    reason: Mapped[str]
    #: None: the person himself asked, before he could sign in
    proposed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="proposed")
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text(), default="")

    __table_args__ = (
        one_of("state", "proposed", "approved", "refused", "withdrawn"),
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> COALESCE(proposed_by, '')", name="two_persons"
        ),
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> COALESCE(person_id, '')", name="not_himself"
        ),
        Index(None, "state", "proposed_at"),
        Index(None, "person_id"),
    )
