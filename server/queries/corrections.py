"""Questions to correct the date of an event: of one case, of one head, and the files they rest on.

Those who handle the case see them all; whoever asked, and the head who is to decide, see theirs;
parties see none.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.perspectives import Sight
from server.models.document import attachment
from server.models.time import correction
from server.queries.deciding import may_be_his, questions

#: longest list on a board
MOST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Somebody asked to correct the date of an event, and what became of it."""

    id: str
    version: int
    case_id: str
    reference: str
    pack_version_id: str
    #: key of the event in the pack
    event: str
    was_on: date
    to_on: date
    reason: str
    evidence_id: str
    #: name of the file
    evidence: str
    asked_by: str
    asked_name: str
    asked_at: datetime
    #: the office whose head decides
    office_id: str
    office: str
    #: asked, approved, refused or withdrawn
    state: str
    decided_by: str | None
    decided_name: str
    decided_at: datetime | None
    answer: str

    @property
    def is_open(self) -> bool:
        """Does it wait for its answer."""
        return self.state == "asked"


def of_case(
    session: Session, sight: Sight, headed: Collection[str], case_id: str
) -> tuple[Question, ...]:
    """The questions about dates of a case that its reader may know of, the latest first.

    ``headed``: the offices he is head of today.
    """
    if sight.is_party:
        return ()
    known = _wanted().where(correction.c.case_id == case_id)
    if not sight.is_office:
        known = known.where(_is_of(sight.person_id, headed))
    return _questions(session, known.order_by(correction.c.asked_at.desc(), correction.c.id))


def waiting(session: Session, actor: Actor, office_ids: Collection[str]) -> tuple[Question, ...]:
    """The questions that heads of these offices have to decide, the oldest first.

    Not his own, none in his own matter, and none of a case he is recused from.
    """
    mine = actor.person_id
    query = _wanted().where(
        correction.c.state == "asked",
        correction.c.office_id.in_(office_ids),
        correction.c.asked_by != mine,
        may_be_his(correction.c.case_id, actor),
    )
    return _questions(session, query.order_by(correction.c.asked_at, correction.c.id).limit(MOST))


def case_of(session: Session, correction_id: str) -> str | None:
    """The case a question is about, None for no such question; says nothing of who may know."""
    return session.scalar(select(correction.c.case_id).where(correction.c.id == correction_id))


def is_evidence(
    session: Session, sight: Sight, headed: Collection[str], attachment_id: str
) -> bool:
    """Does a question rest on this file that its reader may know of."""
    if sight.is_party:
        return False
    known = and_(correction.c.evidence_id == attachment_id)
    if not sight.is_office:
        known = and_(known, _is_of(sight.person_id, headed))
    return bool(session.scalar(select(exists().where(known))))


def _is_of(person_id: str, headed: Collection[str]) -> ColumnElement[bool]:
    """He asked, or is to decide."""
    return or_(correction.c.asked_by == person_id, correction.c.office_id.in_(headed))


def _wanted() -> Select[Any]:
    wanted = questions(correction, Question.__slots__, attachment.c.name.label("evidence"))
    return wanted.join(attachment, attachment.c.id == correction.c.evidence_id)


def _questions(session: Session, query: Select[Any]) -> tuple[Question, ...]:
    return tuple(
        Question(**{**row._mapping, "decided_name": row.decided_name or ""})
        for row in session.execute(query)
    )
