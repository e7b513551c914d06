"""Who is competent and who may act, on a day: organs, offices, people and the posts they hold.

An office is found by what it is (``kind``, the role key of a pack), its level and the locality:
``office(ctx, "case_supervision_office", level="city", region="p/c1/d1")`` is the office of the
city that this county lies in. Authority follows the post on the day.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from sqlalchemy import Select, Table, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from server.domain.access import Actor
from server.domain.errors import NotFound
from server.domain.jurisdiction import Level, region_at
from server.models.identity import Person, Post, Unit
from server.queries import tenure
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """A unit as others see it: an office, or an organ."""

    id: str
    key: str
    name: str
    kind: str
    level: str
    affiliation: str
    region: str
    parent_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldPost:
    """A post somebody holds on the day that was asked about."""

    id: str
    title: str
    is_head: bool
    office: Office


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Somebody who holds a post of the office that was asked about."""

    person_id: str
    login: str
    name: str
    title: str
    is_head: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Official:
    """A person as others see him."""

    id: str
    login: str
    name: str
    #: level that holds the management authority over him, None: not an official
    managed_by: str | None


def person(ctx: Context, person_id: str) -> Official:
    """The person with this id. Raises NotFound."""
    return _official(ctx.session.get(Person, person_id))


def person_by_login(ctx: Context, login: str) -> Official:
    """The person with this login. Raises NotFound."""
    return _official(ctx.session.scalar(select(Person).where(Person.login == login)))


def actor(ctx: Context, login: str) -> Actor:
    """The actor for somebody who may sign in. Raises NotFound, also for a disabled account."""
    row = ctx.session.scalar(select(Person).where(Person.login == login, Person.state == "active"))
    official = _official(row)
    return Actor(person_id=official.id, name=official.name)


def unit(ctx: Context, unit_id: str) -> Office:
    """The unit with this id. Raises NotFound."""
    return _office(ctx.session.get(Unit, unit_id))


def unit_by_key(ctx: Context, key: str) -> Office:
    """The unit with this key, e.g. ``county1.housing``. Raises NotFound."""
    return _office(ctx.session.scalar(select(Unit).where(Unit.key == key)))


def unit_named(ctx: Context, text: str) -> str | None:
    """The id of the unit with this key, else of the only open one with this name."""
    if "\x00" in text:
        return None
    found = ctx.session.scalar(select(Unit.id).where(Unit.key == text))
    if found is not None:
        return str(found)
    named = ctx.session.scalars(
        select(Unit.id).where(Unit.name == text, Unit.closed_on.is_(None)).limit(2)
    ).all()
    return str(named[0]) if len(named) == 1 else None


def posts_on(ctx: Context, person_id: str, day: date) -> tuple[HeldPost, ...]:
    """The posts this person holds on the day, his main post first, then the oldest."""
    rows = ctx.session.execute(
        select(Post, Unit)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.person_id == person_id, tenure.held(day))
        .order_by(Post.is_main.desc(), Post.from_on, Unit.path)
    )
    return tuple(
        HeldPost(id=post.id, title=post.title, is_head=post.is_head, office=_office(row))
        for post, row in rows
    )


def holders(
    ctx: Context, unit_id: str, day: date, *, head_only: bool = False
) -> tuple[Holder, ...]:
    """Who holds a post of this office on the day, its head first; disabled accounts are out."""
    query = (
        select(Post.title, Post.is_head, Person.id, Person.login, Person.name)
        .join(Person, Person.id == Post.person_id)
        .where(Post.unit_id == unit_id, Person.state == "active", tenure.held(day))
        .order_by(Post.is_head.desc(), Person.login)
    )
    if head_only:
        query = query.where(Post.is_head)
    return tuple(
        Holder(
            person_id=row.id, login=row.login, name=row.name, title=row.title, is_head=row.is_head
        )
        for row in ctx.session.execute(query)
    )


def holders_of(ctx: Context, unit_ids: Collection[str], day: date) -> frozenset[str]:
    """Ids of everybody who holds a post of one of these units on the day and may sign in."""
    if not unit_ids:
        return frozenset()
    held = (
        select(Person.id)
        .join(Post, Post.person_id == Person.id)
        .where(Post.unit_id.in_(unit_ids), Person.state == "active", tenure.held(day))
    )
    return frozenset(ctx.session.scalars(held))


