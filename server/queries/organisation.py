"""Units, offices, posts and people for whoever administers rights: no case is read here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from server.domain.errors import NotFound
from server.models.identity import Person, Post, Unit
from server.queries import tenure

#: most people a search gives
MOST_FOUND = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Locality:
    """A locality with what lies in it."""

    region: str
    level: str
    #: what the names of its organs have in common
    name: str
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A post with who holds it and where."""

    id: str
    person_id: str
    name: str
    login: str
    #: the account is open
    is_active: bool
    unit_id: str
    unit: str
    title: str
    is_head: bool
    is_main: bool
    from_on: date
    to_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitEntry:
    """A unit of a locality with its holders of the day."""

    id: str
    key: str
    name: str
    kind: str
    level: str
    affiliation: str
    region: str
    parent_id: str | None
    closed_on: date | None
    #: 0 for an organ, 1 for its offices
    depth: int
    holders: tuple[Held, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonEntry:
    """A person with his account and every post he ever held, the present ones first."""

    id: str
    login: str
    name: str
    managed_by: str | None
    is_active: bool
    has_secret: bool
    must_change_secret: bool
    secret_changed_at: datetime | None
    posts: tuple[Held, ...] = ()


def localities(session: Session) -> tuple[Locality, ...]:
    """Every locality, the highest first."""
    rows = session.execute(
        select(Unit.region, Unit.level, Unit.name, Unit.path).order_by(Unit.region, Unit.path)
    ).all()
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.region, []).append(row)
    return tuple(
        Locality(region=region, level=inside[0].level, name=_common(inside), units=len(inside))
        for region, inside in found.items()
    )


def _common(units: list[Row[Any]]) -> str:
    """What the names of the organs of a locality begin with, else the name of the first."""
    organs = [row.name.removeprefix("中共") for row in units if "/" not in row.path]
    shared = takewhile(lambda signs: len(set(signs)) == 1, zip(*organs, strict=False))
    return "".join(signs[0] for signs in shared) or str(units[0].name)


def units_of(session: Session, region: str, day: date) -> tuple[UnitEntry, ...]:
    """Organs and offices of a locality in their order, with who holds a post on the day."""
    rows = session.scalars(select(Unit).where(Unit.region == region).order_by(Unit.path)).all()
    held = _held(session, Unit.region == region, tenure.held(day))
    by_unit: dict[str, list[Held]] = {}
    for each in held:
        by_unit.setdefault(each.unit_id, []).append(each)
    return tuple(_entry(row, tuple(by_unit.get(row.id, ()))) for row in rows)


def unit(session: Session, unit_id: str) -> UnitEntry:
    """A unit with every post that was ever held in it, the present ones first. Raises NotFound."""
    row = None if "\x00" in unit_id else session.get(Unit, unit_id)
    if row is None:
        raise NotFound
    return _entry(row, _held(session, Unit.id == unit_id))


def person(session: Session, person_id: str) -> PersonEntry:
    """A person with account and posts. Raises NotFound."""
    row = None if "\x00" in person_id else session.get(Person, person_id)
    if row is None:
        raise NotFound
    return PersonEntry(
        id=row.id,
        login=row.login,
        name=row.name,
        managed_by=row.managed_by,
        is_active=row.state == "active",
        has_secret=row.secret_hash is not None,
        must_change_secret=row.must_change_secret,
        secret_changed_at=row.secret_changed_at,
        posts=_held(session, Person.id == person_id),
    )


def people_found(session: Session, typed: str, day: date) -> tuple[PersonEntry, ...]:
    """People whose name or login contains what was typed, with the posts of the day."""
    like = typed.replace("\x00", "").strip()
    if not like:
        return ()
    rows = session.scalars(
        select(Person)
        .where(
            or_(
                Person.name.contains(like, autoescape=True),
                func.lower(Person.login).contains(like.lower(), autoescape=True),
            )
        )
        .order_by(Person.login)
        .limit(MOST_FOUND)
    ).all()
    held: dict[str, list[Held]] = {}
    for each in _held(session, Person.id.in_([row.id for row in rows]), tenure.held(day)):
        held.setdefault(each.person_id, []).append(each)
    return tuple(
        PersonEntry(
            id=row.id,
            login=row.login,
            name=row.name,
            managed_by=row.managed_by,
            is_active=row.state == "active",
            has_secret=row.secret_hash is not None,
            must_change_secret=row.must_change_secret,
            secret_changed_at=row.secret_changed_at,
            posts=tuple(held.get(row.id, ())),
        )
        for row in rows
    )


def unit_names(session: Session) -> Mapping[str, str]:
    """Open units and offices by id, an office with the organ it belongs to."""
    rows = session.execute(
        select(Unit.id, Unit.name, Unit.parent_id)
        .where(Unit.closed_on.is_(None))
        .order_by(Unit.region, Unit.path)
    ).all()
    names = {row.id: row.name for row in rows}
    return {
        row.id: f"{names[row.parent_id]} {row.name}" if row.parent_id in names else row.name
        for row in rows
    }


def names_of(session: Session, logins: Collection[str], keys: Collection[str]) -> dict[str, str]:
    """What people call these logins and units, by login and by key; unknown ones are left out."""
    people = session.execute(select(Person.login, Person.name).where(Person.login.in_(logins)))
    units = session.execute(select(Unit.key, Unit.name).where(Unit.key.in_(keys)))
    return {row[0]: row[1] for row in (*people, *units)}


def _held(session: Session, *conditions: ColumnElement[bool]) -> tuple[Held, ...]:
    rows = session.execute(
        select(Post, Person.name, Person.login, Person.state, Unit.name.label("unit"))
        .join(Person, Person.id == Post.person_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(*conditions)
        .order_by(
            Post.to_on.is_not(None),
            Post.is_head.desc(),
            Post.is_main.desc(),
            Post.from_on.desc(),
            Person.login,
        )
    )
    return tuple(
        Held(
            id=row.Post.id,
            person_id=row.Post.person_id,
            name=row.name,
            login=row.login,
            is_active=row.state == "active",
            unit_id=row.Post.unit_id,
            unit=row.unit,
            title=row.Post.title,
            is_head=row.Post.is_head,
            is_main=row.Post.is_main,
            from_on=row.Post.from_on,
            to_on=row.Post.to_on,
        )
        for row in rows
    )


def _entry(row: Unit, holders: tuple[Held, ...]) -> UnitEntry:
    return UnitEntry(
        id=row.id,
        key=row.key,
        name=row.name,
        kind=row.kind,
        level=row.level,
        affiliation=row.affiliation,
        region=row.region,
        parent_id=row.parent_id,
        closed_on=row.closed_on,
        depth=row.path.count("/"),
        holders=holders,
    )
