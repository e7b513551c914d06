"""The notices somebody got in the house: his own alone, the unread ones on top.

What of the case behind one he may still know is asked of ``perspectives`` by whoever shows it. Of
a case he is recused from nothing exists, its notices neither.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.expressions import Json
from server.domain.paces import Pace, kinds_at, last_digest
from server.domain.rung_texts import OF_PEOPLE, RungKind
from server.models.case import case
from server.models.outbox import notification
from server.models.time import deadline
from server.models.work import work_item
from server.queries import totals
from server.queries.inbox_rows import selection, together
from server.queries.visibility import recused_from

#: longest page
MAX_PAGE: Final = 200
#: unread notices are counted up to here
COUNTED: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One notice as it is stored."""

    id: str
    at: datetime
    read_at: datetime | None
    #: deadline: given by a rung of a ladder
    kind: str
    label: str
    dedupe_key: str
    text: str
    case_id: str
    reference: str
    deadline_id: str | None
    #: statutory or soft, as the clock is; None without one
    force: str | None
    #: the office he was told in, None: as a person of the case
    unit_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of notices."""

    items: tuple[Notice, ...]
    #: exact up to 10 000, None beyond
    total: int | None


def page(
    session: Session, actor: Actor, *, number: int = 1, size: int = 50, only_unread: bool = False
) -> Page:
    """One page of the actor's notices: unread ones first, the newest first; two statements."""
    wanted = and_(own(actor), notification.c.read_at.is_(None)) if only_unread else own(actor)
    size = max(1, min(size, MAX_PAGE))
    number = min(max(number, 1), totals.MAX_TOTAL)
    rows = session.execute(
        _columns()
        .where(wanted)
        .order_by(
            notification.c.read_at.is_not(None),
            notification.c.created_at.desc(),
            # of one round: case by case, what is over before what is coming
            case.c.reference,
            notification.c.dedupe_key,
        )
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page(
        items=tuple(Notice(**row._mapping) for row in rows),
        total=totals.total(session, select(notification.c.id).where(wanted)),
    )


def one(session: Session, actor: Actor, notice_id: str) -> Notice | None:
    """A notice of the actor, None when it is none of his."""
    row = session.execute(
        _columns().where(own(actor), notification.c.id == notice_id)
    ).one_or_none()
    return None if row is None else Notice(**row._mapping)


def unread(actor: Actor, preferences: Mapping[str, Json], now: datetime) -> Select[Any]:
    """How many he has not read of what he wants to be told by now, counted up to 100.

    To be asked within another statement.
    """
    few = (
        select(notification.c.id)
        .where(own(actor), notification.c.read_at.is_(None), *_told(preferences, now))
        .limit(COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(few)


def unread_ids(session: Session, actor: Actor, most: int) -> Sequence[str]:
    """Ids of what he has not read, the newest first."""
    return session.scalars(
        select(notification.c.id)
        .where(own(actor), notification.c.read_at.is_(None))
        .order_by(notification.c.created_at.desc(), notification.c.id)
        .limit(most)
    ).all()


def own(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``notification``: it was for him, and the case exists for him."""
    return and_(
        notification.c.recipient_id == actor.person_id,
        notification.c.case_id.not_in(recused_from(actor)),
    )


def tasks(
    session: Session, actor: Actor, deadline_ids: Collection[str], *, on: date, now: datetime
) -> Mapping[str, str]:
    """Clock -> a task under it that the actor has in his hands or may claim; one statement."""
    also = (work_item.c.deadline_id.in_(sorted(deadline_ids)),)
    mine, queue = (
        select(together(selection(actor, view, on=on, now=now, also=also)).c.id)
        for view in ("mine", "queue")
    )
    rows = session.execute(
        select(work_item.c.deadline_id, func.min(work_item.c.id).label("task_id"))
        .where(*also, or_(work_item.c.id.in_(mine), work_item.c.id.in_(queue)))
        .group_by(work_item.c.deadline_id)
    )
    return {row.deadline_id: row.task_id for row in rows}


def _told(preferences: Mapping[str, Json], now: datetime) -> Iterator[ColumnElement[bool]]:
    """What he chose to be told of at all, and of what he is told once a day the last digests."""
    for kind in kinds_at(preferences, Pace.NEVER):
        yield ~is_of(kind)
    for kind in kinds_at(preferences, Pace.DAILY):
        yield or_(~is_of(kind), notification.c.created_at <= last_digest(now))


def is_of(kind: RungKind) -> ColumnElement[bool]:
    """What ``rung_texts.of_stored`` calls a notice of this kind, for those that may be put off."""
    if kind in OF_PEOPLE.values():
        return notification.c.kind == kind
    if kind is RungKind.OTHER:
        return notification.c.kind.not_in(["deadline", *OF_PEOPLE])
    soft = select(deadline.c.id).where(deadline.c.force == "soft")
    is_soft = notification.c.deadline_id.in_(soft)
    # the key names clock, due date, place in the ladder
    is_before = notification.c.dedupe_key.like("%:-%")
    is_on = notification.c.dedupe_key.like("%:+0:%")
    is_rung = notification.c.kind == "deadline"
    if kind is RungKind.REMIND:
        return and_(is_rung, or_(is_before, and_(is_soft, is_on)))
    return and_(is_rung, is_soft, ~is_before, ~is_on)


def _columns() -> Select[Any]:
    return (
        select(
            notification.c.id,
            notification.c.created_at.label("at"),
            notification.c.read_at,
            notification.c.kind,
            notification.c.label,
            notification.c.dedupe_key,
            notification.c.text,
            notification.c.case_id,
            notification.c.deadline_id,
            notification.c.unit_id,
            case.c.reference,
            deadline.c.force,
        )
        .join(case, case.c.id == notification.c.case_id)
        .outerjoin(deadline, deadline.c.id == notification.c.deadline_id)
    )
