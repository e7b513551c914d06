"""What a head answers for: the open work of his offices, and the clocks that went past him.

His offices are those he is head of and what lies below them in the tree of units. Work elsewhere
is on the board only as far as a rung of the ladder has reached one of his offices: the state and
clocks of that case, without names (SECURITY section 6, higher organ).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from orjson import loads
from sqlalchemy import ColumnElement, String, TextClause, and_, cast, false, func, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor, Permission, permits
from server.domain.expressions import Json
from server.domain.urgency import Rank, Urgency, first_key, order_key
from server.models.case import case
from server.models.identity import Person, Unit
from server.models.outbox import notification
from server.models.time import deadline, timer
from server.models.work import WAITING, work_item
from server.queries import inbox_lines
from server.queries.inbox import Entry, When
from server.queries.inbox_rows import is_not_about, is_past
from server.queries.visibility import recused_from

#: longest list of clocks that were stopped or extended
MOST_CHANGED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """An office on the board."""

    id: str
    name: str


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """A notice that was given about a clock, or will be."""

    deadline_id: str
    #: whose notice it was, e.g. ``case_supervision_office.head``; its position for one to come
    label: str
    position: int | None
    #: units after the due date, negative before it; None for one to come
    offset: int | None
    name: str
    at: datetime
    read_at: datetime | None
    is_sent: bool
    #: nobody held the post
    is_lost: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A clock of open work that stands or was extended."""

    reference: str
    case_id: str
    title: str
    rule_key: str
    pack_version_id: str
    state: str
    due_on: date | None
    changes: Sequence[Json]


def offices(session: Session, actor: Actor) -> tuple[Office, ...]:
    """The offices the actor answers for as a head, in the order of the tree."""
    headed = [post.unit_id for post in actor.posts if post.is_head]
    if not headed or not permits(actor, Permission.BOARD_READ):
        return ()
    above = select(Unit.path).where(Unit.id.in_(headed)).subquery()
    # compared as it is: a pattern would take the signs of a path for wildcards
    below = func.substr(Unit.path, 1, func.length(above.c.path) + 1)
    rows = session.execute(
        select(Unit.id, Unit.name)
        .join(above, or_(Unit.path == above.c.path, below == above.c.path + "/"))
        .distinct()
        .order_by(Unit.name, Unit.id)
    )
    return tuple(Office(id=row.id, name=row.name) for row in rows)


def cells(
    session: Session, actor: Actor, units: Sequence[Office], *, when: When, narrowed: Narrowed
) -> tuple[Cell, ...]:
    """Counts of the open work of these offices by office and step; one statement."""
    key = work_item.c.order_key
    law, running = key < first_key(Rank.SOFT), work_item.c.expires_at > when.now
    counted = {
        "open": func.count(),
        "overdue": func.count().filter(law & (work_item.c.expires_at <= when.now)),
        "soon": func.count().filter(running & (key <= order_key(Rank.STATUTORY, when.soon_on))),
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
        .where(*_of(actor, units, narrowed))
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
    most: int,
) -> tuple[Entry, ...]:
    """Work past its date by law, longest first: of his offices, and what a rung told him of."""
    told = and_(
        work_item.c.case_id.in_(
            select(notification.c.case_id).where(
                notification.c.unit_id.in_(_headed(actor)), notification.c.kind == "deadline"
            )
        ),
        _is_elsewhere(units, narrowed),
        *_at(narrowed),
    )
    his = and_(*_of(actor, units, narrowed))
    ids = (
        select(work_item.c.id)
        .where(WAITING, is_past(when.now), *_not_his(actor), or_(his, told))
        .order_by(work_item.c.order_key, work_item.c.id)
        .limit(most)
    )
    own = {unit.id for unit in units}
    return inbox_lines.entries(session, actor, ids, when.now, lambda _row: Urgency.OVERDUE, own)


