"""Published law: the files cases run on, by content hash, and the pack versions made of them;
beside it the drafts of the next version, and what of it is offered here."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from server.domain.expressions import Json
from server.models.base import Base, Id, Versioned, one_of


class ProcessDefinition(Base):
    """One file as it was published; never changed, its hash is checked when it is read."""

    __tablename__ = "process_definition"

    #: SHA-256 of ``content``, hexadecimal
    hash: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    #: file name inside the pack at its first publication
    key: Mapped[str]
    #: counts the different contents a file of this name has had
    version: Mapped[int]
    content: Mapped[bytes]
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("kind", "bpmn", "dmn", "form", "letter", "pack", "scenario", "text"),
        UniqueConstraint("kind", "key", "version"),
    )


class PackVersion(Base):
    """A released policy pack; once published it never changes."""

    __tablename__ = "pack_version"

    id: Mapped[Id]
    key: Mapped[str]
    #: number of the release of this key, from 1; 0 while it waits for a second person, one at most
    version: Mapped[int]
    #: what the pack calls itself, e.g. ``1.0``
    label: Mapped[str]
    title: Mapped[str]
    #: hash over paths and content hashes of all files
    content_hash: Mapped[str]
    #: path inside the pack -> hash in process_definition
    files: Mapped[dict[str, str]]
    #: keys of the procedures it brings
    procedures: Mapped[list[str]]
    #: documents it rests on
    legal_basis: Mapped[list[Json]]
    valid_from: Mapped[date]
    state: Mapped[str] = mapped_column(default="published")
    #: why the warnings were accepted, None when there were none
    accepted: Mapped[str | None]
    #: who proposed it and when, where another one published it or is asked to
    proposed_by: Mapped[str | None]
    proposed_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    #: why this version is there, and the document and article that asks for it
    reason: Mapped[str] = mapped_column(default="", server_default="")
    basis: Mapped[str] = mapped_column(default="", server_default="")
    #: from this day on no case may be opened under it; None: nobody ended it
    retired_on: Mapped[date | None]
    retired_by: Mapped[str | None]
    retired_at: Mapped[datetime | None]
    retired_reason: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        one_of("state", "proposed", "published", "retired"),
        UniqueConstraint("key", "version"),
        Index(None, "key", "valid_from"),
    )


class VersionAnswer(Base):
    """What another person answered to a proposed version, and whether its proposer has read it."""

    __tablename__ = "version_answer"

    id: Mapped[Id]
    #: key of the pack, what it called itself and the version, and the day that was proposed
    pack: Mapped[str]
    title: Mapped[str]
    label: Mapped[str]
    valid_from: Mapped[date]
    #: number it was published under, 0: it was refused
    version: Mapped[int]
    #: why it was refused
    reason: Mapped[str]
    proposed_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    answered_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_version_answer_pack", "pack", "answered_at"),
        Index(
            "ix_version_answer_unread",
            "proposed_by",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )


class PackDraft(Versioned, Base):
    """A file that is to replace, join or leave a pack at its next publication."""

    __tablename__ = "pack_draft"

    pack: Mapped[str] = mapped_column(primary_key=True)
    #: path inside the pack
    path: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    #: the file is to leave the pack; its content is empty then
    removed: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: version of the pack it was begun on, 0 where there was none
    base: Mapped[int] = mapped_column(default=0, server_default="0")
    stored_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    stored_at: Mapped[datetime]


class Offer(Versioned, Base):
    """Whether people of this installation may start a procedure; without a row they may."""

    __tablename__ = "offer"

    #: key of the procedure; it outlives the pack version that brings it
    procedure: Mapped[str] = mapped_column(primary_key=True)
    offered: Mapped[bool]
    #: why it was changed last
    reason: Mapped[str]
    #: id of the person, or ``system`` for the console
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
