"""Incidents of the installation: one open row per kind and subject, while it lasts.

Moments are real ones, also in a drill: what fails is the machine, not the matter.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.domain.access import SYSTEM
from server.domain.expressions import Json
from server.domain.incidents import IncidentKind
from server.models.base import new_id
from server.models.installation import incident
from server.services.context import Context, Tools, transaction


def met(
    tools: Tools,
    kind: IncidentKind,
    real_now: datetime,
    *,
    subject: str = "",
    detail: dict[str, Json] | None = None,
) -> None:
    """Note that this was met; while it is open, another time only counts on.

    ``detail`` holds figures and words of closed lists, never content of a case.
    """
    try:
        _note(tools, kind, real_now, subject=subject, detail=detail or {})
    except IntegrityError:  # another process opened it at the same moment
        _note(tools, kind, real_now, subject=subject, detail=detail or {})


def standing(tools: Tools, kind: IncidentKind, *, subject: str = "") -> Mapping[str, Json] | None:
    """The detail of the open one, None when there is none."""
    with tools.readers() as session:
        return session.scalar(select(incident.c.detail).where(*is_open(kind, subject)))


def over(tools: Tools, kind: IncidentKind, real_now: datetime, *, subject: str = "") -> bool:
    """Close what passed by itself; True when something was open."""
    if standing(tools, kind, subject=subject) is None:
        return False  # the usual case costs no write
    with transaction(tools, SYSTEM, real_now) as ctx:
        closed = ctx.session.scalar(
            update(incident)
            .where(*is_open(kind, subject))
            .values(state="closed", closed_at=real_now)
            .returning(incident.c.id)
        )
        if closed is not None:
            ctx.record("incident.over", kind, detail={"subject": subject, "incident": closed})
    return closed is not None


def _note(
    tools: Tools, kind: IncidentKind, real_now: datetime, *, subject: str, detail: dict[str, Json]
) -> None:
    with transaction(tools, SYSTEM, real_now) as ctx:
        known = ctx.session.scalar(
            update(incident)
            .where(*is_open(kind, subject))
            .values(last_at=real_now, count=incident.c.count + 1, detail=detail)
            .returning(incident.c.id)
        )
        if known is None:
            _begin(ctx, kind, subject, detail)


def _begin(ctx: Context, kind: IncidentKind, subject: str, detail: dict[str, Json]) -> None:
    incident_id = new_id()
    ctx.session.execute(
        insert(incident).values(
            id=incident_id,
            kind=kind,
            subject=subject,
            state="open",
            opened_at=ctx.now,
            last_at=ctx.now,
            detail=detail,
        )
    )
    ctx.record("incident.open", kind, detail={"subject": subject, "incident": incident_id})


def is_open(kind: IncidentKind, subject: str = "") -> tuple[ColumnElement[bool], ...]:
    """The conditions on ``incident`` of the open one: there is at most one."""
    return incident.c.kind == kind, incident.c.subject == subject, incident.c.state == "open"
