"""Try a way again, once the system administrator has mended it: what was given up is owed anew."""

from sqlalchemy import ColumnElement, and_, or_, update

from server.domain.access import Permission, permits
from server.domain.errors import Conflict, Forbidden
from server.domain.texts import _
from server.models.outbox import outbox
from server.services.context import Context
from server.services.identity import posts


def again(ctx: Context, channel: str) -> int:
    """Owe every given-up notice of this way anew, and what waits on it at once; how many there are.

    Each receiver gets one letter about all of his.

    Raises:
        Forbidden: the actor is neither the system administrator nor the program.
        Conflict: nothing was given up on this way, and nothing waits.
    """
    if not (ctx.actor.is_system or permits(posts.with_posts(ctx), Permission.SYSTEM_ADMINISTER)):
        raise Forbidden(_("只有系统管理员可以重发通知"))
    ids = ctx.session.scalars(
        update(outbox)
        .where(
            outbox.c.kind == "notice",
            outbox.c.channel == channel[:40],
            outbox.c.channel != "",
            or_(outbox.c.state == "failed", _waits(ctx)),
        )
        .values(
            state="pending",
            attempts=0,
            next_at=ctx.now,
            created_at=ctx.now,
            claimed_until=None,
            error="",
        )
        .returning(outbox.c.id)
    ).all()
    if not ids:
        raise Conflict(_("该渠道没有未送达的通知"))
    ctx.record("notice.again", f"channel:{channel[:40]}", detail={"notices": len(ids)})
    return len(ids)


def _waits(ctx: Context) -> ColumnElement[bool]:
    """Put off after a failure, not until the day's digest, and held by nobody."""
    return and_(
        outbox.c.created_at <= ctx.now,
        outbox.c.state == "pending",
        outbox.c.next_at > ctx.now,
        or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= ctx.now),
    )
