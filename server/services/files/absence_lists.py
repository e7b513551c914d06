"""Who stands in for whom, as those it concerns see it, and who could."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import aliased

from server.domain.access import ADMINISTRATORS
from server.domain.texts import _
from server.models.identity import Person, Post, Unit
from server.models.work import absence
from server.queries import tenure
from server.services.context import Context
from server.services.identity import posts, seats
from server.services.verbs import absences


@dataclass(frozen=True, kw_only=True, slots=True)
class Colleague:
    """Somebody of the organ, for a list to choose from."""

    id: str
    name: str
    #: office and title
    post: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Arranged:
    """One arrangement as those it concerns see it."""

    id: str
    person_id: str
    person: str
    substitute_id: str
    substitute: str
    from_on: date
    to_on: date
    #: names of the units it is about; empty for all posts
    units: tuple[str, ...]
    reason: str
    #: it holds today
    is_now: bool
    #: the reader is the one who is away, or who stands in
    is_own: bool
    stands_in: bool


def listed(ctx: Context) -> tuple[Arranged, ...]:
    """What concerns the actor and is not over: away, standing in, or of his offices as head."""
    me, units = ctx.actor.person_id, posts.with_posts(ctx).headed
    of_mine = select(Post.person_id).where(Post.unit_id.in_(units), tenure.held(ctx.today))
    person, other = aliased(Person), aliased(Person)
    rows = ctx.session.execute(
        select(absence, person.name.label("person"), other.name.label("substitute"))
        .join(person, person.id == absence.c.person_id)
        .join(other, other.id == absence.c.substitute_id)
        .where(
            absences.lasts(ctx.today),
            or_(
                absence.c.person_id == me,
                absence.c.substitute_id == me,
                absence.c.person_id.in_(of_mine),
            ),
        )
        .order_by(absence.c.from_on, absence.c.id)
    ).all()
    names = _unit_names(ctx, {unit for row in rows for unit in row.unit_ids or ()})
    return tuple(_arranged(ctx, row, names) for row in rows)


def people(ctx: Context) -> tuple[Colleague, ...]:
    """For whom the actor can arrange it: himself first, then the people of the offices he heads."""
    actor = posts.with_posts(ctx)
    mine = Colleague(id=actor.person_id, name=actor.name, post=_("本人"))
    rows = _holders(ctx, Post.unit_id.in_(actor.headed))
    return mine, *(each for each in _each_once(rows) if each.id != mine.id)


def substitutes(ctx: Context) -> tuple[Colleague, ...]:
    """Who could stand in: everybody with a post in an organ of the actor but administrators."""
    me = ctx.actor.person_id
    organs = sorted({seat.organ for seat in seats.of(ctx, (me,)).get(me, ())})
    inside = [or_(Unit.path == organ, Unit.path.startswith(f"{organ}/")) for organ in organs]
    if not inside:
        return ()
    return _each_once(_holders(ctx, or_(*inside)))


def _holders(ctx: Context, where: ColumnElement[bool]) -> list[Row[Any]]:
    return list(
        ctx.session.execute(
            select(Person.id, Person.name, Unit.name.label("unit"), Post.title)
            .join(Post, Post.person_id == Person.id)
            .join(Unit, Unit.id == Post.unit_id)
            .where(
                where,
                Person.state == "active",
                tenure.held(ctx.today),
                Unit.kind.not_in(sorted(ADMINISTRATORS)),
            )
            .order_by(Unit.path, Post.is_head.desc(), Person.login)
        )
    )


def _each_once(rows: Iterable[Row[Any]]) -> tuple[Colleague, ...]:
    found: dict[str, Colleague] = {}
    for row in rows:
        post = f"{row.unit} {row.title}"
        found.setdefault(row.id, Colleague(id=row.id, name=row.name, post=post))
    return tuple(found.values())


def _unit_names(ctx: Context, unit_ids: Collection[str]) -> Mapping[str, str]:
    if not unit_ids:
        return {}
    rows = ctx.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(sorted(unit_ids))))
    return {row.id: row.name for row in rows}


def _arranged(ctx: Context, row: Row[Any], names: Mapping[str, str]) -> Arranged:
    me = ctx.actor.person_id
    return Arranged(
        id=row.id,
        person_id=row.person_id,
        person=row.person,
        substitute_id=row.substitute_id,
        substitute=row.substitute,
        from_on=row.from_on,
        to_on=row.to_on,
        units=tuple(names[unit] for unit in row.unit_ids or ()),
        reason=row.reason,
        is_now=row.from_on <= ctx.today,
        is_own=row.person_id == me,
        stands_in=row.substitute_id == me,
    )
