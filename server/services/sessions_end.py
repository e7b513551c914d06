"""Ends sessions and tokens, in the same commit as the change that asks for it (ID-11).

Whoever runs a use case in such a session holds its row until he commits (``sessions.confirm``),
so an end waits for what is under way, and what comes after it is refused.
"""

from sqlalchemy import update

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
    count = ctx.session.execute(query).rowcount
    if count:
        ctx.record("session.end", f"person:{person_id}", detail={"count": count, "why": why})
    return int(count)


def one(ctx: Context, session_id: str) -> None:
    """End this session if it is open."""
    ctx.session.execute(
        update(session)
        .where(session.c.id == session_id, session.c.revoked_at.is_(None))
        .values(revoked_at=ctx.now)
    )
