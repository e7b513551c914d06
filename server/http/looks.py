"""Looks at a case are on record before the answer leaves (AU-3): no record, no answer."""

from server.domain.expressions import Json
from server.http.site import actor, now, site
from server.services import reads
from server.services.limits import Limit


def looked(
    verb: str,
    target: str,
    case_id: str | None = None,
    detail: dict[str, Json] | None = None,
    limit: Limit | None = None,
) -> None:
    """Record that the signed-in person sees this; whatever goes wrong is raised.

    What is limited is recorded before it is done: a refusal then costs nothing (BU-6).
    """
    reads.noted(
        site().tools,
        actor(),
        now(),
        verb=verb,
        target=target,
        case_id=case_id,
        detail=detail,
        limit=limit,
    )
