"""Entries of registers: about somebody, and as a book of those whose office keeps it.

Who keeps a book is said by the packs (``readers``): their offices read the entries of their own
level and region. Nobody reads there what a case may not show him: his own matters, those he keeps
away from.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.expressions import Json
from server.domain.registers import EntryState, Span
from server.models.case import case, subject
from server.models.definition import PackVersion
from server.models.identity import Unit
from server.models.register import register_entry
from server.queries.visibility import recused_from

#: a total beyond this is not counted
_MOST = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry as it stands."""

    id: str
    register: str
    case_id: str
    reference: str
    procedure: str
    kind: str
    person_id: str | None
    unit_id: str | None
    unit: str
    name: str
    managed_by: str | None
    level: str
    region: str
    entered_on: date
    entered_at: datetime
    until: date | None
    period_text: str
    ended_on: date | None
    state: str
    struck_by: str
    data: Mapping[str, Json]
    shown: Sequence[Sequence[str]]

    @property
    def span(self) -> Span:
        """Its days."""
        return Span(
            entered_on=self.entered_on,
            until=self.until,
            ended_on=self.ended_on,
            state=EntryState(self.state),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What an office keeps of a book: the entries of a level in a region, made by these packs."""

    packs: frozenset[str]
    level: str
    region: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What of a book is wanted."""

    register: str
    from_on: date | None = None
    to_on: date | None = None
    unit_id: str = ""
    level: str = ""
    #: current, over or struck; empty: all that are not struck
    phase: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How much stands in a book about one unit."""

    level: str
    unit: str
    period_text: str
    entries: int
    people: int


def about(
    session: Session, registers: Collection[str], people: Collection[str], units: Collection[str]
) -> list[Entry]:
    """What stands in these registers about these people and units, in the order of the days."""
    if not registers or not (people or units):
        return []
    table = register_entry.c
    about_unit = and_(table.kind == "unit", table.unit_id.in_(units))
    wanted = every_entry().where(
        table.register.in_(registers),
        table.state == EntryState.STANDS,
        or_(table.person_id.in_(people), about_unit),
    )
    found = session.execute(wanted.order_by(table.entered_on, table.entered_at, table.id))
    return [of_row(row) for row in found]


def parties_of(session: Session, case_id: str) -> tuple[frozenset[str], frozenset[str]]:
    """Ids of the people and of the units a case concerns."""
    rows = session.execute(
        select(subject.c.person_id, subject.c.unit_id).where(subject.c.case_id == case_id)
    ).all()
    people = frozenset(row.person_id for row in rows if row.person_id)
    return people, frozenset(row.unit_id for row in rows if row.unit_id)


def chosen(session: Session, wanted: ColumnElement[bool], most: int) -> list[Entry]:
    """The first of the entries a condition holds for, by day and id."""
    found = session.execute(
        every_entry()
        .where(wanted)
        .order_by(register_entry.c.entered_on, register_entry.c.id)
        .limit(most)
    )
    return [of_row(row) for row in found]


def one(session: Session, entry_id: str) -> Entry | None:
    """An entry by its id."""
    found = session.execute(every_entry().where(register_entry.c.id == entry_id)).one_or_none()
    return None if found is None else of_row(found)


def shut(session: Session, actor: Actor, case_ids: Collection[str]) -> frozenset[str]:
    """Those of these cases that the actor keeps away from: nothing of them exists for him."""
    wanted = select(case.c.id).where(case.c.id.in_(case_ids), case.c.id.in_(recused_from(actor)))
    return frozenset(session.scalars(wanted))


def book(
    session: Session,
    actor: Actor,
    scopes: Collection[Scope],
    asked: Asked,
    today: date,
    part: slice,
) -> list[Entry]:
    """Entries of a book, the newest first."""
    wanted = every_entry().where(_asked(asked, today), _kept(actor, scopes))
    order = (register_entry.c.entered_on.desc(), register_entry.c.id)
    found = session.execute(
        wanted.order_by(*order).offset(part.start).limit(part.stop - part.start)
    )
    return [of_row(row) for row in found]


def total(
    session: Session, actor: Actor, scopes: Collection[Scope], asked: Asked, today: date
) -> int | None:
    """How many there are, None beyond ten thousand."""
    inner = _entries(register_entry.c.id).where(_asked(asked, today), _kept(actor, scopes))
    limited = inner.limit(_MOST + 1).subquery()
    counted = session.scalar(select(func.count()).select_from(limited)) or 0
    return None if counted > _MOST else counted


def counts(session: Session, scopes: Collection[Scope], asked: Asked, today: date) -> list[Count]:
    """How many entries stand about each unit, of the level of the reader and below it."""
    table = register_entry.c
    columns = (table.level, Unit.name, table.period_text)
    wanted = (
        _entries(*columns, func.count().label("n"), func.count(table.person_id.distinct()))
        .where(_asked(asked, today), _within(scopes, below=True))
        .group_by(*columns)
        .order_by(func.count().desc(), Unit.name, table.period_text)
        .limit(500)
    )
    return [
        Count(level=level, unit=unit or "", period_text=text, entries=entries, people=people)
        for level, unit, text, entries, people in session.execute(wanted)
    ]


def units(session: Session, actor: Actor, scopes: Collection[Scope], register: str) -> list[Any]:
    """The units the book has entries about: id and name."""
    wanted = (
        _entries(Unit.id, Unit.name)
        .where(
            register_entry.c.register == register,
            Unit.id.is_not(None),
            _kept(actor, scopes),
        )
        .distinct()
        .order_by(Unit.name)
        .limit(200)
    )
    return list(session.execute(wanted).all())


def every_entry(*more: Any) -> Select[Any]:
    """Entries with all that :func:`of_row` reads, and these columns."""
    every = (*register_entry.c, case.c.reference, case.c.procedure, Unit.name.label("unit"))
    return _entries(*every, *more)


def of_row(row: Row[Any]) -> Entry:
    """The entry of a row of :func:`every_entry`."""
    values = {name: row._mapping[name] for name in Entry.__slots__ if name != "unit"}
    return Entry(**values, unit=row.unit or "")


def _entries(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(register_entry)
        .join(case, case.c.id == register_entry.c.case_id)
        .join(PackVersion, PackVersion.id == case.c.pack_version_id)
        .outerjoin(Unit, Unit.id == register_entry.c.unit_id)
    )


def _asked(asked: Asked, today: date) -> ColumnElement[bool]:
    table = register_entry.c
    wanted = [table.register == asked.register]
    if asked.from_on:
        wanted.append(table.entered_on >= asked.from_on)
    if asked.to_on:
        wanted.append(table.entered_on <= asked.to_on)
    if asked.unit_id:
        wanted.append(table.unit_id == asked.unit_id)
    if asked.level:
        wanted.append(table.level == asked.level)
    over = or_(
        and_(table.ended_on.is_not(None), table.ended_on <= today),
        and_(table.until.is_not(None), table.until < today),
    )
    stands = table.state == EntryState.STANDS
    known = {"struck": ~stands, "over": and_(stands, over), "current": and_(stands, ~over)}
    return and_(*wanted, known.get(asked.phase, stands))


def _kept(actor: Actor, scopes: Collection[Scope]) -> ColumnElement[bool]:
    """Entries of the reader's offices, of no case he is party to or keeps away from."""
    own = select(subject.c.case_id).where(subject.c.person_id == actor.person_id)
    table = register_entry.c
    return and_(
        _within(scopes, below=False),
        table.case_id.not_in(own),
        table.case_id.not_in(recused_from(actor)),
    )


def _within(scopes: Collection[Scope], *, below: bool) -> ColumnElement[bool]:
    if not scopes:
        return false()
    table = register_entry.c
    each = []
    for scope in scopes:
        inside = scope.region + "/"
        place = or_(
            table.region == scope.region,
            func.substr(table.region, 1, len(inside)) == inside,
        )
        parts = [place, PackVersion.key.in_(scope.packs)]
        each.append(and_(*parts) if below else and_(*parts, table.level == scope.level))
    return or_(*each)
