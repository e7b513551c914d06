"""Whom a form may name: people and units to choose from, the nearest first, found by what is typed.

Names of officials and units are no secret of a case; nothing of a case is read here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, case, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from server.domain.access import ADMINISTRATORS, DESIGNER
from server.domain.texts import _
from server.models.identity import Person, Post, Unit
from server.queries import tenure
from server.services.context import Context
from server.services.identity import people

Kind = Literal["person", "unit"]

#: most entries offered at once; more is found by typing
MOST: Final = 200

#: the organ an office belongs to
_ORGAN = aliased(Unit)

_NO_PARTS: Final = tuple(sorted(ADMINISTRATORS | {DESIGNER}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Somebody, or a unit, that may be named."""

    #: id of the person or unit
    value: str
    #: name with post and unit, so that namesakes can be told apart
    label: str


def offered(
    ctx: Context, kind: Kind, *, typed: str = "", chosen: Collection[str] = (), most: int = MOST
) -> tuple[Choice, ...]:
    """Who may be named: what is chosen already, then who fits what is typed, the nearest first.

    Near is the actor's own region. People without a post of today and holders of duties of the
    program itself are not offered.
    """
    found = _people(ctx, typed, most) if kind == "person" else _units(ctx, typed, most)
    known = {choice.value for choice in found}
    kept = _named(ctx, kind, [each for each in chosen if each not in known])
    return (*kept, *found)


def _people(ctx: Context, typed: str, most: int) -> tuple[Choice, ...]:
    rows = ctx.session.execute(
        _holders(ctx)
        .where(Unit.kind.not_in(_NO_PARTS), _fits(typed, Person.name, Unit.name, _ORGAN.name))
        .order_by(_nearness(ctx), Unit.path, Post.is_head.desc(), Person.login)
        .limit(most)
    )
    found: dict[str, Choice] = {}
    for row in rows:
        found.setdefault(row.id, _person(row))
    return tuple(found.values())


def _units(ctx: Context, typed: str, most: int) -> tuple[Choice, ...]:
    """Organs and units, not the offices inside them."""
    rows = ctx.session.execute(
        select(Unit.id, Unit.name)
        .where(
            Unit.parent_id.is_(None),
            or_(Unit.closed_on.is_(None), Unit.closed_on >= ctx.today),
            Unit.kind.not_in(_NO_PARTS),
            _fits(typed, Unit.name),
        )
        .order_by(_nearness(ctx), Unit.path)
        .limit(most)
    )
    return tuple(Choice(value=row.id, label=row.name) for row in rows)


def _named(ctx: Context, kind: Kind, ids: Collection[str]) -> tuple[Choice, ...]:
    """Those with these ids, also when they are no longer offered."""
    if not ids:
        return ()
    if kind == "unit":
        rows = ctx.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
        return tuple(Choice(value=row.id, label=row.name) for row in rows)
    people_ = ctx.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all()
    posts = {
        row.id: _person(row)
        for row in ctx.session.execute(
            _holders(ctx).where(Person.id.in_(ids)).order_by(Post.is_main)
        )
    }
    return tuple(posts.get(row.id, Choice(value=row.id, label=row.name)) for row in people_)


def _holders(ctx: Context) -> Select[Any]:
    """Active people with a post they hold today."""
    return (
        select(
            Person.id,
            Person.name,
            Post.title,
            Unit.name.label("unit"),
            _ORGAN.name.label("organ"),
        )
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(_ORGAN, _ORGAN.id == Unit.parent_id)
        .where(
            Person.state == "active",
            tenure.held(ctx.today),
        )
    )


def _fits(typed: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Every word that is typed stands in one of the columns."""
    words = typed.replace("\x00", "").split()[:5]
    return and_(
        true(),
        *(or_(*(column.contains(word, autoescape=True) for column in columns)) for word in words),
    )


def _nearness(ctx: Context) -> ColumnElement[int]:
    """0 in the actor's own locality, 1 above or below it, 2 elsewhere."""
    unit = people.own_unit(ctx, ctx.actor.person_id, ctx.today)
    region = unit.region if unit else ""
    above = [region.rsplit("/", n)[0] for n in range(1, region.count("/") + 1)]
    return case(
        (Unit.region == region, 0),
        (or_(Unit.region.in_(above), Unit.region.startswith(f"{region}/", autoescape=True)), 1),
        else_=2,
    )


def _person(row: Row[Any]) -> Choice:
    where = "".join(part for part in (row.organ, row.unit, row.title) if part)
    return Choice(value=row.id, label=_("{name}（{where}）").format(name=row.name, where=where))
