"""The sweep: everything that has become due happens, once, in the order of its moments.

One transaction per case and moment, the earliest moment first, so that a server that stood still
for a week makes up for it day by day. A timer is fired by a guarded update in the transaction of
its effects, so that of two sweeps one does it and the other passes on. Nothing is ever decided
here: what is overdue stays open work.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select, update

from server.domain.access import SYSTEM
from server.domain.errors import UnknownTask
from server.domain.lifecycle import CaseStatus, TimerState
from server.engine.port import Advance, TimerDue
from server.models.case import case as case_table
from server.models.time import timer
from server.services import database_faults
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

_NOW = bindparam("now", type_=timer.c.due_at.type)
_IS_DUE = and_(
    timer.c.state == TimerState.ARMED,
    timer.c.due_at <= _NOW,
    or_(timer.c.not_before.is_(None), timer.c.not_before <= _NOW),
)

# run for every timer: built once
_DUE = (
    select(timer.c.due_at, timer.c.case_id)
    .distinct()
    .join(case_table, case_table.c.id == timer.c.case_id)
    .where(_IS_DUE, case_table.c.status == CaseStatus.OPEN)
    .order_by(timer.c.due_at, timer.c.case_id)
    .limit(bindparam("most"))
)
_WAITING = (
    select(timer.c.id)
    .where(timer.c.case_id == bindparam("of_case"), timer.c.due_at <= bindparam("until"), _IS_DUE)
    .order_by(timer.c.due_at, timer.c.kind, timer.c.rung, timer.c.id)
)
_FIRE = (
    update(timer)
    .where(timer.c.id == bindparam("one"), _IS_DUE)
    .values(state=TimerState.FIRED)
    .returning(timer)
)


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
    #: the moment it stood for; it may have been made up for later
    due_at: datetime
    #: new state of the clock, or who was told
    effect: tuple[str, ...] = ()

    @property
    def moved(self) -> bool:
        """Did the case go on by it."""
        return self.kind == "engine" and self.state == TimerState.FIRED


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
    """Fire what is due, the earliest first, of at most ``limit`` cases; a timer that fails is
    tried again later.

    It ends early where a diagram moved: what that began may be due before all the rest.

    Raises:
        Ending: the process was told to end; what is left is due when it comes back.
    """
    swept = Swept()
    for moment, cases in _due(tools, now, limit):
        began = len(swept.done)
        while cases:
            tools.go_on()
            done = _sweep_case(tools, now, cases.popleft(), moment)
            if done is None:  # somebody else is at work here: go on where he is not
                cases.rotate(-(len(cases) // 2))
            else:
                swept.done += done
        if any(each.moved for each in swept.done[began:]):
            break
    return swept


def _due(tools: Tools, now: datetime, limit: int) -> list[tuple[datetime, deque[str]]]:
    """Moments that have come, in their order, each with the open cases that have a timer then.
    A suspended case keeps its timers until it goes on."""
    with tools.readers() as session:
        rows = session.execute(_DUE, {"now": now, "most": limit}).all()
    moments = groupby(rows, key=lambda row: row.due_at)
    return [(moment, deque(row.case_id for row in those)) for moment, those in moments]


def _sweep_case(tools: Tools, now: datetime, case_id: str, until: datetime) -> list[Done] | None:
    """All timers of a case that are due until this moment, in one transaction; a failing one is
    parked, the rest tried again without it. None: somebody else holds the case, or did it."""
    parked: list[Done] = []
    while True:
        current: list[str] = []
        try:
            with transaction(tools, SYSTEM, now) as ctx:
                case = case_rows.try_lock(ctx, case_id)
                done = [] if case is None else list(_fire_all(ctx, case, until, current))
        except Exception as error:  # one bad timer must not stop all others
            if not current or database_faults.kind_of(error) is not None:
                raise  # no fault of this timer: nothing is counted against it
            parked += _park(tools, now, case_id, current[-1], error)
        else:
            return [*parked, *done] if parked or current else None


def _fire_all(ctx: Context, case: CaseRow, until: datetime, current: list[str]) -> Iterator[Done]:
    for timer_id in _waiting(ctx, case.id, until):
        if current:
            ctx.settle()  # what the timer before moved counts for this one
            case = case_rows.lock(ctx, case.id)
        current.append(timer_id)
        if case.status != CaseStatus.OPEN:
            return
        # its clock may have moved since
        row = ctx.session.execute(_FIRE, {"one": timer_id, "now": ctx.now}).one_or_none()
        if row is not None:
            yield _fire(ctx, case, definitions.release(ctx, case.pack_version_id), row)


def _waiting(ctx: Context, case_id: str, until: datetime) -> Sequence[str]:
    """Ids of the due timers of a locked case in the order they fire: none overtakes another, also
    where two sweeps share the work."""
    given = {"of_case": case_id, "until": until, "now": ctx.now}
    return ctx.session.scalars(_WAITING, given).all()


def _fire(ctx: Context, case: CaseRow, release: Release, row: Row[Any]) -> Done:
    if row.kind == "engine":
        return _engine(ctx, case, release, row)
    clock = next(
        clock for clock in deadline_rows.of_case(ctx, case.id) if clock.id == row.deadline_id
    )
    done = _done(row, clock.rule_key)
    if row.kind == "clock":
        return replace(done, effect=(deadlines.tick(ctx, release.pack, clock),))
    labels = notifications.remind(ctx, case, release, clock, row.rung)
    told = {"rule": clock.rule_key, "to": labels, "due_at": row.due_at.isoformat()}
    ctx.record("deadline.remind", clock.id, case.id, told)
    return replace(done, effect=tuple(labels))


def _engine(ctx: Context, case: CaseRow, release: Release, row: Row[Any]) -> Done:
    done = _done(row, row.element)
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


def _done(row: Row[Any], what: str, state: str = TimerState.FIRED) -> Done:
    return Done(case_id=row.case_id, kind=row.kind, state=state, what=what, due_at=row.due_at)


def _is_over(row: Row[Any], after: Advance) -> bool:
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
    return [replace(_done(row, what, TimerState.FAILED), effect=effect)]
