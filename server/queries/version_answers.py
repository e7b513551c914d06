"""What was answered to proposed versions: to whoever proposed them, and on the page of a pack."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from server.models.definition import VersionAnswer
from server.models.identity import Person

#: refusals shown of one pack
_MOST: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was answered to one proposed version."""

    id: str
    pack: str
    #: what the pack called itself and this version
    title: str
    label: str
    valid_from: date
    #: its number as law, 0: it was refused
    version: int
    #: why it was refused, empty where it was approved
    reason: str
    proposed_by: str
    answered_by: str
    answered_at: datetime


def unread(session: Session, person_id: str) -> Sequence[Answer]:
    """What was answered to this person and he has not read, the newest first."""
    return tuple(_answers(session, *_unread(person_id)))


def unread_count(session: Session, person_id: str) -> int:
    """How many those are."""
    return session.scalar(select(func.count(VersionAnswer.id)).where(*_unread(person_id))) or 0


def refused(session: Session, pack: str) -> Sequence[Answer]:
    """The last refusals of versions of this pack, the newest first."""
    return tuple(
        _answers(session, VersionAnswer.pack == pack, VersionAnswer.version == 0, most=_MOST)
    )


def _unread(person_id: str) -> tuple[ColumnElement[bool], ...]:
    return (VersionAnswer.proposed_by == person_id, VersionAnswer.read_at.is_(None))


def _answers(
    session: Session, *wanted: ColumnElement[bool], most: int | None = None
) -> Iterator[Answer]:
    for row, proposed_by, answered_by in session.execute(_rows().where(*wanted).limit(most)):
        yield Answer(
            id=row.id,
            pack=row.pack,
            title=row.title,
            label=row.label,
            valid_from=row.valid_from,
            version=row.version,
            reason=row.reason,
            proposed_by=proposed_by,
            answered_by=answered_by,
            answered_at=row.answered_at,
        )


def _rows() -> Select[Any]:
    proposer, answerer = aliased(Person), aliased(Person)
    return (
        select(VersionAnswer, proposer.name, answerer.name)
        .join(proposer, proposer.id == VersionAnswer.proposed_by)
        .join(answerer, answerer.id == VersionAnswer.answered_by)
        .order_by(VersionAnswer.answered_at.desc(), VersionAnswer.id)
    )
