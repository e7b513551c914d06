"""The lists an official works from: mine, claimable by my posts, overdue that I may see, done.

A page is read in a constant number of statements, each of which walks the person's own work or
that of his offices; ``inbox_rows`` says which rows these are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.urgency import (
    DAYS,
    Rank,
    Urgency,
    day_key,
    first_key,
    order_key,
    rank_at,
    urgency,
)
from server.models.case import case
from server.models.desk import follow_up
from server.models.work import work_item
from server.queries import copies, inbox_lines
from server.queries.inbox_lines import Came, Entry
from server.queries.inbox_rows import View, Wanted, selection, together

__all__ = [
    "ALL",
    "FIRST",
    "VIEWS",
    "Came",
    "Counts",
    "Entry",
    "Filters",
    "Page",
    "Sheet",
    "View",
    "When",
    "in_hands",
    "of_case",
    "page",
    "tallies",
]

#: the words of the API for the lists
VIEWS: Final[Mapping[str, View]] = {
    "inbox": "mine",
    "queue": "queue",
    "overdue": "overdue",
    "done": "done",
}

#: longest page
MAX_PAGE: Final = 200
#: up to here a list is counted
COUNTED: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What a list is narrowed to; empty fields narrow nothing."""

    #: node of the diagram
    step: str = ""
    urgency: Urgency | None = None
    #: id of the office it is offered to
    unit_id: str = ""
    procedure: str = ""
    #: how its reference begins
    reference: str = ""
    #: what came after this moment
    opened_after: datetime | None = None
    #: of his own: what he put off to a later day, and nothing else
    is_later: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """The moment a list is looked at."""

    now: datetime
    #: today
    on: date
    #: the next working day: what is due by then is due soon
    soon_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Which page of a list, from 1, and how long it is: 200 rows at most."""

    number: int = 1
    size: int = 50

    def __post_init__(self) -> None:
        if self.number < 1 or not 1 <= self.size <= MAX_PAGE:
            raise ValueError("no such page")


#: the whole list, and its first page
ALL: Final = Filters()
FIRST: Final = Sheet()


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How much of a list is how urgent; of the first 10 000 and one where there is more."""

    by_urgency: Mapping[Urgency, int] = field(default_factory=dict)
    #: there is more than was counted
    is_capped: bool = False

    @property
    def total(self) -> int | None:
        """How much there is, None beyond 10 000."""
        return None if self.is_capped else sum(self.by_urgency.values())

    def of(self, kind: Urgency) -> int:
        """How much is this urgent."""
        return self.by_urgency.get(kind, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a list."""

    items: tuple[Entry, ...]
    #: rows of the list under the filters: exact up to 10 000, None beyond
    total: int | None
    #: under the filters but the one for urgency
    counts: Counts
    sheet: Sheet


def page(
    session: Session,
    actor: Actor,
    view: View,
    *,
    when: When,
    filters: Filters = ALL,
    sheet: Sheet = FIRST,
) -> Page:
    """One page of a list of the actor: by law and due date first, then targets, then the rest.

    What is done comes with the latest first. ``actor`` brings today's posts.
    """
    narrowed = (*_narrowed(filters), *_put_off(actor, view, when.on, is_later=filters.is_later))
    counts = _counted(session, _rows(actor, view, when, narrowed), when)
    rows, total = _rows(actor, view, when, narrowed), counts.total
    if filters.urgency is not None:
        rows = _rows(actor, view, when, (*narrowed, _kinds(work_item.c, when)[filters.urgency]))
        total = _exact(session.execute(select(_most(rows))).scalar_one())
    by = rows.c.closed_at.desc() if view == "done" else rows.c.order_key
    ids = select(rows.c.id).order_by(*_on_top(actor, view, rows, when.on), by, rows.c.id)
    ids = ids.limit(sheet.size).offset((sheet.number - 1) * sheet.size)
    offices = () if view == "overdue" else None
    items = inbox_lines.entries(
        session, actor, ids, when.now, lambda row: _urgency(row, when), offices
    )
    return Page(items=items, total=total, counts=counts, sheet=sheet)


def tallies(session: Session, actor: Actor, *, when: When) -> Mapping[str, int | None]:
    """How long each list of the actor is, exact up to 10 000 and None beyond; one statement.

    ``later``: what he put off to another day. ``copies``: those he has not opened, up to 100.
    """
    counted = [
        _most(_rows(actor, view, when, _put_off(actor, view, when.on))).label(view)
        for view in VIEWS.values()
    ]
    later = _put_off(actor, "mine", when.on, is_later=True)
    counted.append(_most(_rows(actor, "mine", when, later)).label("later"))
    unread = copies.unread(actor).scalar_subquery().label("copies")
    row = session.execute(select(*counted, unread)).one()
    return {key: _exact(count) for key, count in row._mapping.items()}


def in_hands(actor: Actor, *, on: date, now: datetime) -> Select[Any]:
    """How much the actor has in his hands, counted up to 100 over his own index.

    To be asked within another statement (``headings``).
    """
    also = _put_off(actor, "mine", on)
    mine = together(selection(actor, "mine", on=on, now=now, also=also))
    few = select(mine.c.id).limit(100).subquery()
    return select(func.count()).select_from(few)


def of_case(session: Session, actor: Actor, case_id: str, *, when: When) -> frozenset[str]:
    """The items of one case that the actor has in his hands or may claim."""
    also = (work_item.c.case_id == case_id,)
    found: set[str] = set()
    for view in (VIEWS["inbox"], VIEWS["queue"]):
        found |= set(session.scalars(select(_rows(actor, view, when, also).c.id)))
    return frozenset(found)


def _rows(actor: Actor, view: View, when: When, also: Wanted = ()) -> Any:
    return together(selection(actor, view, on=when.on, now=when.now, also=also))


def _put_off(actor: Actor, view: View, on: date, *, is_later: bool = False) -> Wanted:
    """His own work without what he put off to a later day, or that alone."""
    if view != "mine":
        return ()
    later = exists().where(
        follow_up.c.work_item_id == work_item.c.id,
        follow_up.c.person_id == actor.person_id,
        follow_up.c.on > on,
    )
    return (later if is_later else ~later,)


def _on_top(actor: Actor, view: View, rows: Any, on: date) -> tuple[ColumnElement[bool], ...]:
    """Before everything else what he wanted to look at again by today."""
    if view != "mine":
        return ()
    again = exists().where(
        follow_up.c.work_item_id == rows.c.id,
        follow_up.c.person_id == actor.person_id,
        follow_up.c.on <= on,
    )
    return (~again,)


def _urgency(row: Row[Any], when: When) -> Urgency:
    is_over = row.expires_at is not None and row.expires_at <= when.now
    return urgency(rank_at(row.order_key), is_over=is_over, due_on=row.due_on, soon_on=when.soon_on)


def _kinds(columns: Any, when: When) -> dict[Urgency, ColumnElement[bool]]:
    """What ``domain/urgency`` says, as conditions on the key and the last moment."""
    key, law = columns.order_key, columns.order_key < first_key(Rank.SOFT)
    is_over = columns.expires_at <= when.now
    is_running = or_(columns.expires_at.is_(None), columns.expires_at > when.now)
    is_soon = key % DAYS <= day_key(when.soon_on)
    ranked = {
        Urgency(rank.name.lower()): key.between(first_key(rank), order_key(rank, None))
        for rank in Rank
        if rank is not Rank.STATUTORY
    }
    return {
        Urgency.OVERDUE: law & is_over,
        Urgency.SOON: law & is_running & is_soon,
        Urgency.NORMAL: law & is_running & ~is_soon,
        **ranked,
    }


def _counted(session: Session, rows: Any, when: When) -> Counts:
    few = select(rows.c.order_key, rows.c.expires_at).limit(COUNTED + 1).subquery()
    kinds = _kinds(few.c, when)
    row = session.execute(
        select(*(func.count().filter(condition).label(kind) for kind, condition in kinds.items()))
    ).one()
    found = {kind: row._mapping[kind] for kind in kinds}
    return Counts(by_urgency=found, is_capped=sum(found.values()) > COUNTED)


def _most(rows: Any) -> Any:
    few = select(rows.c.id).limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


def _exact(count: int) -> int | None:
    return count if count <= COUNTED else None


def _narrowed(filters: Filters) -> tuple[ColumnElement[bool], ...]:
    found: list[ColumnElement[bool]] = []
    if filters.step:
        found.append(work_item.c.node_key == filters.step)
    if filters.unit_id:
        found.append(work_item.c.candidate_unit == filters.unit_id)
    if filters.opened_after is not None:
        found.append(work_item.c.opened_at > filters.opened_after)
    if filters.procedure or filters.reference:
        matters = select(case.c.id).where(case.c.id == work_item.c.case_id)
        if filters.procedure:
            matters = matters.where(case.c.procedure == filters.procedure)
        if filters.reference:
            matters = matters.where(case.c.reference.startswith(filters.reference, autoescape=True))
        found.append(matters.exists())
    return tuple(found)
