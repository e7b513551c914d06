"""What the frame of every page asks: what waits for somebody, in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, case, null, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.expressions import Json
from server.queries import campaigns, inbox, meetings, notices, requests


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How much waits, counted up to 100 each."""

    #: work in his hands
    work: int
    #: notices he has not read and wants to be told of by now
    notices: int
    #: matters of meetings that want him, None: no meeting is any business of his
    meetings: int | None
    #: acts that wait for his consent, None: none ever was asked of him, nor by him
    requests: int | None
    #: lists of campaigns that he is to confirm, None: no office of his that he heads takes part
    campaigns: int | None


def waiting(
    session: Session, actor: Actor, preferences: Mapping[str, Json], *, on: date, now: datetime
) -> Waiting:
    """What waits for the actor, who brings the posts of the day ``on`` and his preferences."""
    row = session.execute(
        select(
            inbox.in_hands(actor, on=on, now=now).scalar_subquery().label("work"),
            notices.unread(actor, preferences, now).scalar_subquery().label("notices"),
            _if(meetings.has_any(actor), meetings.waiting(actor)).label("meetings"),
            _if(requests.has_any(actor), requests.addressed(actor)).label("requests"),
            _if(campaigns.heads_a_share(actor, on), campaigns.to_confirm(actor, on)).label(
                "campaigns"
            ),
        )
    ).one()
    return Waiting(**row._mapping)


def _if(has_any: ColumnElement[bool], count: Select[tuple[int]]) -> ColumnElement[int | None]:
    return case((has_any, count.scalar_subquery()), else_=null())
