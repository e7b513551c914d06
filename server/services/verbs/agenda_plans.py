"""What of the meetings that come round is due: read alone, by whoever convenes and by who asks.

A plan is the meeting of one office in one period. What becomes of it is written by ``agendas``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Final

from sqlalchemy import Row, Select, exists, or_, select

from server.domain.agendas import (
    AgendaRule,
    Round,
    RoundState,
    last_period,
    next_period,
    period,
)
from server.domain.calendar import CHINA_TIME, WorkingCalendar
from server.domain.lifecycle import CaseStatus
from server.models.case import case
from server.models.decision import agenda_round, decision, decision_member, meeting
from server.models.definition import PackVersion
from server.models.work import OPEN_STATES, work_item
from server.services.calendar import calendars
from server.services.context import Context
from server.services.packs import definitions

_VOTED: Final = (
    select(decision_member.c.person_id)
    .where(decision_member.c.decision_id == decision.c.id, decision_member.c.has_voted)
    .exists()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A meeting of one office that is to come round now."""

    pack: str
    rule: AgendaRule
    unit_id: str
    round: Round


def of_period(ctx: Context) -> Iterator[Plan]:
    """Every meeting of every office that ever had one of its tasks, in this period."""
    releases = definitions.releases_in_force(ctx, ctx.today)
    packs = {each.pack.key: each.pack for each in sorted(releases, key=lambda one: one.version)}
    for key, pack in sorted(packs.items()):
        for rule in pack.agendas.values():
            found = _round_near(ctx, rule, calendars.current(ctx))
            for unit_id in ctx.session.scalars(_offices(key, rule)):
                yield Plan(pack=key, rule=rule, unit_id=unit_id, round=found)


def _round_near(ctx: Context, rule: AgendaRule, calendar: WorkingCalendar) -> Round:
    """That of the period today lies in; or of the next one, where it is to be convened already."""
    now = rule.round_of(ctx.today, calendar)
    coming = rule.round_of(next_period(rule.every, ctx.today), calendar)
    return coming if now.due_on < ctx.today and coming.convened_on <= ctx.today else now


def _offices(pack: str, rule: AgendaRule) -> Select[tuple[Any]]:
    return (
        select(work_item.c.candidate_unit)
        .distinct()
        .join(case, case.c.id == work_item.c.case_id)
        .join(PackVersion, PackVersion.id == case.c.pack_version_id)
        .where(
            PackVersion.key == pack,
            work_item.c.node_key.in_(rule.tasks),
            work_item.c.candidate_unit.is_not(None),
        )
        .order_by(work_item.c.candidate_unit)
    )


def is_owed(ctx: Context, plan: Plan) -> bool:
    """Is there anything to say of a meeting, to convene, or to put on an agenda."""
    if any(True for _each in settled(ctx, plan)) or any(True for _each in gaps(ctx, plan)):
        return True
    found = stored(ctx, plan)
    if found is not None:
        return is_joinable(ctx, found) and bool(waiting(ctx, plan, found))
    if plan.round.convened_on > ctx.today:
        return False
    return plan.round.due_on <= ctx.today or bool(waiting(ctx, plan, None))


def is_joinable(ctx: Context, found: Row[Any]) -> bool:
    """May matters still join this meeting."""
    is_convened = found.state == RoundState.CONVENED and found.meeting_state == "convened"
    return is_convened and bool(found.held_on >= ctx.today)


def settled(ctx: Context, plan: Plan) -> Iterator[tuple[str, RoundState]]:
    """Earlier meetings of which it can be said now whether they were held."""
    rows = ctx.session.execute(
        select(agenda_round, meeting.c.held_on, meeting.c.state.label("meeting_state"))
        .outerjoin(meeting, meeting.c.id == agenda_round.c.meeting_id)
        .where(_of_plan(plan), agenda_round.c.state == RoundState.CONVENED)
    ).all()
    for row in rows:
        decided = select(decision.c.id).where(
            decision.c.meeting_id == row.meeting_id, decision.c.state == "closed"
        )
        is_past = row.held_on is None or row.held_on < ctx.today
        if ctx.session.scalar(select(exists(decided))):
            if is_past or row.meeting_state == "closed":
                yield row.id, RoundState.HELD
        elif is_past and row.period < period(plan.rule.every, ctx.today):
            yield row.id, RoundState.MISSED


