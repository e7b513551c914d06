"""Copies of tasks (抄送): those somebody got, and of one case those that were sent.

A copy exists for its receiver as long as nobody took it back and he either handles the case or
still leads the unit he got it as the head of; the condition stands in the query.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.domain.access import Actor
from server.models.case import case
from server.models.desk import cc
from server.models.identity import Person, Unit
from server.models.work import work_act, work_item
from server.queries import perspectives, totals
from server.queries.handled import handles
from server.queries.visibility import recused_from, visible_to

#: unread copies are counted up to here
COUNTED: Final = 100
#: longest page
MAX_PAGE: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A copy as its receiver, or those who handle the case, see it."""

    id: str
    case_id: str
    reference: str
    task_id: str
    step: str
    reason: str
    at: datetime
    by_id: str
    by: str
    #: the office he sent it from
    office: str
    to_id: str
    to: str
    read_at: datetime | None
    ended_at: datetime | None
    #: sent to somebody above: it opens nothing
    is_above: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of copies."""

    items: tuple[Copy, ...]
    #: exact up to 10 000, None beyond
    total: int | None


def page(session: Session, actor: Actor, *, number: int = 1, size: int = 50) -> Page:
    """The copies the actor got, unread ones first, then the newest; two statements."""
    size = max(1, min(size, MAX_PAGE))
    number = min(max(number, 1), totals.MAX_TOTAL)
    wanted = _received(session, actor)
    rows = session.execute(
        _columns()
        .where(wanted)
        .order_by(cc.c.read_at.is_not(None), work_act.c.at.desc(), cc.c.id)
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page(
        items=tuple(map(_copy, rows)),
        total=totals.total(session, select(cc.c.id).where(wanted)),
    )


def unread(actor: Actor) -> Select[Any]:
    """How many the actor has not opened, counted up to 100; to be asked within another statement.

    Of a case he knows of and is not party to: as exact as the list but for one he handles no more.
    """
    known = select(case.c.id).where(case.c.id == cc.c.case_id, visible_to(actor))
    few = (
        select(cc.c.id)
        .where(
            cc.c.person_id == actor.person_id,
            cc.c.read_at.is_(None),
            cc.c.ended_at.is_(None),
            cc.c.case_id.not_in(perspectives.own_cases(actor)),
            cc.c.case_id.not_in(recused_from(actor)),
            or_(cc.c.unit_id.in_(actor.headed), known.exists()),
        )
        .limit(COUNTED)
    )
    return select(func.count()).select_from(few.subquery())


def one(session: Session, actor: Actor, copy_id: str) -> Copy | None:
    """A copy the actor got, None where there is none for him."""
    if "\x00" in copy_id:
        return None
    wanted = _columns().where(_received(session, actor), cc.c.id == copy_id)
    row = session.execute(wanted).one_or_none()
    return None if row is None else _copy(row)


def sent(session: Session, copy_id: str, by_id: str) -> Row[Any] | None:
    """Case and task of a copy this person sent; the caller asks whether he still may know."""
    if "\x00" in copy_id:
        return None
    return session.execute(
        select(work_act.c.case_id, work_act.c.work_item_id)
        .join(cc, cc.c.id == work_act.c.id)
        .where(cc.c.id == copy_id, work_act.c.actor_id == by_id)
    ).one_or_none()


def of_case(session: Session, case_id: str) -> tuple[Copy, ...]:
    """Every copy of the case's tasks, the newest first; for those who handle it alone."""
    rows = session.execute(
        _columns().where(cc.c.case_id == case_id).order_by(work_act.c.at.desc(), cc.c.id)
    )
    return tuple(map(_copy, rows))


def _received(session: Session, actor: Actor) -> ColumnElement[bool]:
    return and_(
        cc.c.person_id == actor.person_id,
        cc.c.ended_at.is_(None),
        cc.c.case_id.not_in(recused_from(actor)),
        or_(cc.c.unit_id.in_(actor.headed), handles(session, actor, cc.c.case_id)),
    )


_sender, _receiver = aliased(Person), aliased(Person)


def _columns() -> Select[Any]:
    return (
        select(
            cc.c.id,
            cc.c.case_id,
            cc.c.read_at,
            cc.c.ended_at,
            cc.c.unit_id,
            cc.c.person_id.label("to_id"),
            case.c.reference,
            work_item.c.id.label("task_id"),
            work_item.c.title.label("step"),
            work_act.c.text.label("reason"),
            work_act.c.at,
            work_act.c.actor_id.label("by_id"),
            Unit.name.label("office"),
            _sender.name.label("by"),
            _receiver.name.label("to"),
        )
        .join(work_act, work_act.c.id == cc.c.id)
        .join(work_item, work_item.c.id == work_act.c.work_item_id)
        .join(case, case.c.id == cc.c.case_id)
        .join(_sender, _sender.id == work_act.c.actor_id)
        .join(_receiver, _receiver.id == cc.c.person_id)
        .outerjoin(Unit, Unit.id == work_act.c.unit_id)
    )


def _copy(row: Row[Any]) -> Copy:
    values = dict(row._mapping)
    unit_id = values.pop("unit_id")
    return Copy(**{**values, "office": row.office or "", "is_above": unit_id is not None})
