"""Writing down, once it can be, what a process met while it could not."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from server.domain.incidents import IncidentKind
from server.models.installation import incident
from server.services import database_faults
from server.services.context import Tools
from server.services.operations import incidents
from server.services.troubles import Met

#: one that is over when it can be written down at all
_PASSED: Final = IncidentKind.DATABASE_GONE


def note(tools: Tools, error: BaseException, real_now: datetime) -> IncidentKind | None:
    """Remember a fault of database or disk, told by its kind; None for any other fault."""
    kind = database_faults.kind_of(error)
    if kind is not None:
        tools.troubles.note(kind, real_now)
    return kind


def settle(tools: Tools, real_now: datetime) -> tuple[Met, ...]:
    """Write down what waits; what cannot be written yet goes on waiting."""
    done = []
    for met in tools.troubles.take():
        is_written = False
        try:
            with suppress(SQLAlchemyError, OSError):
                _write(tools, met, real_now)
                is_written = True
                done.append(met)
        finally:
            if not is_written:
                tools.troubles.give_back(met)
    return tuple(done)


def _write(tools: Tools, met: Met, real_now: datetime) -> None:
    if met.kind is _PASSED and _is_known(tools, met):
        return
    to = real_now if met.kind is _PASSED else met.last
    detail = {"from": met.since.isoformat(), "to": to.isoformat(), "times": met.count}
    incidents.met(tools, met.kind, real_now, detail=dict(detail))
    if met.kind is _PASSED:
        incidents.over(tools, met.kind, real_now)


def _is_known(tools: Tools, met: Met) -> bool:
    """Another process was without the same database at that time, and has said so."""
    with tools.readers() as session:
        found = session.scalar(
            select(incident.c.id)
            .where(
                incident.c.kind == met.kind,
                incident.c.state == "closed",
                incident.c.closed_at >= met.since,
            )
            .limit(1)
        )
    return found is not None
