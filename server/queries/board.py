"""What a head answers for: the open work of his offices, and the clocks that went past him.

His offices are those he is head of and what lies below them in the tree of units. Work elsewhere
is on the board only as far as a rung of the ladder has reached one of his offices: the state and
clocks of that case, without names (SECURITY section 6, higher organ).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Select, TextClause, and_, false, func, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor, Permission, permits
from server.domain.urgency import DAYS, Rank, Urgency, day_key, first_key, order_key
from server.models.case import case, subject
from server.models.identity import Person, Post, Unit
from server.models.outbox import notification
from server.models.recusal import HOLDS, kinship, recusal
from server.models.work import WAITING, work_item
from server.queries import inbox_lines, tenure, totals
from server.queries.inbox import Entry, Sheet, When
from server.queries.inbox_rows import is_about, is_not_about, is_past
from server.queries.visibility import kin_of, recused_from, recused_in

#: of these lines on the board; where there are more, an office is empty
MOST_UNMANNED: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """An office on the board."""

    id: str
    name: str
    level: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """Open work of one office at one step."""

    unit_id: str
    step: str
    title: str
    #: rule its work hangs on, and a pack version that has it
    deadline_key: str
    pack_version_id: str
    open: int
    overdue: int
    soon: int
    #: past a target, which is no limit of the law
    past_target: int
    stopped: int
    undetermined: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrowed:
    """What the board is narrowed to; empty fields narrow nothing."""

    unit_id: str = ""
    step: str = ""
    #: level of the office the work lies with
    level: str = ""


def offices(session: Session, actor: Actor) -> tuple[Office, ...]:
    """The offices the actor answers for as a head, in the order of the tree."""
    if not actor.headed or not permits(actor, Permission.BOARD_READ):
        return ()
    above = select(Unit.path).where(Unit.id.in_(actor.headed)).subquery()
    # compared as it is: a pattern would take the signs of a path for wildcards
    below = func.substr(Unit.path, 1, func.length(above.c.path) + 1)
    rows = session.execute(
        select(Unit.id, Unit.name, Unit.level)
        .join(above, or_(Unit.path == above.c.path, below == above.c.path + "/"))
        .distinct()
        .order_by(Unit.name, Unit.id)
    )
    return tuple(Office(id=row.id, name=row.name, level=row.level) for row in rows)


def cells(
    session: Session, actor: Actor, units: Sequence[Office], *, when: When, narrowed: Narrowed
) -> tuple[Cell, ...]:
    """Counts of the open work of these offices by office and step; one statement."""
    key = work_item.c.order_key
    law, running = key < first_key(Rank.SOFT), work_item.c.expires_at > when.now
    counted = {
        "open": func.count(),
        "overdue": func.count().filter(law & (work_item.c.expires_at <= when.now)),
        "soon": func.count().filter(law & running & (key % DAYS <= day_key(when.soon_on))),
        "past_target": func.count().filter(
            _is_ranked(Rank.SOFT) & (work_item.c.expires_at <= when.now)
        ),
        "stopped": func.count().filter(_is_ranked(Rank.STOPPED)),
        "undetermined": func.count().filter(_is_ranked(Rank.UNDETERMINED)),
    }
    rows = session.execute(
        select(
            work_item.c.candidate_unit.label("unit_id"),
            work_item.c.node_key.label("step"),
            work_item.c.title,
            work_item.c.deadline_key,
            func.max(case.c.pack_version_id).label("pack_version_id"),
            *(expression.label(name) for name, expression in counted.items()),
        )
        .join(case, case.c.id == work_item.c.case_id)
        .where(*work_of(actor, units, narrowed))
        .group_by(
            work_item.c.candidate_unit,
            work_item.c.node_key,
            work_item.c.title,
            work_item.c.deadline_key,
        )
        .order_by(work_item.c.title, work_item.c.node_key, work_item.c.candidate_unit)
    )
    return tuple(Cell(**row._mapping) for row in rows)


def overdue(
    session: Session,
    actor: Actor,
    units: Sequence[Office],
    *,
    when: When,
    narrowed: Narrowed,
    sheet: Sheet,
) -> tuple[Entry, ...]:
    """Work past its date by law, longest first: of his offices, and what a rung told him of."""
    ids = (
        _overdue(actor, units, when, narrowed)
        .order_by(work_item.c.order_key, work_item.c.id)
        .limit(sheet.size)
        .offset((sheet.number - 1) * sheet.size)
    )
    own = {unit.id for unit in units}
    return inbox_lines.entries(session, actor, ids, when.now, lambda _row: Urgency.OVERDUE, own)


def overdue_total(
    session: Session, actor: Actor, units: Sequence[Office], *, when: When, narrowed: Narrowed
) -> int | None:
    """How much work that is: exact up to 10 000, None beyond."""
    return totals.total(session, _overdue(actor, units, when, narrowed))


def unmanned(
    session: Session, actor: Actor, units: Sequence[Office], *, when: When, narrowed: Narrowed
) -> tuple[Entry, ...]:
    """Work of his offices that nobody there may take, the most urgent first, at most 50.

    No post that it is offered to is held by somebody who is at work, or each of them is kept away
    from the case by what it shows. Who did a duty that is incompatible with it is not asked here.
    """
    ids = (
        select(work_item.c.id)
        .where(
            *work_of(actor, units, narrowed),
            work_item.c.state == "offered",
            _might_lack_people(when.on),
            ~_may_take(when.on).exists(),
        )
        .order_by(work_item.c.order_key, work_item.c.id)
        .limit(MOST_UNMANNED)
    )
    own = {unit.id for unit in units}
    return inbox_lines.entries(session, actor, ids, when.now, lambda _row: Urgency.NORMAL, own)


def _might_lack_people(day: date) -> ColumnElement[bool]:
    """What is asked of all work, so that :func:`_may_take` is asked of little of it.

    Its office is empty or has no head, somebody keeps away from the case, or it is about somebody
    of the office or about a near relative of an official.
    """
    manned = select(Post.unit_id).join(Person, Person.id == Post.person_id)
    manned = manned.where(Person.state == "active", tenure.held(day))
    about = select(subject.c.id).where(subject.c.case_id == work_item.c.case_id)
    colleague = about.join(Post, Post.person_id == subject.c.person_id).where(
        Post.unit_id == work_item.c.candidate_unit
    )
    relative = about.join(kinship, kinship.c.relative_id == subject.c.person_id)
    return or_(
        work_item.c.candidate_unit.not_in(manned),
        and_(work_item.c.head_only, work_item.c.candidate_unit.not_in(manned.where(Post.is_head))),
        work_item.c.case_id.in_(select(recusal.c.case_id).where(recusal.c.state.in_(HOLDS))),
        colleague.correlate(work_item).exists(),
        relative.correlate(work_item).exists(),
    )


def _may_take(day: date) -> Select[tuple[str]]:
    """Posts whose holders may take the work on this day."""
    return tenure.manning(day).where(
        ~is_about(Post.person_id),
        Post.person_id.not_in(recused_in(work_item.c.case_id).correlate(work_item)),
        Post.person_id.not_in(kin_of(work_item.c.case_id).correlate(work_item)),
    )


def _overdue(
    actor: Actor, units: Sequence[Office], when: When, narrowed: Narrowed
) -> Select[tuple[str]]:
    told = and_(
        work_item.c.case_id.in_(
            select(notification.c.case_id).where(
                notification.c.unit_id.in_(actor.headed), notification.c.kind == "deadline"
            )
        ),
        _is_elsewhere(units, narrowed),
        *_at(narrowed),
    )
    his = and_(*work_of(actor, units, narrowed))
    return select(work_item.c.id).where(
        WAITING, is_past(when.now), *_not_his(actor), or_(his, told)
    )


def _is_ranked(rank: Rank) -> ColumnElement[bool]:
    return work_item.c.order_key.between(first_key(rank), order_key(rank, None))


def work_of(
    actor: Actor, units: Sequence[Office], narrowed: Narrowed
) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """Open work of these offices, but his own matters and those he is recused from."""
    ids = [unit.id for unit in units if narrowed.unit_id in ("", unit.id)]
    return (
        WAITING,
        work_item.c.candidate_unit.in_(ids),
        *_at(narrowed),
        *_not_his(actor),
    )


def _at(narrowed: Narrowed) -> tuple[ColumnElement[bool], ...]:
    asked = ((work_item.c.node_key, narrowed.step), (work_item.c.level, narrowed.level))
    return tuple(column == value for column, value in asked if value)


def _is_elsewhere(units: Sequence[Office], narrowed: Narrowed) -> ColumnElement[bool]:
    """With none of these offices; whoever asks for one office does not ask for the others."""
    if narrowed.unit_id:
        return false()
    ids = [unit.id for unit in units]
    return or_(work_item.c.candidate_unit.is_(None), work_item.c.candidate_unit.not_in(ids))


def _not_his(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        is_not_about(actor.person_id),
        work_item.c.case_id.not_in(recused_from(actor)),
    )