def unknown(ctx: Context, ids: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Of these (``person`` or ``unit``, id), those that do not exist; one statement per kind."""
    found: set[tuple[str, str]] = set()
    for kind, column in (("person", Person.id), ("unit", Unit.id)):
        asked = {one for of, one in ids if of == kind and "\x00" not in one}
        if asked:
            found |= {
                (kind, one) for one in ctx.session.scalars(select(column).where(column.in_(asked)))
            }
    return frozenset(set(ids) - found)


def offices(ctx: Context, kind: str, *, level: str, region: str) -> tuple[Office, ...]:
    """Every open office of this kind at the level whose locality ``region`` lies in."""
    place = region_at(region, Level(level))
    if place is None:
        return ()
    known = ctx.memo.get(("offices", kind, level, place))
    if known is None:
        foresee(ctx, [(kind, Level(level))], region)
        known = ctx.memo["offices", kind, level, place]
    return cast("tuple[Office, ...]", known)


def foresee(ctx: Context, wanted: Iterable[tuple[str, Level]], region: str) -> None:
    """Look up all these offices at once; whoever asks for one of them afterwards costs nothing."""
    places = {(kind, level): region_at(region, level) for kind, level in wanted}
    new = [key for key, place in places.items() if ("offices", *key, place) not in ctx.memo]
    if not any(places[key] for key in new):
        return
    asked = {
        "day": ctx.today,
        "kinds": list({kind for kind, _level in new}),
        "places": list({place for key in new if (place := places[key])}),
    }
    found = [Office(**row._mapping) for row in ctx.session.execute(_OFFICES, asked)]
    for kind, level in new:
        place = places[kind, level]
        ctx.memo["offices", kind, level, place or ""] = tuple(
            one for one in found if (one.kind, one.level, one.region) == (kind, level, place)
        )


def forget_offices(ctx: Context) -> None:
    """Look offices up anew: one was created or closed in the same use case."""
    for key in [key for key in ctx.memo if key[0] == "offices"]:
        del ctx.memo[key]


def office(ctx: Context, kind: str, *, level: str, region: str) -> Office | None:
    """The competent office of this kind, None when the locality has none (or none there)."""
    return next(iter(offices(ctx, kind, level=level, region=region)), None)


def office_of_unit(ctx: Context, kind: str, unit_id: str) -> Office | None:
    """The office of this kind (``unit_hr``, ``unit_head`` …) inside a unit, None without one."""
    return offices_of_unit(ctx, (kind,), unit_id).get(kind)


def offices_of_unit(ctx: Context, kinds: Collection[str], unit_id: str) -> Mapping[str, Office]:
    """The offices of these kinds inside a unit (or the unit itself), the first of each kind."""
    above = aliased(Unit)
    inside = above.path + "/"
    rows = ctx.session.scalars(
        _open_units(ctx)
        .join(
            above,
            or_(
                Unit.id == above.id,
                func.substr(Unit.path, 1, func.length(inside)) == inside,
            ),
        )
        .where(above.id == unit_id, Unit.kind.in_(kinds))
    ).all()
    return {row.kind: _office(row) for row in reversed(rows)}


def own_unit(ctx: Context, person_id: str, day: date) -> Office | None:
    """The unit an official works in: the organ above his main post of the day."""
    held = posts_on(ctx, person_id, day)
    if not held:
        return None
    found = held[0].office
    while found.parent_id is not None:
        found = unit(ctx, found.parent_id)
    return found


def accounts(ctx: Context, day: date) -> Sequence[tuple[Official, tuple[HeldPost, ...]]]:
    """Every active account in order of login, with the posts held on the day."""
    people = ctx.session.scalars(
        select(Person).where(Person.state == "active").order_by(Person.login)
    )
    held: dict[str, list[HeldPost]] = {}
    rows = ctx.session.execute(
        select(Post, Unit)
        .join(Unit, Unit.id == Post.unit_id)
        .where(tenure.held(day))
        .order_by(Post.is_main.desc(), Post.from_on, Unit.path)
    )
    for post, row in rows:
        held.setdefault(post.person_id, []).append(
            HeldPost(id=post.id, title=post.title, is_head=post.is_head, office=_office(row))
        )
    return [(_official(row), tuple(held.get(row.id, ()))) for row in people]


def _open_units(ctx: Context) -> Select[tuple[Unit]]:
    still = or_(Unit.closed_on.is_(None), Unit.closed_on >= ctx.today)
    return select(Unit).where(still).order_by(Unit.path)


def _office(row: Unit | None) -> Office:
    if row is None:
        raise NotFound
    return Office(
        id=row.id,
        key=row.key,
        name=row.name,
        kind=row.kind,
        level=row.level,
        affiliation=row.affiliation,
        region=row.region,
        parent_id=row.parent_id,
    )


def _official(row: Person | None) -> Official:
    if row is None:
        raise NotFound
    return Official(id=row.id, login=row.login, name=row.name, managed_by=row.managed_by)


_UNITS = cast("Table", Unit.__table__)
#: open units of these kinds in these localities; most steps ask for some, so it is built once
_OFFICES: Final = (
    select(*(_UNITS.c[name] for name in Office.__slots__))
    .where(
        or_(_UNITS.c.closed_on.is_(None), _UNITS.c.closed_on >= bindparam("day")),
        _UNITS.c.kind.in_(bindparam("kinds", expanding=True)),
        _UNITS.c.region.in_(bindparam("places", expanding=True)),
    )
    .order_by(_UNITS.c.path)
)
