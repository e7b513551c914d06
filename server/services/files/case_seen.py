"""A case as its reader may look at it at all: his sight, the head without what he may not know."""

from dataclasses import dataclass, replace

from server.domain.perspectives import Matter, Sight
from server.queries import case_files
from server.queries.case_files import Head
from server.services.case import sights
from server.services.context import Context
from server.services.law import charts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What every view of a case begins with."""

    sight: Sight
    head: Head
    release: Release
    chart: Chart


def seen(ctx: Context, case_id: str) -> Seen:
    """The case for the actor. Raises NotFound where it does not exist for him."""
    sight = sights.of(ctx, case_id)
    head = _veiled(case_files.head(ctx.session, case_id), sight)
    release = definitions.release(ctx, head.pack_version_id)
    chart = charts.chart(release.files[head.procedure])
    return Seen(sight=sight, head=head, release=release, chart=chart)


def _veiled(head: Head, sight: Sight) -> Head:
    """The head without what its reader may not know: who opened it, and for the asked the rest."""
    if sight.is_office:
        return head
    head = replace(head, opened_by="", office="")
    if sight.is_party:
        return head
    outcome = head.outcome if sight.sees(Matter.DECISION) else None
    return replace(head, matter="", unit_id=None, unit="", outcome=outcome, former="")
