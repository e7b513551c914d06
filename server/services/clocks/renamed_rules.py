"""The period a case runs by has another key in the version it moves to: the same clocks under it.

Nothing is counted here. Every row that says which rule it belongs to says the new one: clocks that
run and clocks that are over, their timers, the work done under them, extensions that were asked
for. What was done before is told by the rule of then (``services/case/laws``).
"""

from collections.abc import Mapping

from sqlalchemy import select, update

from server.domain.requests import RequestKind
from server.models.case import case_request
from server.models.work import OPEN_STATES, work_item
from server.services.clocks import deadline_rows, deadline_timers
from server.services.context import Context

_RULE = "rule_key"


def carry(ctx: Context, case_id: str, rules: Mapping[str, str]) -> None:
    """Give the rows of the case the new keys (old -> new); the open work is carried for itself."""
    if not rules:
        return
    for row in deadline_rows.of_case(ctx, case_id):
        if row.rule_key in rules:
            deadline_rows.write(ctx, row, rule_key=rules[row.rule_key])
    timers = ctx.rows(deadline_timers.TIMERS, case_id)
    for timer in timers:
        if timer["deadline_id"] is not None and timer[_RULE] in rules:
            timers.change(timer, rule_key=rules[timer[_RULE]])
    _done(ctx, case_id, rules)
    _asked(ctx, case_id, rules)


def _done(ctx: Context, case_id: str, rules: Mapping[str, str]) -> None:
    for old, new in rules.items():
        ctx.session.execute(
            update(work_item)
            .where(
                work_item.c.case_id == case_id,
                work_item.c.state.not_in(OPEN_STATES),
                work_item.c.deadline_key == old,
            )
            .values(deadline_key=new)
        )


def _asked(ctx: Context, case_id: str, rules: Mapping[str, str]) -> None:
    wanted = select(case_request.c.id, case_request.c.payload).where(
        case_request.c.case_id == case_id, case_request.c.kind == RequestKind.EXTEND
    )
    for row in ctx.session.execute(wanted).all():
        new = rules.get(str(row.payload[_RULE]))
        if new is not None:
            payload = {**row.payload, _RULE: new, "subject": new}
            ctx.session.execute(
                update(case_request).where(case_request.c.id == row.id).values(payload=payload)
            )
