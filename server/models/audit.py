"""The tamper-evident record: chained events and the head of each chain.

Triggers of the migration refuse UPDATE and DELETE on ``audit_event`` in both databases.
"""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class AuditEvent(Base):
    """One act: who did what to what, when, and the hash that ties it to the one before."""

    __tablename__ = "audit_event"

    chain: Mapped[str] = mapped_column(primary_key=True)
    #: from 1 without gaps, taken from the head
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[str]
    verb: Mapped[str]
    target: Mapped[str]
    case_id: Mapped[str | None]
    #: the details as JSON text, hashed exactly as stored; ids and hashes only, no content
    text: Mapped[str]
    algorithm: Mapped[str]
    #: key the head is sealed with, empty when there is none
    key_id: Mapped[str]
    prev_hash: Mapped[str]
    hash: Mapped[str]

    __table_args__ = (
        UniqueConstraint("chain", "prev_hash"),
        Index(None, "case_id", "seq"),
    )


class AuditHead(Base):
    """End of a chain; its row lock orders all appends."""

    __tablename__ = "audit_head"

    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]
    algorithm: Mapped[str]
    key_id: Mapped[str]
