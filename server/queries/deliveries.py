"""How the ways out stand: what waits, what was given up, when the last letter got through."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.outbox import outbox


@dataclass(frozen=True, kw_only=True, slots=True)
class WayState:
    """One way out in figures; no person, no case."""

    channel: str
    waiting: int
    given_up: int
    #: since when the longest of what waits is owed
    oldest_at: datetime | None
    last_sent_at: datetime | None
    #: words of the faults of what waits or was given up
    faults: tuple[str, ...]


def standing(session: Session) -> tuple[WayState, ...]:
    """Every way anything was ever owed on, by name; two statements."""
    waits, gone = outbox.c.state == "pending", outbox.c.state == "failed"
    ours = (outbox.c.kind == "notice", outbox.c.channel != "")
    rows = session.execute(
        select(
            outbox.c.channel,
            func.count().filter(waits).label("waiting"),
            func.count().filter(gone).label("given_up"),
            func.min(outbox.c.created_at).filter(waits).label("oldest_at"),
            func.max(outbox.c.sent_at).label("last_sent_at"),
        )
        .where(*ours)
        .group_by(outbox.c.channel)
        .order_by(outbox.c.channel)
    ).all()
    faults = session.execute(
        select(outbox.c.channel, outbox.c.error)
        .where(*ours, waits | gone, outbox.c.error != "")
        .distinct()
        .order_by(outbox.c.error)
    ).all()
    return tuple(
        WayState(
            **row._mapping,
            faults=tuple(each.error for each in faults if each.channel == row.channel),
        )
        for row in rows
    )
