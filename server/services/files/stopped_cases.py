"""Cases that stand still because of a fault, for the heads who may let them go on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server.domain.errors import Forbidden
from server.models.case import case
from server.queries import incidents
from server.queries.incidents import Incident
from server.queries.visibility import visible
from server.services.case import case_rows
from server.services.context import Context
from server.services.identity import posts
from server.services.law import charts
from server.services.packs import definitions
from server.services.verbs import case_verbs


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopped:
    """One of them."""

    case_id: str
    reference: str
    #: where it happened, in words; empty where that is not known
    step: str
    #: what happened, in plain words
    reason: str
    since: datetime | None


def of_head(ctx: Context) -> tuple[Stopped, ...]:
    """Those the actor may let go on, the oldest first; nothing for whoever is no head."""
    actor = posts.with_posts(ctx)
    if not actor.headed:
        return ()
    found = {each.case_id: each for each in incidents.standing(ctx.session) if _stands(each)}
    known = select(case.c.id).where(case.c.id.in_(list(found)), visible(actor))
    seen = set(ctx.session.scalars(known))
    told = (_stopped(ctx, each) for key, each in found.items() if key in seen)
    return tuple(each for each in told if each is not None)


def _stands(incident: Incident) -> bool:
    return incident.status == "suspended"


def _stopped(ctx: Context, incident: Incident) -> Stopped | None:
    row = case_rows.found(ctx, incident.case_id)
    release = definitions.release(ctx, row.pack_version_id)
    try:
        case_verbs.refuse_not_head(ctx, row, release)
    except Forbidden:
        return None
    chart = charts.chart(release.files[row.procedure])
    return Stopped(
        case_id=row.id,
        reference=row.reference,
        step=chart.label(incident.element) if incident.element else "",
        reason=incident.reason,
        since=incident.since,
    )
