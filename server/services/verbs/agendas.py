"""Meetings that come round: convened by the program on their day, with all that waits for them.

One row of ``agenda_round`` for each office and period says what became of it. Each matter is put on
the agenda in a transaction of its own, so whatever interrupts this, the next time goes on. Nothing
is decided here: who meets decides (``decisions``).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from server.domain.access import SYSTEM
from server.domain.agendas import (
    RoundState,
    period_words,
)
from server.models.base import new_id
from server.models.decision import agenda_round, meeting
from server.models.identity import Unit
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people
from server.services.verbs import agenda_plans, decision_rows, decisions
from server.services.verbs.agenda_plans import Plan
from server.services.verbs.decisions import Invitation


def come_round(tools: Tools, now: datetime) -> int:
    """Convene what is to be convened, and say what became of the others; how many matters joined.

    What is done once is not done again. Most minutes nothing is owed: that is only read, and who
    writes decides anew, since another process may have come first.
    """
    with reading(tools, SYSTEM, now) as ctx:
        plans = [plan for plan in agenda_plans.of_period(ctx) if agenda_plans.is_owed(ctx, plan)]
    joined = 0
    for plan in plans:
        tools.go_on()
        with transaction(tools, SYSTEM, now) as ctx:
            # two processes that come here at once wait for each other
            ctx.session.execute(select(Unit.id).where(Unit.id == plan.unit_id).with_for_update())
            for round_id, state in list(agenda_plans.settled(ctx, plan)):
                _become(ctx, round_id, state)
            for before, state in list(agenda_plans.gaps(ctx, plan)):
                _add(ctx, before, state, None)
            into = _round(ctx, plan)
            waiting = agenda_plans.waiting(ctx, plan, into) if into is not None else ()
        for group_id in waiting:
            tools.go_on()
            with transaction(tools, SYSTEM, now) as ctx:
                joined += _join(ctx, plan, group_id)
    return joined


def _become(ctx: Context, round_id: str, state: RoundState) -> None:
    ctx.session.execute(
        update(agenda_round)
        .where(agenda_round.c.id == round_id)
        .values(state=str(state), at=ctx.now, version=agenda_round.c.version + 1)
    )
    ctx.record(f"agenda.{state}", round_id)


def _round(ctx: Context, plan: Plan) -> Row[Any] | None:
    """The meeting of the period, while matters may join it; convened now where it is time."""
    found = agenda_plans.stored(ctx, plan)
    if found is None and plan.round.convened_on <= ctx.today:
        if agenda_plans.waiting(ctx, plan, None):
            _convene(ctx, plan)
        elif plan.round.due_on <= ctx.today:
            _add(ctx, plan, RoundState.EMPTY, None)
        found = agenda_plans.stored(ctx, plan)
    return found if found is not None and agenda_plans.is_joinable(ctx, found) else None


def _convene(ctx: Context, plan: Plan) -> None:
    """A meeting on its day, or today where that is over; in the name of who leads the office."""
    holders = people.holders(ctx, plan.unit_id, ctx.today)
    leader = next((one for one in holders if one.is_head), next(iter(holders), None))
    if leader is None:
        return  # nobody could come
    meeting_id = new_id()
    words = period_words(plan.round.period)
    ctx.session.execute(
        insert(meeting).values(
            id=meeting_id,
            version=1,
            body_unit_id=plan.unit_id,
            title=f"{words}{plan.rule.title}",
            held_on=max(plan.round.due_on, ctx.today),
            place="",
            chair_id=leader.person_id,
            attendants=[],
            state="convened",
            convened_by=leader.person_id,
            convened_at=ctx.now,
        )
    )
    _add(ctx, plan, RoundState.CONVENED, meeting_id)


def _add(ctx: Context, plan: Plan, state: RoundState, meeting_id: str | None) -> None:
    round_id = new_id()
    ctx.session.execute(
        insert(agenda_round).values(
            id=round_id,
            version=1,
            pack=plan.pack,
            agenda=plan.rule.key,
            title=plan.rule.title,
            unit_id=plan.unit_id,
            period=plan.round.period,
            due_on=plan.round.due_on,
            meeting_id=meeting_id,
            state=str(state),
            at=ctx.now,
        )
    )
    ctx.record(f"agenda.{state}", round_id, detail={"unit": plan.unit_id})


def _join(ctx: Context, plan: Plan, group_id: str) -> int:
    """Put one matter on the agenda, if it still waits for that; 1 if it was."""
    found = decision_rows.held(ctx, group_id)
    into = agenda_plans.stored(ctx, plan)
    if into is None or group_id not in agenda_plans.waiting(ctx, plan, into):
        return 0
    decisions.put_on(ctx, found, Invitation(held_on=into.held_on, meeting=into.meeting_id))
    if found.row is not None and found.row.state == "open":
        decision_rows.end_meeting(ctx, found)  # the one it was on
    return 1
