"""到期再看: a day on which somebody wants to look at a task in his hands again.

Until then it stands apart from his other work, never from what is overdue; on that day it is on
top again, and he is told in the morning. It is his own: it moves nothing and nobody else sees it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import delete, insert, select

from server.domain import work as rules
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.rung_texts import RungKind
from server.domain.texts import _
from server.models.desk import follow_up
from server.models.work import WAITING, work_item
from server.services.context import Context, Tools, transaction
from server.services.identity import posts
from server.services.notices import between
from server.services.verbs import work_rows

#: nobody puts work off for longer
MOST: Final = timedelta(days=366)
#: when he is told
MORNING: Final = time(8, 30)


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """When somebody wants to look again, and what he noted for himself."""

    on: date
    note: str


def choose(
    ctx: Context,
    item_id: str,
    *,
    on: date | None = None,
    note: str = "",
    seen: int | None = None,
) -> None:
    """Look at the task again on this day; without a day: now, as before.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has lost the post it was offered to, or is barred.
        Conflict: it is not in his hands, or the case stands still.
        Invalid: the day is not after today, or more than a year off.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    rules.complete(work, actor)
    if on is not None and not ctx.today < on <= ctx.today + MOST:
        message = _("请选择今天以后、一年以内的日期")
        raise Invalid(message, [Finding(code="FOLLOW_UP_DAY", field="on", message=message)])
    own = (follow_up.c.person_id == actor.person_id, follow_up.c.work_item_id == item.id)
    ctx.session.execute(delete(follow_up).where(*own))
    if on is not None:
        row = {
            "person_id": actor.person_id,
            "work_item_id": item.id,
            "case_id": case.id,
            "on": on,
            "note": note.strip()[:200],
        }
        ctx.session.execute(insert(follow_up).values(**row))
    ctx.record("follow_up.choose", item.id, case.id, {"on": on.isoformat() if on else None})


def of(ctx: Context, ids: Collection[str]) -> Mapping[str, FollowUp]:
    """The days the actor chose for these tasks; one statement."""
    rows = ctx.session.execute(
        select(follow_up.c.work_item_id, follow_up.c.on, follow_up.c.note).where(
            follow_up.c.person_id == ctx.actor.person_id, follow_up.c.work_item_id.in_(ids)
        )
    )
    return {row.work_item_id: FollowUp(on=row.on, note=row.note) for row in rows}


def remind(tools: Tools, now: datetime) -> int:
    """Tell everybody who wanted to look at something again today; how many were told.

    A second time on the same day is a no-op.
    """
    local = now.astimezone(CHINA_TIME)
    if local.time() < MORNING:
        return 0
    wanted = (
        select(follow_up)
        .join(work_item, work_item.c.id == follow_up.c.work_item_id)
        .where(
            WAITING,
            follow_up.c.on == local.date(),
            work_item.c.assignee_id == follow_up.c.person_id,
        )
    )
    with tools.readers() as session:
        if session.execute(wanted.limit(1)).first() is None:
            return 0
    with transaction(tools, SYSTEM, now) as ctx:
        rows = ctx.session.execute(wanted).all()
        for row in rows:
            cause = (row.case_id, row.work_item_id, row.on.isoformat())
            text = _("您定于今天再看的待办")
            between.tell(ctx, RungKind.FOLLOW_UP, cause, [(row.person_id, text)])
    return len(rows)
