"""What the frame of every page asks: what waits for somebody, in one statement."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.queries import inbox, notices


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How much waits, counted up to 100 each."""

    #: work in his hands
    work: int
    #: notices he has not read
    notices: int


def waiting(session: Session, actor: Actor, *, on: date, now: datetime) -> Waiting:
    """What waits for the actor, who brings the posts of the day ``on``."""
    row = session.execute(
        select(
            inbox.in_hands(actor, on=on, now=now).scalar_subquery().label("work"),
            notices.unread(actor).scalar_subquery().label("notices"),
        )
    ).one()
    return Waiting(work=row.work, notices=row.notices)
