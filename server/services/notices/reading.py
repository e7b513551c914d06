"""A notice is read once, by whom it is for: proof that he was told, on the chain of accesses."""

from collections.abc import Sequence

from sqlalchemy import update

from server.domain.errors import NotFound
from server.models.outbox import notification
from server.queries import notices
from server.services import audit
from server.services.context import Context

#: notices read by one act
MOST = 500


def read(ctx: Context, notice_id: str) -> None:
    """Note that the actor has read his notice now; again is a no-op.

    Raises:
        NotFound: it is none of his.
    """
    if "\x00" in notice_id or notices.one(ctx.session, ctx.actor, notice_id) is None:
        raise NotFound
    _note(ctx, [notice_id])


def read_all(ctx: Context) -> int:
    """Note that the actor has read all his notices, the newest 500 of them; how many those were."""
    return _note(ctx, notices.unread_ids(ctx.session, ctx.actor, MOST))


def _note(ctx: Context, ids: Sequence[str]) -> int:
    """Set the moment of reading where there is none, with one record for each."""
    rows = ctx.session.execute(
        update(notification)
        .where(
            notification.c.id.in_(ids),
            notification.c.recipient_id == ctx.actor.person_id,
            notification.c.read_at.is_(None),
        )
        .values(read_at=ctx.now)
        .returning(notification.c.id, notification.c.case_id)
    ).all()
    for row in sorted(rows, key=lambda each: str(each.id)):
        ctx.record("notice.read", row.id, row.case_id, chain=audit.ACCESS)
    return len(rows)
