"""Meetings that come round: convened by the program on their day, with all that waits for them.

One row of ``agenda_round`` for each office and period says what became of it. Each matter is put on
the agenda in a transaction of its own, so whatever interrupts this, the next time goes on. Nothing
is decided here: who meets decides (``decisions``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Final

from sqlalchemy import Row, Select, exists, insert, or_, select, update

from server.domain.access import SYSTEM
from server.domain.agendas import (
    AgendaRule,
    Round,
    RoundState,
    last_period,
    next_period,
    period,
    period_words,
)
from server.domain.calendar import CHINA_TIME, WorkingCalendar
from server.domain.lifecycle import CaseStatus
from server.models.base import new_id
from server.models.case import case
from server.models.decision import agenda_round, decision, decision_member, meeting
from server.models.definition import PackVersion
from server.models.identity import Unit
from server.models.work import OPEN_STATES, work_item
from server.services.calendar import calendars
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people
from server.services.packs import definitions
from server.services.verbs import decision_rows, decisions
from server.services.verbs.decisions import Invitation

_VOTED: Final = (
    select(decision_member.c.person_id)
    .where(decision_member.c.decision_id == decision.c.id, decision_member.c.has_voted)
    .exists()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """A meeting of one office that is to come round now."""

    pack: str
    rule: AgendaRule
    unit_id: str
    round: Round


def come_round(tools: Tools, now: datetime) -> int:
    """Convene what is to be convened, and say what became of the others; how many matters joined.

    What is done once is not done again.
    """
    with reading(tools, SYSTEM, now) as ctx:
        plans = list(_plans(ctx))
    joined = 0
    for plan in plans:
        tools.go_on()
        with transaction(tools, SYSTEM, now) as ctx:
            _settle(ctx, plan)
            _fill_gap(ctx, plan)
            into = _round(ctx, plan)
            waiting = _waiting(ctx, plan, into) if into is not None else ()
        for group_id in waiting:
            tools.go_on()
            with transaction(tools, SYSTEM, now) as ctx:
                joined += _join(ctx, plan, group_id)
    return joined


def _plans(ctx: Context) -> Iterator[_Plan]:
    """Every meeting of every office that ever had one of its tasks, in this period."""
    releases = definitions.releases_in_force(ctx, ctx.today)
    packs = {each.pack.key: each.pack for each in sorted(releases, key=lambda one: one.version)}
    for key, pack in sorted(packs.items()):
        for rule in pack.agendas.values():
            found = _round_near(ctx, rule, calendars.current(ctx))
            for unit_id in ctx.session.scalars(_offices(key, rule)):
                yield _Plan(pack=key, rule=rule, unit_id=unit_id, round=found)


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


def _settle(ctx: Context, plan: _Plan) -> None:
    """Say of earlier meetings whether they were held."""
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
                _become(ctx, row.id, RoundState.HELD)
        elif is_past and row.period < period(plan.rule.every, ctx.today):
            _become(ctx, row.id, RoundState.MISSED)


def _fill_gap(ctx: Context, plan: _Plan) -> None:
    """Say of the periods before what they came to, where the program stood still on their day."""
    calendar, day = calendars.current(ctx), ctx.today
    while True:
        day = last_period(plan.rule.every, day)
        before = replace(plan, round=plan.rule.round_of(day, calendar))
        if before.round.due_on >= ctx.today:
            continue
        until = datetime.combine(before.round.due_on, time.max, tzinfo=CHINA_TIME)
        tasks = _tasks(plan).where(work_item.c.opened_at <= until)
        if _stored(ctx, before) is not None or not ctx.session.scalar(select(exists(tasks))):
            return
        waited = tasks.where(or_(work_item.c.closed_at.is_(None), work_item.c.closed_at > until))
        is_missed = ctx.session.scalar(select(exists(waited)))
        _add(ctx, before, RoundState.MISSED if is_missed else RoundState.EMPTY, None)


def _tasks(plan: _Plan) -> Select[tuple[Any]]:
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


def _become(ctx: Context, round_id: str, state: RoundState) -> None:
    ctx.session.execute(
        update(agenda_round)
        .where(agenda_round.c.id == round_id)
        .values(state=str(state), at=ctx.now, version=agenda_round.c.version + 1)
    )
    ctx.record(f"agenda.{state}", round_id)


def _round(ctx: Context, plan: _Plan) -> Row[Any] | None:
    """The meeting of the period, while matters may join it; convened now where it is time."""
    # two processes that come here at once wait for each other
    ctx.session.execute(select(Unit.id).where(Unit.id == plan.unit_id).with_for_update())
    found = _stored(ctx, plan)
    if found is None and plan.round.convened_on <= ctx.today:
        if _waiting(ctx, plan, None):
            _convene(ctx, plan)
        elif plan.round.due_on <= ctx.today:
            _add(ctx, plan, RoundState.EMPTY, None)
        found = _stored(ctx, plan)
    if found is None or found.state != RoundState.CONVENED:
        return None
    return found if found.held_on >= ctx.today and found.meeting_state == "convened" else None


def _stored(ctx: Context, plan: _Plan) -> Row[Any] | None:
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


def _of_plan(plan: _Plan) -> Any:
    return (
        (agenda_round.c.unit_id == plan.unit_id)
        & (agenda_round.c.pack == plan.pack)
        & (agenda_round.c.agenda == plan.rule.key)
    )


def _convene(ctx: Context, plan: _Plan) -> None:
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


def _add(ctx: Context, plan: _Plan, state: RoundState, meeting_id: str | None) -> None:
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


def _waiting(ctx: Context, plan: _Plan, into: Row[Any] | None) -> Sequence[str]:
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


def _join(ctx: Context, plan: _Plan, group_id: str) -> int:
    """Put one matter on the agenda, if it still waits for that; 1 if it was."""
    found = decision_rows.held(ctx, group_id)
    into = _stored(ctx, plan)
    if into is None or group_id not in _waiting(ctx, plan, into):
        return 0
    decisions.put_on(ctx, found, Invitation(held_on=into.held_on, meeting=into.meeting_id))
    if found.row is not None and found.row.state == "open":
        decision_rows.end_meeting(ctx, found)  # the one it was on
    return 1