def rungs(session: Session, deadline_ids: Sequence[str]) -> Mapping[str, tuple[Rung, ...]]:
    """The notices given about these clocks and those still to come, by clock; two statements."""
    given = session.execute(
        select(
            notification.c.deadline_id,
            notification.c.label,
            notification.c.recipient_id,
            notification.c.created_at,
            notification.c.read_at,
            notification.c.dedupe_key,
            Person.name,
        )
        .outerjoin(Person, Person.id == notification.c.recipient_id)
        .where(notification.c.deadline_id.in_(deadline_ids), notification.c.kind == "deadline")
        .order_by(notification.c.created_at, notification.c.id)
    )
    found = [
        Rung(
            deadline_id=row.deadline_id,
            label=row.label,
            position=None,
            # the key names clock, due date, place in the ladder, office and person
            offset=int(row.dedupe_key.split(":")[2]),
            name=row.name or "",
            at=row.created_at,
            read_at=row.read_at,
            is_sent=True,
            is_lost=row.recipient_id is None,
        )
        for row in given
    ]
    coming = session.execute(
        select(timer.c.deadline_id, timer.c.rung, timer.c.due_at)
        .where(
            timer.c.deadline_id.in_(deadline_ids),
            timer.c.kind == "rung",
            timer.c.state == "armed",
        )
        .order_by(timer.c.due_at)
    )
    found += [
        Rung(
            deadline_id=row.deadline_id,
            label="",
            position=row.rung,
            offset=None,
            name="",
            at=row.due_at,
            read_at=None,
            is_sent=False,
            is_lost=False,
        )
        for row in coming
    ]
    grouped: dict[str, list[Rung]] = {}
    for rung in found:
        grouped.setdefault(rung.deadline_id, []).append(rung)
    return {key: tuple(sorted(each, key=_place)) for key, each in grouped.items()}


def _place(rung: Rung) -> tuple[bool, int, datetime, str]:
    return not rung.is_sent, rung.offset or 0, rung.at, rung.name


def changed(
    session: Session, actor: Actor, units: Sequence[Office], narrowed: Narrowed
) -> tuple[Changed, ...]:
    """Clocks of the open work of these offices that stand or were changed; one statement."""
    rows = session.execute(
        select(
            case.c.reference,
            case.c.id.label("case_id"),
            func.max(work_item.c.title).label("title"),
            deadline.c.rule_key,
            case.c.pack_version_id,
            deadline.c.state,
            deadline.c.due_on,
            cast(deadline.c.changes, String).label("changes"),
        )
        .join(case, case.c.id == work_item.c.case_id)
        .join(deadline, deadline.c.id == work_item.c.deadline_id)
        .where(*_of(actor, units, narrowed), cast(deadline.c.changes, String) != "[]")
        .group_by(
            case.c.reference,
            case.c.id,
            deadline.c.id,
            deadline.c.rule_key,
            case.c.pack_version_id,
            deadline.c.state,
            deadline.c.due_on,
            cast(deadline.c.changes, String),
        )
        .order_by(case.c.reference)
        .limit(MOST_CHANGED)
    )
    return tuple(_changed(row) for row in rows)


def names(session: Session, person_ids: Sequence[str]) -> Mapping[str, str]:
    """Names of people by id."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}


def _changed(row: Any) -> Changed:
    return Changed(**{**row._mapping, "changes": loads(row.changes)})


def _is_ranked(rank: Rank) -> ColumnElement[bool]:
    return work_item.c.order_key.between(first_key(rank), order_key(rank, None))


def _of(
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
    return (work_item.c.node_key == narrowed.step,) if narrowed.step else ()


def _is_elsewhere(units: Sequence[Office], narrowed: Narrowed) -> ColumnElement[bool]:
    """With none of these offices; whoever asks for one office does not ask for the others."""
    if narrowed.unit_id:
        return false()
    ids = [unit.id for unit in units]
    return or_(work_item.c.candidate_unit.is_(None), work_item.c.candidate_unit.not_in(ids))


def _not_his(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        is_not_about(actor.person_id),
        work_item.c.case_id.not_in(recused_from(actor.person_id)),
    )


def _headed(actor: Actor) -> list[str]:
    return [post.unit_id for post in actor.posts if post.is_head]
