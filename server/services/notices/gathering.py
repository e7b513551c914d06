"""Letters wait until the ladders have said everything: one letter for a week, not one per portion.

The sweep fires what is due in portions, a week's backlog in many; whoever sent after each of them
would send a flood. So nothing leaves while a rung is due that has not fired, but for what has
waited for a while: a backlog that does not end keeps nobody from being told.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, or_, select

from server.domain.lifecycle import CaseStatus, TimerState
from server.models.case import case
from server.models.outbox import outbox
from server.models.time import timer
from server.services.context import Tools

#: longest time a letter waits for others
LONGEST: Final = timedelta(minutes=10)


def is_under_way(tools: Tools, now: datetime) -> bool:
    """Is more about to be said, and has nothing waited for too long; one statement."""
    due = (
        exists()
        .where(
            timer.c.state == TimerState.ARMED,
            timer.c.kind == "rung",
            timer.c.due_at <= now,
            or_(timer.c.not_before.is_(None), timer.c.not_before <= now),
        )
        .where(case.c.id == timer.c.case_id, case.c.status == CaseStatus.OPEN)
    )
    waits = exists().where(
        outbox.c.kind == "notice",
        outbox.c.state == "pending",
        outbox.c.created_at <= now - LONGEST,
    )
    with tools.readers() as session:
        return bool(session.scalar(select(due & ~waits)))
