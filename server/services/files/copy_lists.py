"""抄送我的: the copies somebody got and may still have, with what he has not opened on top."""

from dataclasses import dataclass
from typing import Final

from server.domain.access import Permission, permits
from server.domain.errors import NotFound
from server.queries import copies
from server.queries.copies import Copy
from server.services.context import Context
from server.services.identity import posts

#: copies on one page
PAGE: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One page of copies."""

    items: tuple[Copy, ...]
    total: int | None
    number: int


def received(ctx: Context, number: int = 1, *, size: int = PAGE) -> Listed:
    """One page of the actor's copies, the unread ones first, then the newest."""
    actor = posts.with_posts(ctx)
    if not permits(actor, Permission.CASE_READ):
        return Listed(items=(), total=0, number=1)
    found = copies.page(ctx.session, actor, number=number, size=size)
    return Listed(items=found.items, total=found.total, number=number)


def one(ctx: Context, copy_id: str) -> Copy:
    """A copy the actor got. Raises NotFound."""
    found = copies.one(ctx.session, posts.with_posts(ctx), copy_id)
    if found is None:
        raise NotFound
    return found
