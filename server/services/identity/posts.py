"""The actor with the posts he holds on the day of the act; nothing older is ever trusted."""

from dataclasses import replace
from typing import Final, cast

from sqlalchemy import Table, bindparam, or_, select

from server.domain.access import Actor, PostHeld
from server.models.identity import Post, Unit
from server.services.context import Context

#: where a use case remembers the actor with his posts
_ASKED: Final = ("posts of the actor",)


def with_posts(ctx: Context) -> Actor:
    """The actor of this use case as access looks at him; his posts are read once in it."""
    if ctx.actor.is_system:
        return ctx.actor
    known = ctx.memo.get(_ASKED)
    if not isinstance(known, Actor):
        known = ctx.memo[_ASKED] = _asked(ctx)
    return known


def trust(ctx: Context) -> None:
    """Take the posts the actor came with: they were read for the same request."""
    ctx.memo[_ASKED] = ctx.actor


def _asked(ctx: Context) -> Actor:
    given = {"person": ctx.actor.person_id, "day": ctx.today}
    rows = ctx.session.execute(_HELD, given)
    return replace(
        ctx.actor,
        posts=tuple(
            PostHeld(unit_id=row.id, kind=row.kind, level=row.level, is_head=row.is_head)
            for row in rows
        ),
    )


_UNITS, _POSTS = cast("Table", Unit.__table__), cast("Table", Post.__table__)
#: the posts somebody holds on a day, the main one first; asked by every verb, so built once
_HELD = (
    select(_UNITS.c.id, _UNITS.c.kind, _UNITS.c.level, _POSTS.c.is_head)
    .join(_POSTS, _POSTS.c.unit_id == _UNITS.c.id)
    .where(
        _POSTS.c.person_id == bindparam("person"),
        _POSTS.c.from_on <= bindparam("day"),
        or_(_POSTS.c.to_on.is_(None), _POSTS.c.to_on >= bindparam("day")),
    )
    .order_by(_POSTS.c.is_main.desc(), _POSTS.c.from_on, _UNITS.c.path)
)
