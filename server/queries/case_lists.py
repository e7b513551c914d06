"""The list of the cases somebody may know of, page by page, with what he may know of each.

The number of statements of a page is constant: the page, the total, how the actor stands to the
cases of the page, and one each for their subjects, open work and clocks.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.lifecycle import OPEN_DEADLINES
from server.domain.perspectives import Matter, Sight
from server.domain.roles import PARTIES
from server.models.case import case, subject
from server.models.identity import Person, Unit
from server.models.time import deadline
from server.models.work import OPEN_STATES, work_item
from server.queries import case_filters, perspectives, totals
from server.queries.case_filters import Wanted

#: longest page
MAX_PAGE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Concerned:
    """Somebody the case is about."""

    #: applicant or subject
    kind: str
    name: str
    outcome: str | None
    #: what its pack calls it, once somebody looked
    outcome_title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Where the case waits."""

    title: str
    unit: str
    assignee: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NextDue:
    """The clock that ends first."""

    rule_key: str
    state: str
    due_on: date | None
    provisional_on: date | None
    force: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One case of the list; what the actor may not know of it is empty."""

    id: str
    reference: str
    #: what the matter is
    title: str
    procedure: str
    pack_version_id: str
    status: str
    outcome: str | None
    level: str
    unit: str
    opened_on: date
    closed_at: datetime | None
    #: taken over at a later step on this day, None: begun here
    taken_over_on: date | None
    subjects: tuple[Concerned, ...]
    steps: tuple[Step, ...]
    next_due: NextDue | None
    sight: Sight
    #: what its pack calls the result, once somebody looked
    outcome_title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of the list."""

    items: tuple[Line, ...]
    #: exact up to 10 000, None beyond
    total: int | None
    page: int
    page_size: int

    @property
    def has_more(self) -> bool:
        """Is there a page after this one."""
        return self.total is None or self.page * self.page_size < self.total


def page(
    session: Session, actor: Actor, wanted: Wanted, *, page: int = 1, page_size: int = 50
) -> Page:
    """One page of the cases the actor may know of, the newest first.

    ``actor`` brings today's posts; a page is at most 200 long and never before the first.
    """
    size, number = max(1, min(page_size, MAX_PAGE)), min(max(page, 1), totals.MAX_TOTAL)
    found = case_filters.condition(session, actor, wanted)
    rows = session.execute(_heads(found).limit(size).offset((number - 1) * size)).all()
    ids = [row.id for row in rows]
    sights = perspectives.of_each(session, actor, ids)
    named = {case_id for case_id, sight in sights.items() if _may_name(sight)}
    subjects, steps, clocks = _subjects(session, named), _steps(session, ids), _due(session, ids)
    return Page(
        items=tuple(
            Line(
                **_head(row, sights[row.id]),
                subjects=tuple(_told(sights[row.id], subjects[row.id])),
                steps=tuple(wait.step for wait in _shown(sights[row.id], steps[row.id])),
                next_due=_first(sights[row.id], clocks[row.id], steps[row.id]),
                sight=sights[row.id],
            )
            for row in rows
        ),
        total=totals.total(session, select(case.c.id).where(found)),
        page=number,
        page_size=size,
    )


def _heads(found: ColumnElement[bool]) -> Select[Any]:
    """What a line says of the case itself, the newest case first."""
    return (
        select(
            case.c.id,
            case.c.reference,
            case.c.title,
            case.c.procedure,
            case.c.pack_version_id,
            case.c.status,
            case.c.outcome,
            case.c.level,
            case.c.opened_on,
            case.c.closed_at,
            case.c.taken_over_on,
            Unit.name.label("unit"),
        )
        .outerjoin(Unit, Unit.id == case.c.unit_id)
        .where(found)
        .order_by(case.c.opened_at.desc(), case.c.id)
    )


def _may_name(sight: Sight) -> bool:
    return sight.is_office or sight.is_party


