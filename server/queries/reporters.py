"""Which records of who reported somebody may open, and what stands around them; nothing sealed.

The petition office that received the report, by a post held today and never as a substitute, and
whom it named. Nobody opens what belongs to a case that is about him or that he is kept out of.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.roles import REPORT_KEEPERS
from server.models.case import case, subject
from server.models.identity import Person, Unit
from server.models.reporter import reporter, reporter_case, reporter_named, reporter_view
from server.queries import perspectives
from server.queries.visibility import recused_from

#: longest list
MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A record as its keepers find it in a list."""

    id: str
    kind: str
    office: str
    unit_id: str
    recorded_at: datetime
    recorder: str
    #: references of the cases it came to
    references: tuple[str, ...]
    views: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """Somebody who may read it as well."""

    id: str
    person_id: str
    person: str
    named_by: str
    at: datetime
    key_id: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewed:
    """Somebody opened it."""

    id: str
    person: str
    at: datetime
    key_id: str
    reason: str


def readable(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``reporter`` for those who may open it with a reason."""
    named = select(reporter_named.c.reporter_id).where(
        reporter_named.c.person_id == actor.person_id, reporter_named.c.ended_at.is_(None)
    )
    return and_(or_(kept(actor), reporter.c.id.in_(named)), ~_closed(actor))


def kept(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``reporter`` for the office that received the report."""
    return reporter.c.unit_id.in_(offices(actor))


def offices(actor: Actor) -> list[str]:
    """The offices that receive reports in which the actor holds a post himself."""
    return sorted({post.unit_id for post in actor.posts if post.kind in REPORT_KEEPERS})


def _closed(actor: Actor) -> ColumnElement[bool]:
    own = select(subject.c.case_id).where(subject.c.person_id == actor.person_id)
    out = select(reporter_case.c.reporter_id).where(
        or_(
            reporter_case.c.case_id.in_(recused_from(actor)),
            reporter_case.c.case_id.in_(perspectives.own_cases(actor)),
            reporter_case.c.case_id.in_(own),
        )
    )
    return reporter.c.id.in_(out)


def lines(session: Session, actor: Actor, ids: Collection[str] | None = None) -> tuple[Line, ...]:
    """What the actor may open, the latest first; ``ids``: of these alone."""
    views = (
        select(func.count()).where(reporter_view.c.reporter_id == reporter.c.id).scalar_subquery()
    )
    wanted = (
        select(
            reporter.c.id,
            reporter.c.kind,
            reporter.c.unit_id,
            reporter.c.recorded_at,
            Unit.name.label("office"),
            Person.name.label("recorder"),
            views.label("views"),
        )
        .join(Unit, Unit.id == reporter.c.unit_id)
        .join(Person, Person.id == reporter.c.recorded_by)
        .where(readable(actor))
        .order_by(reporter.c.recorded_at.desc(), reporter.c.id)
        .limit(MOST)
    )
    if ids is not None:
        wanted = wanted.where(reporter.c.id.in_(ids))
    rows = session.execute(wanted).all()
    found = references(session, [row.id for row in rows])
    return tuple(Line(**row._mapping, references=found.get(row.id, ())) for row in rows)


def references(session: Session, ids: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The references of the cases of each record."""
    found: dict[str, tuple[str, ...]] = {}
    rows = session.execute(
        select(reporter_case.c.reporter_id, case.c.reference)
        .join(case, case.c.id == reporter_case.c.case_id)
        .where(reporter_case.c.reporter_id.in_(ids))
        .order_by(reporter_case.c.at, case.c.reference)
    )
    for row in rows:
        found[row.reporter_id] = (*found.get(row.reporter_id, ()), row.reference)
    return found


def cases_of(session: Session, reporter_id: str) -> tuple[str, ...]:
    """Ids of the cases the report came to."""
    wanted = select(reporter_case.c.case_id).where(reporter_case.c.reporter_id == reporter_id)
    return tuple(session.scalars(wanted.order_by(reporter_case.c.at, reporter_case.c.case_id)))


def named(session: Session, reporter_id: str) -> tuple[Named, ...]:
    """Who may read it beside the office; why stands there sealed."""
    by = Person.__table__.alias()
    rows = session.execute(
        select(
            reporter_named.c.id,
            reporter_named.c.person_id,
            Person.name.label("person"),
            by.c.name.label("named_by"),
            reporter_named.c.at,
            reporter_named.c.key_id,
            reporter_named.c.reason,
        )
        .join(Person, Person.id == reporter_named.c.person_id)
        .join(by, by.c.id == reporter_named.c.named_by)
        .where(reporter_named.c.reporter_id == reporter_id, reporter_named.c.ended_at.is_(None))
        .order_by(reporter_named.c.at, reporter_named.c.id)
    )
    return tuple(Named(**row._mapping) for row in rows)


def views(session: Session, reporter_id: str) -> tuple[Viewed, ...]:
    """Who opened it, the latest first; why stands there sealed."""
    rows = session.execute(
        select(
            reporter_view.c.id,
            Person.name.label("person"),
            reporter_view.c.at,
            reporter_view.c.key_id,
            reporter_view.c.reason,
        )
        .join(Person, Person.id == reporter_view.c.person_id)
        .where(reporter_view.c.reporter_id == reporter_id)
        .order_by(reporter_view.c.at.desc(), reporter_view.c.id)
        .limit(MOST)
    )
    return tuple(Viewed(**row._mapping) for row in rows)
