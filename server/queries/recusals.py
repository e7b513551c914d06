"""Who keeps away from a case, what was asked about whom, and what people said when they were asked.

Those who handle the case read who keeps away and on which ground; the words that were given are for
whoever asked and the heads who decide alone. A party reads its own questions. Nobody reads what
others ask about himself as long as it is not decided.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.domain.access import Actor
from server.domain.perspectives import Sight
from server.models.case import case
from server.models.identity import Person, Unit
from server.models.recusal import HOLDS, declaration, recusal
from server.queries.deciding import may_be_his

#: longest list on a board
MOST = 100
#: states that a head has to decide about
_WAITING = ("asked", "declared")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recusal:
    """Somebody keeps away, or was asked to."""

    id: str
    version: int
    case_id: str
    reference: str
    pack_version_id: str
    #: None as long as nobody settled whom a party means
    person_id: str | None
    person: str
    #: what a party called him
    named: str
    #: role in which he would act
    capacity: str
    ground: str
    note: str
    by_id: str
    by_name: str
    #: the office whose head decides, None: nobody can
    office_id: str | None
    office: str
    #: asked, declared, granted, refused or withdrawn
    state: str
    decided_by: str | None
    decided_name: str
    decided_at: datetime | None
    answer: str
    at: datetime

    @property
    def is_open(self) -> bool:
        """Does it wait for its decision."""
        return self.state in _WAITING and self.decided_by is None

    @property
    def holds(self) -> bool:
        """Is the person kept out."""
        return self.state in HOLDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What somebody last said when he was asked whether he has to keep away."""

    person_id: str
    person: str
    capacity: str
    occasion: str
    answer: str
    at: datetime


def of_case(
    session: Session, sight: Sight, headed: Collection[str], case_id: str
) -> tuple[Recusal, ...]:
    """The recusals of a case that its reader may know of, the latest first."""
    mine = _is_of(sight.person_id, headed)
    known = mine
    if sight.is_office:
        known = or_(mine, recusal.c.state.in_(HOLDS))
    elif sight.is_party:
        known = recusal.c.by_id == sight.person_id
    query = _wanted().where(recusal.c.case_id == case_id, known)
    rows = _recusals(session, query.order_by(recusal.c.at.desc(), recusal.c.id))
    return tuple(_veiled(row, sight, headed) for row in rows)


def waiting(session: Session, actor: Actor, office_ids: Collection[str]) -> tuple[Recusal, ...]:
    """What heads of these offices have to decide, the oldest first; nothing about himself."""
    mine = actor.person_id
    query = _wanted().where(
        recusal.c.state.in_(_WAITING),
        recusal.c.decided_by.is_(None),
        recusal.c.office_id.in_(office_ids),
        recusal.c.by_id != mine,
        or_(recusal.c.person_id.is_(None), recusal.c.person_id != mine),
        may_be_his(recusal.c.case_id, actor),
    )
    return _recusals(session, query.order_by(recusal.c.at, recusal.c.id).limit(MOST))


def case_of(session: Session, recusal_id: str) -> str | None:
    """The case it is about, None for no such recusal; says nothing of who may know."""
    return session.scalar(select(recusal.c.case_id).where(recusal.c.id == recusal_id))


def said(session: Session, case_id: str) -> tuple[Said, ...]:
    """What each who was asked said last in each role, in the order they were asked."""
    newest = (
        select(
            declaration.c.person_id, declaration.c.capacity, func.max(declaration.c.at).label("at")
        )
        .where(declaration.c.case_id == case_id)
        .group_by(declaration.c.person_id, declaration.c.capacity)
        .subquery()
    )
    rows = session.execute(
        select(
            declaration.c.person_id,
            Person.name.label("person"),
            declaration.c.capacity,
            declaration.c.occasion,
            declaration.c.answer,
            declaration.c.at,
        )
        .join(Person, Person.id == declaration.c.person_id)
        .join(
            newest,
            (newest.c.person_id == declaration.c.person_id)
            & (newest.c.capacity == declaration.c.capacity)
            & (newest.c.at == declaration.c.at),
        )
        .where(declaration.c.case_id == case_id)
        .order_by(declaration.c.at, Person.login, declaration.c.id)
    )
    found = {(row.person_id, row.capacity): Said(**row._mapping) for row in rows}
    return tuple(found.values())


def _is_of(person_id: str, headed: Collection[str]) -> ColumnElement[bool]:
    """He asked, or is to decide about somebody else."""
    decides = recusal.c.office_id.in_(headed) & or_(
        recusal.c.person_id.is_(None), recusal.c.person_id != person_id
    )
    return or_(recusal.c.by_id == person_id, decides)


def _veiled(row: Recusal, sight: Sight, headed: Collection[str]) -> Recusal:
    if row.by_id == sight.person_id and sight.is_party:
        # whom its words were found to mean, who decides and who decided: none of its business
        return replace(row, person_id=None, person="", capacity="", office="", decided_name="")
    if row.by_id == sight.person_id or row.office_id in headed:
        return row
    return replace(row, note="", named="", answer="", by_id="", by_name="")


def _wanted() -> Select[Any]:
    about, asked, decided = aliased(Person), aliased(Person), aliased(Person)
    plain = [recusal.c[name] for name in Recusal.__slots__ if name in recusal.c]
    return (
        select(
            *plain,
            case.c.reference,
            case.c.pack_version_id,
            about.name.label("person"),
            asked.name.label("by_name"),
            decided.name.label("decided_name"),
            Unit.name.label("office"),
        )
        .join(case, case.c.id == recusal.c.case_id)
        .join(asked, asked.id == recusal.c.by_id)
        .outerjoin(about, about.id == recusal.c.person_id)
        .outerjoin(Unit, Unit.id == recusal.c.office_id)
        .outerjoin(decided, decided.id == recusal.c.decided_by)
    )


def _recusals(session: Session, query: Select[Any]) -> tuple[Recusal, ...]:
    words = ("person", "decided_name", "office")
    return tuple(
        Recusal(**{**row._mapping, **{name: row._mapping[name] or "" for name in words}})
        for row in session.execute(query)
    )
