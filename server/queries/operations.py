"""How the installation stands: what is due, what waits to go out, what went wrong; no content.

Every figure costs a bounded piece of an index, so that it may be asked every few seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.domain.expressions import Json
from server.domain.incidents import IncidentKind
from server.domain.lifecycle import CaseStatus, TimerState
from server.models.case import case
from server.models.identity import Person
from server.models.installation import heartbeat, incident
from server.models.outbox import outbox
from server.models.time import timer

#: nothing is counted further
MANY: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """Armed timers of open cases whose moment has come."""

    #: at most ``MANY``
    count: int
    #: those of them that do not wait to be tried again after a failure
    at_hand: int
    #: moment of the one that waits longest
    oldest: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """What one way out has not sent yet."""

    #: notice or message
    kind: str
    #: the channel of a notice, empty until it is known
    channel: str
    #: at most ``MANY`` over all of them
    count: int
    oldest: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """One incident of the installation."""

    id: str
    kind: str
    subject: str
    opened_at: datetime
    last_at: datetime
    count: int
    detail: Mapping[str, Json]
    closed_at: datetime | None
    #: who closed it, empty where it passed by itself
    closed_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """When some background work was last done, and what came of it."""

    at: datetime
    detail: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message between cases that does not arrive."""

    id: str
    case_id: str
    message: str
    created_at: datetime
    attempts: int
    #: was given up
    is_failed: bool
    #: class of the last fault
    error: str


def due(session: Session, now: datetime) -> Due:
    """What is due by this moment, which is what the installation's clock shows."""
    found = (
        select(timer.c.due_at, timer.c.not_before)
        .join(case, case.c.id == timer.c.case_id)
        .where(
            timer.c.state == TimerState.ARMED,
            timer.c.due_at <= now,
            case.c.status == CaseStatus.OPEN,
        )
        .order_by(timer.c.due_at)
        .limit(MANY)
        .subquery()
    )
    is_free = or_(found.c.not_before.is_(None), found.c.not_before <= now)
    row = session.execute(
        select(
            func.count().label("n"),
            func.count().filter(is_free).label("at_hand"),
            func.min(found.c.due_at).label("oldest"),
        ).select_from(found)
    ).one()
    return Due(count=row.n, at_hand=row.at_hand, oldest=row.oldest)


def waiting(session: Session) -> tuple[Waiting, ...]:
    """What has not gone out yet, by kind and channel."""
    found = (
        select(outbox.c.kind, outbox.c.channel, outbox.c.created_at)
        .where(outbox.c.state == "pending")
        .limit(MANY)
        .subquery()
    )
    rows = session.execute(
        select(
            found.c.kind,
            found.c.channel,
            func.count().label("n"),
            func.min(found.c.created_at).label("oldest"),
        )
        .group_by(found.c.kind, found.c.channel)
        .order_by(found.c.kind, found.c.channel)
    )
    return tuple(
        Waiting(kind=row.kind, channel=row.channel, count=row.n, oldest=row.oldest) for row in rows
    )


def given_up(session: Session) -> Mapping[str, int]:
    """How many notices no channel takes any more, by channel."""
    rows = session.execute(
        select(outbox.c.channel, func.count())
        .where(outbox.c.state == "failed", outbox.c.kind == "notice")
        .group_by(outbox.c.channel)
    )
    return {row[0]: row[1] for row in rows}


def messages(session: Session, before: datetime) -> tuple[Message, ...]:
    """Messages that were given up, and those that wait since before this moment; oldest first."""
    rows = session.execute(
        select(outbox)
        .where(
            outbox.c.kind == "message",
            or_(
                outbox.c.state == "failed",
                and_(outbox.c.state == "pending", outbox.c.created_at < before),
            ),
        )
        .order_by(outbox.c.created_at, outbox.c.id)
        .limit(100)
    )
    return tuple(
        Message(
            id=row.id,
            case_id=row.case_id,
            message=row.payload["message"],
            created_at=row.created_at,
            attempts=row.attempts,
            is_failed=row.state == "failed",
            error=row.error,
        )
        for row in rows
    )


def open_incidents(session: Session) -> tuple[Incident, ...]:
    """Everything that is not over, oldest first."""
    return _incidents(session, _INCIDENTS.where(incident.c.state == "open"))


def closed_incidents(session: Session, since: datetime) -> tuple[Incident, ...]:
    """What was opened since this moment and is over, newest first."""
    wanted = _INCIDENTS.where(incident.c.state == "closed", incident.c.opened_at >= since)
    return tuple(reversed(_incidents(session, wanted)))


def pauses(session: Session, since: datetime) -> tuple[Incident, ...]:
    """When what was due was late, or is: outages and a clock in doubt, open or over since then."""
    wanted = _INCIDENTS.where(
        incident.c.kind.in_((IncidentKind.OUTAGE, IncidentKind.CLOCK_JUMPED)),
        or_(incident.c.state == "open", incident.c.closed_at >= since),
    )
    return _incidents(session, wanted)


def broken_chains(session: Session) -> tuple[Incident, ...]:
    """The chains of the record that are not whole."""
    wanted = _INCIDENTS.where(
        incident.c.kind == IncidentKind.AUDIT_BROKEN, incident.c.state == "open"
    )
    return _incidents(session, wanted)


def beats(session: Session) -> Mapping[str, Beat]:
    """Every heartbeat, by name."""
    rows = session.execute(select(heartbeat))
    return {row.name: Beat(at=row.at, detail=row.detail or {}) for row in rows}


def cases(session: Session) -> Mapping[str, int]:
    """How many cases are not over, by status."""
    rows = session.execute(
        select(case.c.status, func.count())
        .where(case.c.status.in_((CaseStatus.OPEN, CaseStatus.SUSPENDED)))
        .group_by(case.c.status)
    )
    return {row[0]: row[1] for row in rows}


_INCIDENTS: Final = (
    select(incident, Person.name.label("person"))
    .join(Person, Person.id == incident.c.closed_by, isouter=True)
    .order_by(incident.c.opened_at, incident.c.id)
)


def _incidents(session: Session, wanted: Select[tuple[object, ...]]) -> tuple[Incident, ...]:
    return tuple(
        Incident(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            opened_at=row.opened_at,
            last_at=row.last_at,
            count=row._mapping["count"],
            detail=row.detail,
            closed_at=row.closed_at,
            closed_by=row.person or "",
        )
        for row in session.execute(wanted)
    )
