"""The actor with the posts he holds on the day of the act; nothing older is ever trusted."""

from dataclasses import replace

from server.domain.access import Actor, PostHeld
from server.services import people
from server.services.context import Context


def with_posts(ctx: Context) -> Actor:
    """The actor of this use case as access looks at him."""
    if ctx.actor.is_system:
        return ctx.actor
    return replace(
        ctx.actor,
        posts=tuple(
            PostHeld(
                unit_id=post.office.id,
                kind=post.office.kind,
                level=post.office.level,
                is_head=post.is_head,
            )
            for post in people.posts_on(ctx, ctx.actor.person_id, ctx.today)
        ),
    )
