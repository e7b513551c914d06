"""The chain of accesses: what was looked at, what was denied. No record, no page (AU-3, AU-4).

Each record is a short transaction of its own, made before the answer leaves. A denial is recorded
after the use case that met it was rolled back: within it, it would vanish with the rollback.
"""

from datetime import datetime

from server.domain.access import Actor
from server.domain.expressions import Json
from server.services import audit, limits
from server.services.context import Tools, transaction
from server.services.limits import Limit


def noted(  # noqa: PLR0913  # one record: who, when, what, to what, in which case
    tools: Tools,
    actor: Actor,
    now: datetime,
    *,
    verb: str,
    target: str,
    case_id: str | None = None,
    detail: dict[str, Json] | None = None,
    limit: Limit | None = None,
) -> None:
    """Record an access; once this returns, the record is committed.

    Whatever goes wrong is raised: the caller then shows nothing. ``detail`` holds ids and hashes,
    never content and never what somebody typed to search for.

    Raises:
        TooOften: ``limit`` is passed; nothing is recorded.
    """
    with transaction(tools, actor, now) as ctx:
        if limit is not None:
            limits.count(ctx, limit)
        ctx.record(verb, target, case_id, detail, chain=audit.ACCESS)
