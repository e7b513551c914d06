"""Clocks of the law that ran past their end, whether the work was done since or not: the list from
which a superior may ask who answers for it (NY-37). Nothing leaves it because work is done.

A head finds what lay with his offices, and what a rung of the ladder told one of them of; his own
matters and those he is recused from he does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.domain.access import Actor
from server.domain.groups import SIGNERS
from server.domain.lifecycle import DeadlineState
from server.models.case import case, subject
from server.models.identity import Unit
from server.models.outbox import notification
from server.models.time import deadline
from server.models.work import work_item
from server.queries import totals
from server.queries.board import Office
from server.queries.visibility import recused_from


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrun:
    """One clock that ran past its end."""

    deadline_id: str
    case_id: str
    reference: str
    procedure: str
    pack_version_id: str
    rule_key: str
    #: one of several clocks of a rule
    subject: str
    due_on: date
    #: None: the work is still open
    met_on: date | None
    #: offices the work lay with
    offices: tuple[str, ...]
    #: it was stopped, extended or corrected on the way
    was_changed: bool


def listed(
    session: Session,
    actor: Actor,
    units: Sequence[Office],
    now: datetime,
    *,
    limit: int,
    offset: int = 0,
) -> tuple[Overrun, ...]:
    """The clocks of these offices that ran over, the latest due date first; two statements."""
    rows = session.execute(
        _wanted(actor, units, now)
        .order_by(deadline.c.due_on.desc(), case.c.reference, deadline.c.id)
        .limit(limit)
        .offset(offset)
    ).all()
    return _read(session, rows)


def one(
    session: Session, actor: Actor, units: Sequence[Office], now: datetime, deadline_id: str
) -> Overrun | None:
    """The clock with this id, None when it is not on the list of the actor."""
    wanted = _wanted(actor, units, now).where(deadline.c.id == deadline_id)
    return next(iter(_read(session, session.execute(wanted).all())), None)


def answerable(session: Session, deadline_id: str) -> tuple[str, str] | None:
    """Id and affiliation of the organ whose office the work lay with, the first of several."""
    office, organ = aliased(Unit), aliased(Unit)
    row = session.execute(
        select(organ.id, organ.affiliation)
        .select_from(deadline)
        .join(work_item, _is_its_work())
        .join(office, office.id == work_item.c.candidate_unit)
        .join(organ, organ.id == func.coalesce(office.parent_id, office.id))
        .where(deadline.c.id == deadline_id)
        .order_by(work_item.c.opened_at, work_item.c.id)
        .limit(1)
    ).first()
    return (row.id, row.affiliation) if row else None


def _read(session: Session, rows: Sequence[Row[Any]]) -> tuple[Overrun, ...]:
    offices = _offices(session, [row.deadline_id for row in rows])
    return tuple(
        Overrun(
            **{name: getattr(row, name) for name in _NAMES},
            offices=offices.get(row.deadline_id, ()),
            was_changed=bool(row.changes),
        )
        for row in rows
    )


def total(session: Session, actor: Actor, units: Sequence[Office], now: datetime) -> int | None:
    """How many there are: exact up to 10 000, None beyond."""
    return totals.total(session, _wanted(actor, units, now))


_COLUMNS = (
    deadline.c.id.label("deadline_id"),
    case.c.id.label("case_id"),
    case.c.reference,
    case.c.procedure,
    case.c.pack_version_id,
    deadline.c.rule_key,
    deadline.c.subject,
    deadline.c.due_on,
    deadline.c.met_on,
)
_NAMES = tuple(column.name for column in _COLUMNS)


def _wanted(actor: Actor, units: Sequence[Office], now: datetime) -> Select[tuple[object, ...]]:
    return (
        select(*_COLUMNS, deadline.c.changes)
        .join(case, case.c.id == deadline.c.case_id)
        .where(
            deadline.c.force == "statutory",
            deadline.c.due_on.is_not(None),
            _ran_over(now),
            or_(_lay_with([unit.id for unit in units]), _was_told(actor.headed)),
            deadline.c.case_id.not_in(
                select(subject.c.case_id).where(subject.c.person_id == actor.person_id)
            ),
            deadline.c.case_id.not_in(recused_from(actor)),
        )
    )


def _ran_over(now: datetime) -> ColumnElement[bool]:
    """Also where the round that writes it down has not come by yet."""
    return or_(
        deadline.c.state.in_((DeadlineState.OVERDUE, DeadlineState.MET_LATE)),
        and_(deadline.c.state == DeadlineState.RUNNING, deadline.c.expires_at <= now),
    )


def _is_its_work() -> ColumnElement[bool]:
    """Work under the clock; who was only asked to sign does not answer for it."""
    return and_(
        work_item.c.case_id == deadline.c.case_id,
        work_item.c.deadline_key == deadline.c.rule_key,
        work_item.c.duty.not_in(SIGNERS),
    )


def _lay_with(unit_ids: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(_is_its_work(), work_item.c.candidate_unit.in_(unit_ids))


def _was_told(unit_ids: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        notification.c.deadline_id == deadline.c.id, notification.c.unit_id.in_(unit_ids)
    )


def _offices(session: Session, deadline_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    rows = session.execute(
        select(deadline.c.id, Unit.name)
        .join(work_item, _is_its_work())
        .join(Unit, Unit.id == work_item.c.candidate_unit)
        .where(deadline.c.id.in_(deadline_ids))
        .distinct()
        .order_by(deadline.c.id, Unit.name)
    ).all()
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row.id] = (*found.get(row.id, ()), row.name)
    return found
