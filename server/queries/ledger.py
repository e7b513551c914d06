"""Rows of the ledger: the cases that the offices of a head or official handle, a block at a time.

Only cases in which the actor knows the names and is no party himself; the number of statements of
a block does not depend on its length.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.expressions import Json
from server.models.case import case, case_step, subject
from server.models.identity import Unit
from server.models.time import deadline
from server.models.work import work_item
from server.queries import perspectives, totals
from server.queries.steps import stands
from server.queries.visibility import visible


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the ledger is narrowed to; what is empty narrows nothing."""

    #: first and last day of filing
    from_on: date | None = None
    to_on: date | None = None
    procedure: str = ""
    unit_id: str = ""
    status: str = ""
    outcome: str = ""
    #: ``taken_over``: only those taken over at a later step; ``here``: only those begun here
    origin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entered:
    """One case of the ledger."""

    id: str
    reference: str
    procedure: str
    pack_version_id: str
    status: str
    outcome: str | None
    level: str
    unit: str
    opened_on: date
    closed_at: datetime | None
    opened_at: datetime
    taken_over_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody the case is about."""

    kind: str
    name: str
    managed_by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """One period set by law."""

    rule_key: str
    state: str
    due_on: date | None
    met_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """One act of a person that is told in the ledger."""

    seq: int
    command: str
    node_key: str
    form_key: str
    role: str
    unit_id: str | None
    unit: str
    actor_id: str | None
    at: datetime
    answers: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Everything the rows of some cases are made from, by case."""

    people: Mapping[str, list[Person]]
    periods: Mapping[str, list[Period]]
    done: Mapping[str, list[Done]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A unit that a filter offers."""

    id: str
    name: str


def entered(
    session: Session, actor: Actor, asked: Asked, *, offset: int, limit: int
) -> tuple[Entered, ...]:
    """The cases of the ledger in the order in which they were filed."""
    rows = session.execute(
        select(
            case.c.id,
            case.c.reference,
            case.c.procedure,
            case.c.pack_version_id,
            case.c.status,
            case.c.outcome,
            case.c.level,
            case.c.opened_on,
            case.c.opened_at,
            case.c.closed_at,
            case.c.taken_over_on,
            Unit.name.label("unit"),
        )
        .outerjoin(Unit, Unit.id == case.c.unit_id)
        .where(_condition(session, actor, asked))
        .order_by(case.c.opened_at, case.c.id)
        .offset(offset)
        .limit(limit)
    )
    return tuple(Entered(**{**row._mapping, "unit": row.unit or ""}) for row in rows)


def total(session: Session, actor: Actor, asked: Asked) -> int | None:
    """How many cases that are: exact up to 10 000, None beyond."""
    return totals.total(session, select(case.c.id).where(_condition(session, actor, asked)))


def units(session: Session, actor: Actor, *, most: int = 500) -> tuple[Named, ...]:
    """The units the cases of the ledger concern, by name."""
    rows = session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.id.in_(select(case.c.unit_id).where(_condition(session, actor, Asked()))))
        .order_by(Unit.path)
        .limit(most)
    )
    return tuple(Named(id=row.id, name=row.name) for row in rows)


def block(session: Session, case_ids: Collection[str]) -> Block:
    """People, periods and acts of these cases, one statement each."""
    people: dict[str, list[Person]] = defaultdict(list)
    for row in session.execute(
        select(subject.c.case_id, subject.c.kind, subject.c.name, subject.c.managed_by)
        .where(subject.c.case_id.in_(case_ids))
        .order_by(subject.c.name, subject.c.id)
    ):
        entry = Person(kind=row.kind, name=row.name, managed_by=row.managed_by)
        people[row.case_id].append(entry)
    periods: dict[str, list[Period]] = defaultdict(list)
    for row in session.execute(
        select(
            deadline.c.case_id,
            deadline.c.rule_key,
            deadline.c.state,
            deadline.c.due_on,
            deadline.c.met_on,
        )
        .where(deadline.c.case_id.in_(case_ids), deadline.c.force == "statutory")
        .order_by(deadline.c.started_at, deadline.c.rule_key, deadline.c.occurrence)
    ):
        values = row._asdict()
        periods[values.pop("case_id")].append(Period(**values))
    done: dict[str, list[Done]] = defaultdict(list)
    for case_id, act in _done(session, case_ids):
        done[case_id].append(act)
    return Block(people=people, periods=periods, done=done)


def _done(session: Session, case_ids: Collection[str]) -> Iterator[tuple[str, Done]]:
    rows = session.execute(
        select(
            case_step.c.case_id,
            case_step.c.seq,
            case_step.c.command,
            case_step.c.node_key,
            case_step.c.actor_id,
            case_step.c.at,
            case_step.c.answers,
            work_item.c.form_key,
            work_item.c.candidate_role,
            work_item.c.candidate_unit,
            Unit.name.label("unit"),
        )
        .outerjoin(work_item, work_item.c.id == case_step.c.work_item_id)
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .where(case_step.c.case_id.in_(case_ids), case_step.c.actor_id.is_not(None), stands())
        .order_by(case_step.c.case_id, case_step.c.seq)
    )
    for row in rows:
        yield (
            row.case_id,
            Done(
                seq=row.seq,
                command=row.command,
                node_key=row.node_key,
                form_key=row.form_key or "",
                role=row.candidate_role or "",
                unit_id=row.candidate_unit,
                unit=row.unit or "",
                actor_id=row.actor_id,
                at=row.at,
                answers=row.answers or {},
            ),
        )


def _condition(session: Session, actor: Actor, asked: Asked) -> ColumnElement[bool]:
    texts = (asked.procedure, asked.unit_id, asked.status, asked.outcome)
    if any("\x00" in text for text in texts):
        return false()
    found = [
        visible(actor),
        case.c.id.in_(perspectives.named_cases(session, actor)),
        case.c.id.not_in(perspectives.own_cases(actor)),
    ]
    if asked.from_on:
        found.append(case.c.opened_on >= asked.from_on)
    if asked.to_on:
        found.append(case.c.opened_on <= asked.to_on)
    if asked.origin:
        is_taken = case.c.taken_over_on.is_not(None)
        found.append(is_taken if asked.origin == "taken_over" else ~is_taken)
    for column, value in (
        (case.c.procedure, asked.procedure),
        (case.c.unit_id, asked.unit_id),
        (case.c.status, asked.status),
        (case.c.outcome, asked.outcome),
    ):
        if value:
            found.append(column == value)
    return and_(*found)