def _head(row: Row[Any], sight: Sight) -> dict[str, Any]:
    """The same without what the reader may not know."""
    named = _may_name(sight)
    return {
        **row._mapping,
        "unit": (row.unit or "") if named else "",
        "title": row.title if named else "",
        "outcome": row.outcome if _knows_result(sight) else None,
    }


def _told(sight: Sight, concerned: Iterable[tuple[str | None, Concerned]]) -> Iterator[Concerned]:
    """A party learns of no other party, and what was decided about it once the case is over."""
    for person_id, one in concerned:
        if sight.is_office:
            yield one
        elif person_id in (sight.person_id, None) or one.kind in sight.speaks_for:
            yield one if sight.is_over else replace(one, outcome=None)


def _subjects(
    session: Session, ids: Collection[str]
) -> Mapping[str, list[tuple[str | None, Concerned]]]:
    """(id of the person, None for a unit; what is known of him) for each case."""
    found: dict[str, list[tuple[str | None, Concerned]]] = defaultdict(list)
    for row in session.execute(
        select(
            subject.c.case_id,
            subject.c.kind,
            subject.c.name,
            subject.c.outcome,
            subject.c.person_id,
        )
        .where(subject.c.case_id.in_(ids))
        .order_by(subject.c.kind.desc(), subject.c.name, subject.c.id)
    ):
        entry = Concerned(kind=row.kind, name=row.name, outcome=row.outcome)
        found[row.case_id].append((row.person_id, entry))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Open:
    step: Step
    role: str
    unit_id: str | None
    deadline_key: str


def _steps(session: Session, ids: Collection[str]) -> Mapping[str, list[_Open]]:
    found: dict[str, list[_Open]] = defaultdict(list)
    for row in session.execute(
        select(
            work_item.c.case_id,
            work_item.c.title,
            work_item.c.candidate_role,
            work_item.c.candidate_unit,
            work_item.c.deadline_key,
            Unit.name.label("unit"),
            Person.name.label("assignee"),
        )
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .outerjoin(Person, Person.id == work_item.c.assignee_id)
        .where(work_item.c.case_id.in_(ids), work_item.c.state.in_(OPEN_STATES))
        .order_by(work_item.c.opened_at, work_item.c.node_key, work_item.c.id)
    ):
        step = Step(title=row.title, unit=row.unit or "", assignee=row.assignee or "")
        found[row.case_id].append(
            _Open(
                step=step,
                role=row.candidate_role,
                unit_id=row.candidate_unit,
                deadline_key=row.deadline_key,
            )
        )
    return found


def _shown(sight: Sight, waits: list[_Open]) -> list[_Open]:
    """Offices see every step, everybody else the ones that wait for him."""
    if sight.is_office:
        return waits
    if sight.is_party:
        return [wait for wait in waits if wait.role in PARTIES]
    return [wait for wait in waits if sight.wrote(None, wait.unit_id)]


def _knows_result(sight: Sight) -> bool:
    return sight.is_office or sight.is_party or sight.sees(Matter.DECISION)


def _first(sight: Sight, clocks: list[NextDue], waits: list[_Open]) -> NextDue | None:
    """The clock that ends first; of the targets offices set themselves a party sees its own."""
    own = {wait.deadline_key for wait in _shown(sight, waits)}
    return next(
        (
            clock
            for clock in clocks
            if not sight.is_party or clock.force == "statutory" or clock.rule_key in own
        ),
        None,
    )


def _due(session: Session, ids: Collection[str]) -> Mapping[str, list[NextDue]]:
    found: dict[str, list[NextDue]] = defaultdict(list)
    for row in session.execute(
        select(
            deadline.c.case_id,
            deadline.c.rule_key,
            deadline.c.state,
            deadline.c.due_on,
            deadline.c.provisional_on,
            deadline.c.force,
        )
        .where(deadline.c.case_id.in_(ids), deadline.c.state.in_(OPEN_DEADLINES))
        .order_by(
            deadline.c.due_on.is_(None), deadline.c.due_on, deadline.c.force, deadline.c.rule_key
        )
    ):
        values = row._asdict()
        found[values.pop("case_id")].append(NextDue(**values))
    return found
