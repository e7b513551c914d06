"""The sweep: everything that has become due happens, once, in the order of its moments.

One transaction per case, in ascending order of the cases. A timer is fired by a guarded update
in the transaction of its effects, so that of two sweeps one does it and the other passes on.
Nothing is ever decided here: what is overdue stays open work.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update

from server.domain.access import SYSTEM
from server.domain.errors import UnknownTask
from server.domain.lifecycle import CaseStatus, TimerState
from server.engine.port import Advance, TimerDue
from server.models.case import case as case_table
from server.models.time import timer
from server.services.backoff import next_try
from server.services.case import case_rows, incidents
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.clocks import deadline_rows, deadlines
from server.services.context import Context, Tools, transaction
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import advance, advance_timers, notifications
from server.services.verbs.advance_timers import Round


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """One timer and what came of it."""

    case_id: str
    #: engine, clock or rung
    kind: str
    #: fired, cancelled or failed
    state: str
    #: element of the diagram, or key of the deadline
    what: str
    #: new state of the clock, or who was told
    effect: tuple[str, ...] = ()


@dataclass(slots=True)
class Swept:
    """What one sweep did."""

    done: list[Done] = field(default_factory=list)

    def count(self, state: str) -> int:
        """How many timers ended in this state."""
        return sum(each.state == state for each in self.done)


def next_due(tools: Tools, case_id: str) -> datetime | None:
    """The moment of the earliest armed timer of a case."""
    moment = func.coalesce(timer.c.not_before, timer.c.due_at)
    with tools.readers() as session:
        return session.execute(
            select(moment.label("moment"))
            .where(
                timer.c.case_id == case_id,
                timer.c.state == TimerState.ARMED,
                timer.c.due_at.is_not(None),
            )
            .order_by(moment)
            .limit(1)
        ).scalar_one_or_none()


def sweep(tools: Tools, now: datetime, limit: int = 1000) -> Swept:
    """Fire at most ``limit`` timers that are due; one that fails is tried again later."""
    swept = Swept()
    for case_id, timer_ids in _due(tools, now, limit).items():
        _sweep_case(tools, now, case_id, timer_ids, swept)
    return swept


def _due(tools: Tools, now: datetime, limit: int) -> dict[str, list[str]]:
    """Due timers of open cases by case; a suspended case keeps its timers until it goes on."""
    with tools.readers() as session:
        rows = session.execute(
            select(timer.c.case_id, timer.c.id)
            .join(case_table, case_table.c.id == timer.c.case_id)
            .where(_is_due(now), case_table.c.status == CaseStatus.OPEN)
            .order_by(timer.c.case_id, timer.c.due_at, timer.c.kind, timer.c.rung)
            .limit(limit)
        ).all()
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row.id)
    return found


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        timer.c.state == TimerState.ARMED,
        timer.c.due_at <= now,
        or_(timer.c.not_before.is_(None), timer.c.not_before <= now),
    )


def _sweep_case(
    tools: Tools, now: datetime, case_id: str, timer_ids: list[str], swept: Swept
) -> None:
    """All due timers of a case in one transaction; a failing one is parked, the rest tried again
    without it. A case somebody else holds is left to the next sweep."""
    left = list(timer_ids)
    while left:
        current: list[str] = []
        try:
            with transaction(tools, SYSTEM, now) as ctx:
                if case_rows.try_lock(ctx, case_id) is None:
                    return  # somebody is at work on it: the next sweep comes soon
                done = list(_fire_all(ctx, case_id, left, current))
        except Exception as error:  # one bad timer must not stop all others
            if not current:
                raise
            swept.done += _park(tools, now, case_id, current[-1], error)
            left.remove(current[-1])
        else:
            swept.done += done
            return


def _fire_all(
    ctx: Context, case_id: str, timer_ids: list[str], current: list[str]
) -> Iterator[Done]:
    for timer_id in timer_ids:
        current.append(timer_id)
        ctx.settle()  # what the timer before moved counts for this one
        case = case_rows.lock(ctx, case_id)
        if case.status != CaseStatus.OPEN:
            return
        row = ctx.session.execute(
            update(timer)
            .where(timer.c.id == timer_id, _is_due(ctx.now))  # its clock may have moved since
            .values(state=TimerState.FIRED)
            .returning(timer)
        ).one_or_none()
        if row is not None:
            yield _fire(ctx, case, definitions.release(ctx, case.pack_version_id), row)


def _fire(ctx: Context, case: CaseRow, release: Release, row: Row[tuple[object, ...]]) -> Done:
    if row.kind == "engine":
        return _engine(ctx, case, release, row)
    clock = next(
        clock for clock in deadline_rows.of_case(ctx, case.id) if clock.id == row.deadline_id
    )
    done = Done(case_id=case.id, kind=row.kind, state=TimerState.FIRED, what=clock.rule_key)
    if row.kind == "clock":
        return replace(done, effect=(deadlines.tick(ctx, release.pack, clock),))
    labels = notifications.remind(ctx, case, release, clock, row.rung)
    ctx.record("deadline.remind", clock.id, case.id, {"rule": clock.rule_key, "to": labels})
    return replace(done, effect=tuple(labels))


def _engine(ctx: Context, case: CaseRow, release: Release, row: Row[tuple[object, ...]]) -> Done:
    done = Done(case_id=case.id, kind="engine", state=TimerState.FIRED, what=row.element)
    coming = advance_timers.next_round(
        Round(
            case_id=case.id,
            task_key=row.task_key,
            element=row.element,
            wish=row.wish,
            at=row.due_at,
            again=row.again,
        ),
        ctx.now,
    )
    command = TimerDue(
        task_key=row.task_key, element=row.element, now=ctx.now, again=coming is not None
    )
    act = Act(command="timer", node_key=row.element, task_key=row.task_key, due_at=row.due_at)
    try:
        after = advance.step(ctx, case, release, command, act)
    except UnknownTask:
        _cancel(ctx, row.id)
        return replace(done, state=TimerState.CANCELLED)
    ctx.record("timer.fire", row.element, case.id)
    if coming is not None and not _is_over(row, after):
        advance_timers.arm_next(ctx, coming)
    return done


def _is_over(row: Row[tuple[object, ...]], after: Advance) -> bool:
    """Did the step end what the timer was waiting beside."""
    return any(
        (gone.task_key, gone.element) == (row.task_key, row.element)
        for gone in after.timers_dropped
    )


def _cancel(ctx: Context, timer_id: str) -> None:
    ctx.session.execute(
        update(timer).where(timer.c.id == timer_id).values(state=TimerState.CANCELLED)
    )


def _park(tools: Tools, now: datetime, case_id: str, timer_id: str, error: Exception) -> list[Done]:
    """Count the attempt; after the last one the timer is failed.

    A case whose procedure waits for it stands still then; a notice that failed stops nobody.
    """
    with transaction(tools, SYSTEM, now) as ctx:
        case_rows.lock(ctx, case_id)
        row = ctx.session.execute(
            select(timer).where(timer.c.id == timer_id, timer.c.state == TimerState.ARMED)
        ).one_or_none()
        if row is None:
            return []  # somebody else fired it meanwhile
        attempts = row.attempts + 1
        later = next_try(now, attempts)
        ctx.session.execute(
            update(timer)
            .where(timer.c.id == timer_id)
            .values(
                attempts=attempts,
                not_before=later,
                state=TimerState.ARMED if later else TimerState.FAILED,
                error=type(error).__name__,
            )
        )
        what = row.element or row.rule_key
        ctx.record("timer.fail", what, case_id, {"attempt": attempts})
    if later is None and row.kind == "engine":
        incidents.suspend(tools, now, case_id, error)
    effect = (type(error).__name__,)
    return [Done(case_id=case_id, kind=row.kind, state=TimerState.FAILED, what=what, effect=effect)]
