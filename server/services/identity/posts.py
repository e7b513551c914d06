"""The actor with the posts he holds on the day of the act; nothing older is ever trusted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import (
    Row,
    Select,
    Table,
    bindparam,
    false,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import cast as as_type

from server.domain.absences import Absence, Seat, passed_on
from server.domain.access import Actor, PostHeld
from server.models.identity import Person, Post, Unit
from server.models.reporter import reporter_bar
from server.models.work import absence
from server.services.context import Context

#: where a use case remembers the actor with his posts
_ASKED: Final = ("posts of the actor",)
#: what stands in the place of a kind of unit where a row names a case
_SHUT: Final = "\x1fshut"


def with_posts(ctx: Context) -> Actor:
    """The actor of this use case as access looks at him; his posts are read once in it.

    With those he stands in for today.
    """
    if ctx.actor.is_system:
        return ctx.actor
    known = ctx.memo.get(_ASKED)
    if not isinstance(known, Actor):
        known = ctx.memo[_ASKED] = _asked(ctx)
    return known


def filling(ctx: Context, absent: Actor) -> Context:
    """The same use case in the name of somebody absent: with the posts of his that the actor fills.

    And no others: what the actor may do himself is asked before.
    """
    actor = replace(
        with_posts(ctx), on_behalf_of=absent.person_id, posts=absent.posts, stands_in=()
    )
    speaking = ctx.speaking_for(absent.person_id)
    return replace(speaking, memo={**ctx.memo, _ASKED: actor})


def trust(ctx: Context) -> None:
    """Take the posts the actor came with: they were read for the same request."""
    ctx.memo[_ASKED] = ctx.actor


def _asked(ctx: Context) -> Actor:
    given = {
        "person": ctx.actor.person_id,
        "day": ctx.today,
        "marks": ctx.tools.ring.marks(ctx.actor.person_id),
    }
    rows = ctx.session.execute(_HELD, given).all()
    held = [row for row in rows if row.kind != _SHUT]
    own = sorted((row for row in held if row.absent_id is None), key=_first)
    away = [row for row in held if row.absent_id is not None]
    return replace(
        ctx.actor,
        posts=tuple(map(_post, own)),
        stands_in=tuple(_stands_in(ctx, own, away)),
        shut=frozenset(row.id for row in rows if row.kind == _SHUT),
    )


def _first(row: Row[Any]) -> tuple[bool, date, str]:
    """His main post first, then the oldest."""
    return not row.is_main, row.from_on, row.path


def _post(row: Row[Any]) -> PostHeld:
    return PostHeld(unit_id=row.id, kind=row.kind, level=row.level, is_head=row.is_head)


def _stands_in(ctx: Context, own: Sequence[Row[Any]], away: Iterable[Row[Any]]) -> Iterator[Actor]:
    """Each absent person with the posts the actor fills for him."""
    people: dict[str, list[Row[Any]]] = {}
    for row in sorted(away, key=lambda row: (row.absent_name, row.absent_id, *_first(row))):
        people.setdefault(row.absent_id, []).append(row)
    seats = [_seat(row) for row in own]
    for absent_id, rows in people.items():
        filled = [row for row in rows if passed_on(_absence(ctx, row), [_seat(row)], seats)]
        if filled:
            posts = tuple(dict.fromkeys(map(_post, filled)))
            yield Actor(
                person_id=absent_id,
                name=filled[0].absent_name,
                posts=posts,
                shut=_shut_to(ctx, absent_id),
            )


def _shut_to(ctx: Context, person_id: str) -> frozenset[str]:
    """The cases a report keeps this person out of."""
    marks = ctx.tools.ring.marks(person_id)
    return frozenset(ctx.session.scalars(_SHUT_CASES, {"marks": marks})) if marks else frozenset()


def _seat(row: Row[Any]) -> Seat:
    return Seat(unit_id=row.id, kind=row.kind, organ=row.path.partition("/")[0])


def _absence(ctx: Context, row: Row[Any]) -> Absence:
    return Absence(
        person_id=row.absent_id,
        substitute_id=ctx.actor.person_id,
        from_on=ctx.today,
        to_on=ctx.today,
        unit_ids=None if row.unit_ids is None else frozenset(row.unit_ids),
    )


_UNITS, _POSTS = cast("Table", Unit.__table__), cast("Table", Post.__table__)
_PEOPLE = cast("Table", Person.__table__)
_ON_THE_DAY: Final = (
    _POSTS.c.from_on <= bindparam("day"),
    or_(_POSTS.c.to_on.is_(None), _POSTS.c.to_on >= bindparam("day")),
)


def _held(*more: Any) -> Select[Any]:
    of_unit = [_UNITS.c[name] for name in ("id", "kind", "level", "path")]
    of_post = [_POSTS.c[name] for name in ("is_head", "is_main", "from_on")]
    joined = _POSTS.join(_UNITS, _UNITS.c.id == _POSTS.c.unit_id)
    return select(*of_unit, *of_post, *more).select_from(joined).where(*_ON_THE_DAY)


_MARKED: Final = reporter_bar.c.mark.in_(bindparam("marks", expanding=True))
_SHUT_CASES: Final = select(reporter_bar.c.case_id).where(_MARKED)

#: the posts somebody holds on a day, those of the people he stands in for, and the cases a report
#: keeps him out of; asked by every verb, so built once
_HELD: Final = union_all(
    _held(
        as_type(null(), absence.c.person_id.type).label("absent_id"),
        as_type(null(), _PEOPLE.c.name.type).label("absent_name"),
        as_type(null(), absence.c.unit_ids.type).label("unit_ids"),
    ).where(_POSTS.c.person_id == bindparam("person")),
    _held(absence.c.person_id, _PEOPLE.c.name, absence.c.unit_ids)
    .join(absence, absence.c.person_id == _POSTS.c.person_id)
    .join(_PEOPLE, _PEOPLE.c.id == absence.c.person_id)
    .where(
        absence.c.substitute_id == bindparam("person"),
        _PEOPLE.c.state == "active",
        absence.c.ended_at.is_(None),
        absence.c.from_on <= bindparam("day"),
        absence.c.to_on >= bindparam("day"),
    ),
    select(
        reporter_bar.c.case_id,
        literal(_SHUT),
        literal(""),
        literal(""),
        false(),
        false(),
        as_type(null(), _POSTS.c.from_on.type),
        as_type(null(), absence.c.person_id.type),
        as_type(null(), _PEOPLE.c.name.type),
        as_type(null(), absence.c.unit_ids.type),
    ).where(_MARKED),
)