def gaps(ctx: Context, plan: Plan) -> Iterator[tuple[Plan, RoundState]]:
    """The periods before, where the program stood still on their day, and what they came to."""
    calendar, day = calendars.current(ctx), ctx.today
    while True:
        day = last_period(plan.rule.every, day)
        before = replace(plan, round=plan.rule.round_of(day, calendar))
        if before.round.due_on >= ctx.today:
            continue
        until = datetime.combine(before.round.due_on, time.max, tzinfo=CHINA_TIME)
        tasks = _tasks(plan).where(work_item.c.opened_at <= until)
        if stored(ctx, before) is not None or not ctx.session.scalar(select(exists(tasks))):
            return
        waited = tasks.where(or_(work_item.c.closed_at.is_(None), work_item.c.closed_at > until))
        is_missed = ctx.session.scalar(select(exists(waited)))
        yield before, RoundState.MISSED if is_missed else RoundState.EMPTY


def _tasks(plan: Plan) -> Select[tuple[Any]]:
    """Every task of the meeting that ever lay with the office."""
    return (
        select(work_item.c.id)
        .join(case, case.c.id == work_item.c.case_id)
        .join(PackVersion, PackVersion.id == case.c.pack_version_id)
        .where(
            PackVersion.key == plan.pack,
            work_item.c.node_key.in_(plan.rule.tasks),
            work_item.c.candidate_unit == plan.unit_id,
            work_item.c.duty == "main",
        )
    )


def stored(ctx: Context, plan: Plan) -> Row[Any] | None:
    """What was said of the meeting of the period, with the meeting itself; None: nothing yet."""
    return ctx.session.execute(
        select(
            agenda_round.c.state,
            agenda_round.c.meeting_id,
            meeting.c.held_on,
            meeting.c.state.label("meeting_state"),
        )
        .outerjoin(meeting, meeting.c.id == agenda_round.c.meeting_id)
        .where(_of_plan(plan), agenda_round.c.period == plan.round.period)
    ).one_or_none()


def _of_plan(plan: Plan) -> Any:
    return (
        (agenda_round.c.unit_id == plan.unit_id)
        & (agenda_round.c.pack == plan.pack)
        & (agenda_round.c.agenda == plan.rule.key)
    )


def waiting(ctx: Context, plan: Plan, into: Row[Any] | None) -> Sequence[str]:
    """Ids of the matters that wait and are on no agenda that is still to come.

    What was taken off the agenda of this very meeting waits for the next one.
    """
    rows = ctx.session.execute(
        select(
            work_item.c.group_id,
            decision.c.state,
            decision.c.meeting_id,
            meeting.c.held_on,
            _VOTED.label("has_begun"),
        )
        .join(case, case.c.id == work_item.c.case_id)
        .outerjoin(decision, decision.c.id == work_item.c.group_id)
        .outerjoin(meeting, meeting.c.id == decision.c.meeting_id)
        .where(
            work_item.c.id.in_(_tasks(plan)),
            work_item.c.state.in_(OPEN_STATES),
            case.c.status == CaseStatus.OPEN,
        )
        .order_by(work_item.c.opened_at, work_item.c.id)
    ).all()
    return [row.group_id for row in rows if _joins(ctx, row, into)]


def _joins(ctx: Context, row: Row[Any], into: Row[Any] | None) -> bool:
    if row.state is None:
        return True
    if row.state == "cancelled":
        return into is None or row.meeting_id != into.meeting_id
    is_over = row.held_on is not None and row.held_on < ctx.today
    return row.state == "open" and is_over and not row.has_begun
