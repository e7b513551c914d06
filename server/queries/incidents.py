"""Cases that stand still because of a fault, and timers that were given up: for the operator.

No content of a case: which one, where in the procedure, what kind of fault, in plain words.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.domain.lifecycle import CaseStatus, TimerState
from server.models.audit import AuditEvent
from server.models.case import case
from server.models.time import timer


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenUp:
    """A timer that failed for the last time."""

    #: engine, clock or rung
    kind: str
    #: element of the diagram, or key of the deadline
    what: str
    due_at: datetime | None
    #: class of the fault
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """One case with trouble of its own."""

    case_id: str
    procedure: str
    #: open or suspended
    status: str
    #: in plain words, empty while the case itself goes on
    reason: str
    #: when it came to stand still
    since: datetime | None
    #: class of the fault, and the element of the diagram it happened at
    error: str
    element: str
    given_up: tuple[GivenUp, ...]


def standing(session: Session) -> tuple[Incident, ...]:
    """Every case that is suspended by a fault or has a timer that was given up, oldest first."""
    failed: dict[str, list[GivenUp]] = {}
    for row in session.execute(
        select(timer).where(timer.c.state == TimerState.FAILED).order_by(timer.c.due_at)
    ):
        given_up = GivenUp(
            kind=row.kind, what=row.element or row.rule_key, due_at=row.due_at, error=row.error
        )
        failed.setdefault(row.case_id, []).append(given_up)
    rows = session.execute(
        select(case.c.id, case.c.procedure, case.c.status, case.c.status_reason)
        .where(_STANDS | case.c.id.in_(list(failed)))
        .order_by(case.c.opened_at, case.c.id)
    ).all()
    told = _told(session, [row.id for row in rows])
    return tuple(
        Incident(
            case_id=row.id,
            procedure=row.procedure,
            status=row.status,
            reason=row.status_reason,
            since=told[row.id].since if row.id in told else None,
            error=told[row.id].error if row.id in told else "",
            element=told[row.id].element if row.id in told else "",
            given_up=tuple(failed.get(row.id, ())),
        )
        for row in rows
    )


#: suspended by the program; what a person suspended waits for that person
_STANDS: Final = and_(case.c.status == CaseStatus.SUSPENDED, case.c.suspended_by.is_(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    since: datetime
    error: str
    element: str


def _told(session: Session, case_ids: list[str]) -> dict[str, _Told]:
    """What the last record of each incident says."""
    rows = session.execute(
        select(AuditEvent.case_id, AuditEvent.at, AuditEvent.text)
        .where(AuditEvent.verb == "case.incident", AuditEvent.case_id.in_(case_ids))
        .order_by(AuditEvent.seq)
    )
    found = {}
    for row in rows:
        detail = orjson.loads(row.text)
        found[row.case_id] = _Told(since=row.at, error=detail["error"], element=detail["element"])
    return found
