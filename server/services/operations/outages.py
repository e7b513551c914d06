"""A time in which no background work was done, and making up for what became due in it.

Told by the heartbeat of the round, whichever process it was: where another one kept going, nothing
was missed. What became due meanwhile happens in the order of its moments as always; the incident
says from when to when, and how much was made up for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from server.domain.access import SYSTEM
from server.domain.chores import ROUND
from server.domain.expressions import Json
from server.domain.incidents import IncidentKind
from server.models.installation import incident
from server.queries import operations as queries
from server.queries.operations import Incident
from server.services import heartbeats
from server.services.context import Context, Tools, transaction
from server.services.operations import incidents

#: background work that was away no longer than this was not missed
SHORT: Final = timedelta(minutes=5)
#: for so long heads are told of one that is over
TOLD: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outage:
    """One that is being made up for."""

    from_at: datetime
    to_at: datetime
    #: timers made up for so far
    made_up: int


def noticed(tools: Tools, real_now: datetime, now: datetime) -> Outage | None:
    """Before a round: was nothing done for a while, and is something due; noted, once.

    ``now`` is what the installation's clock shows.
    """
    last = heartbeats.latest(tools, ROUND.name)
    if last is None or real_now - last <= SHORT:
        return None
    known = under_way(tools)
    if known is not None:
        return known
    with tools.readers() as session:
        due = queries.due(session, now)
    if not due.count:
        return None
    found = Outage(from_at=last, to_at=real_now, made_up=0)
    detail = {"from": last.isoformat(), "to": real_now.isoformat(), "made_up": 0}
    incidents.met(tools, IncidentKind.OUTAGE, real_now, detail=detail)
    return found


def under_way(tools: Tools) -> Outage | None:
    """The outage that is being made up for, by whichever process."""
    detail = incidents.standing(tools, IncidentKind.OUTAGE)
    return None if detail is None else _outage(detail)


def lately(ctx: Context, real_now: datetime) -> tuple[Incident, ...]:
    """What whoever waits for reminders should know: they are late, or were within a day."""
    return queries.pauses(ctx.session, real_now - TOLD)


def made_up(tools: Tools, real_now: datetime, now: datetime, count: int) -> Outage | None:
    """After a portion of a round: so many more were made up for.

    Gives the outage where that was all, else None.

    Several processes may make up for one outage; each adds what it did.
    """
    with tools.readers() as session:
        left = queries.due(session, now).at_hand
    with transaction(tools, SYSTEM, real_now) as ctx:
        found = _add(ctx, count)
    if left or found is None:
        return None
    incidents.over(tools, IncidentKind.OUTAGE, real_now)
    return found


def _add(ctx: Context, count: int) -> Outage | None:
    row = ctx.session.execute(
        select(incident.c.id, incident.c.detail)
        .where(*incidents.is_open(IncidentKind.OUTAGE))
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None  # another process has done the rest
    detail = {**row.detail, "made_up": row.detail["made_up"] + count}
    ctx.session.execute(
        update(incident).where(incident.c.id == row.id).values(detail=detail, last_at=ctx.now)
    )
    return _outage(detail)


def _outage(detail: Mapping[str, Json]) -> Outage:
    return Outage(
        from_at=datetime.fromisoformat(detail["from"]),
        to_at=datetime.fromisoformat(detail["to"]),
        made_up=detail["made_up"],
    )
