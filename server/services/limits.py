"""How often a person may do what costs much or takes much away (BU-6).

Counted in the database, so that several workers share the count and a restart keeps it; under the
lock of the person, so that of many requests at once no more than the limit pass.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, insert, select

from server.config import (
    CHECKS_PER_HOUR,
    EXPORTS_PER_DAY,
    PRINTS_PER_DAY,
    PUBLISHES_PER_HOUR,
    SEARCHES_PER_MINUTE,
)
from server.domain.errors import TooOften
from server.models.access import usage
from server.models.base import new_id
from server.models.identity import Person
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """So many times within so long, per person."""

    kind: str
    most: int
    within: timedelta


SEARCH: Final = Limit(kind="search", most=SEARCHES_PER_MINUTE, within=timedelta(minutes=1))
EXPORT: Final = Limit(kind="export", most=EXPORTS_PER_DAY, within=timedelta(days=1))
#: a whole file on paper leaves the system as an export does
PRINT: Final = Limit(kind="print", most=PRINTS_PER_DAY, within=timedelta(days=1))
PUBLISH: Final = Limit(kind="publish", most=PUBLISHES_PER_HOUR, within=timedelta(hours=1))
#: a designer's page checks by itself whenever he pauses
CHECK: Final = Limit(kind="check", most=CHECKS_PER_HOUR, within=timedelta(hours=1))

_LONGEST: Final = max(limit.within for limit in (SEARCH, EXPORT, PRINT, PUBLISH, CHECK))


def count(ctx: Context, limit: Limit) -> None:
    """Count one more of this kind for the actor, in the same commit.

    Raises:
        TooOften: he did it as often as he may; it says when the oldest falls out of the window.
    """
    person = select(Person.id).where(Person.id == ctx.actor.person_id)
    ctx.session.execute(person.with_for_update(key_share=True)).one()
    moments = ctx.session.scalars(
        select(usage.c.at)
        .where(
            usage.c.person_id == ctx.actor.person_id,
            usage.c.kind == limit.kind,
            usage.c.at > ctx.now - limit.within,
        )
        .order_by(usage.c.at.desc())
        .limit(limit.most)
    ).all()
    if len(moments) >= limit.most:
        left = moments[-1] + limit.within - ctx.now
        raise TooOften(max(1, -int(-left.total_seconds() // 1)))
    ctx.session.execute(
        insert(usage).values(
            id=new_id(), person_id=ctx.actor.person_id, kind=limit.kind, at=ctx.now
        )
    )


def forget_old(ctx: Context) -> None:
    """Throw away what counts for no limit any more."""
    ctx.session.execute(delete(usage).where(usage.c.at <= ctx.now - _LONGEST))
