"""What the program does about a recusal that an office noted in a form (``decision_makers``).

A little after the task, as when somebody leaves his post: what he had goes back, and the head is
found who confirms it or gives him his right back. Stopped in between it begins again; where no
head could confirm it, it holds without one.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select, update

from server.domain.access import SYSTEM
from server.domain.errors import Conflict
from server.models.recusal import recusal
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context, Tools, reading, transaction
from server.services.verbs import (
    correction_heads,
    decision_makers,
    recusal_effects,
    recusal_notices,
    recusal_people,
)

#: cases of one round
_BATCH: Final = 100


def settle(tools: Tools, now: datetime) -> int:
    """Do it for everybody it is owed for, case by case; in how many cases there was somebody."""
    with reading(tools, SYSTEM, now) as ctx:
        owed = select(recusal.c.case_id).where(decision_makers.IS_OWED)
        found = list(ctx.session.scalars(owed.distinct().order_by(recusal.c.case_id).limit(_BATCH)))
    for case_id in found:
        tools.go_on()
        with transaction(tools, SYSTEM, now) as ctx:
            case = case_rows.try_lock(ctx, case_id)
            if case is not None:
                _settle(ctx, case)
    return len(found)


def _settle(ctx: Context, case: CaseRow) -> None:
    of_case = select(recusal).where(recusal.c.case_id == case.id, decision_makers.IS_OWED)
    for row in ctx.session.execute(of_case.order_by(recusal.c.at, recusal.c.id)).all():
        _bring_about(ctx, case, row)


def _bring_about(ctx: Context, case: CaseRow, row: Row[Any]) -> None:
    handler = recusal_people.part_of(ctx, case, row.person_id)
    try:
        unit_id = recusal_people.office_of(ctx, case, handler)
        # whoever entered it does not confirm it
        asked = correction_heads.deciding(ctx, case.id, unit_id, {row.person_id, row.by_id})
    except Conflict:  # nobody could confirm it: it holds all the same
        asked = None
    ctx.session.execute(
        update(recusal)
        .where(recusal.c.id == row.id)
        .values(
            version=row.version + 1,
            capacity=handler.role[:40] if handler else "",
            office_id=asked[0].id if asked else None,
        )
    )
    recusal_effects.end_part(ctx, case, row.person_id, row.id)
    if asked is not None:
        recusal_notices.asked(ctx, case.id, row.id, *asked)
