"""Ends sessions and tokens, in the same commit as the change that asks for it (ID-11).

Whoever runs a use case in such a session holds its row until he commits (``sessions.confirm``),
so an end waits for what is under way, and what comes after it is refused.
"""

from sqlalchemy import select, update

from server.models.access import session
from server.services.context import Context


def of_person(ctx: Context, person_id: str, *, why: str, except_id: str | None = None) -> int:
    """End every open session and token of this person, but the one excepted; how many it were."""
    query = (
        update(session)
        .where(session.c.person_id == person_id, session.c.revoked_at.is_(None))
        .values(revoked_at=ctx.now)
    )
    if except_id is not None:
        query = query.where(session.c.id != except_id)
    count = len(ctx.session.execute(query.returning(session.c.id)).all())
    if count:
        ctx.record("session.end", f"person:{person_id}", detail={"count": count, "why": why})
    return count


def one(ctx: Context, session_id: str) -> None:
    """End this session if it is open."""
    ctx.session.execute(
        update(session)
        .where(session.c.id == session_id, session.c.revoked_at.is_(None))
        .values(revoked_at=ctx.now)
    )


def hold(ctx: Context, person_id: str) -> None:
    """Let nobody act in this person's sessions until this use case is over.

    What he does meanwhile is either committed before the change that is under way, or begins after
    it and meets his new rights.
    """
    ctx.session.execute(
        select(session.c.id)
        .where(session.c.person_id == person_id, session.c.revoked_at.is_(None))
        .order_by(session.c.id)
        .with_for_update()
    ).all()
