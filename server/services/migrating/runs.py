"""The cases a head chose are moved one by one in the background, each in its own transaction.

A case leaves ``waiting`` in the transaction that moves it: a process that is killed has moved it
whole or not at all, and whoever comes next goes on with the next one. A case that cannot be moved
says why; the others do not wait for it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.domain.access import SYSTEM, Actor
from server.domain.errors import (
    Conflict,
    EngineError,
    Invalid,
    NotFound,
    RongcuoError,
)
from server.domain.findings import Finding
from server.domain.migrations import (
    MoveState,
    ProposalState,
    RunState,
    effects_of,
)
from server.domain.texts import _
from server.models.base import new_id
from server.models.migration import migration, migration_move, migration_run
from server.queries import migrations as rows
from server.services import database_faults
from server.services.case import case_rows, incidents
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import posts
from server.services.migrating import moving, steering
from server.services.migrating.moving import Order
from server.services.verbs import reasons

#: cases of one run
MOST: Final = 10_000


def begin(ctx: Context, migration_id: str, chosen: Mapping[str, int] | None, *, reason: str) -> str:
    """Let these cases be moved, and return the id of the run.

    ``chosen``: id -> version of its state as he saw it; None: every case that can be moved.

    Raises:
        NotFound: there is no such proposal for him.
        Conflict: it was withdrawn, or others are moving one of the cases already.
        Invalid: no reason, or no case that can be moved.
    """
    proposal = steering.offered(ctx, migration_id)
    reasons.refuse_empty(reason)
    actor = posts.with_posts(ctx)
    is_his = rows.steerable(actor, steering.roles(ctx, proposal))
    found = rows.those(ctx.session, migration_id, is_his, chosen)[:MOST]
    if not found:
        message = _("没有选择可以迁移的事项")
        raise Invalid(message, [Finding(code="MIGRATION_NONE", field="case", message=message)])
    run_id = new_id()
    run = {
        "id": run_id,
        "version": 1,
        "migration_id": migration_id,
        "reason": reason.strip(),
        "by_id": ctx.actor.person_id,
        "at": ctx.now,
        "state": RunState.RUNNING,
    }
    ctx.session.execute(insert(migration_run), run)
    moves = [_waiting(run_id, place, row, chosen) for place, row in enumerate(found, 1)]
    try:
        ctx.session.execute(insert(migration_move), moves)
    except IntegrityError as error:
        raise Conflict(_("所选事项正在由他人迁移，请刷新后重试")) from error
    _end(ctx, run_id)
    told = {"migration": migration_id, "cases": len(moves)}
    ctx.record("migration.begin", run_id, detail=told)
    return run_id


def steer(ctx: Context, run_id: str, word: str, *, seen: int | None = None) -> None:
    """``pause`` a run, ``resume`` it, or ``cancel`` what is left of it.

    Raises:
        NotFound: there is no such run of his.
        Conflict: it is not in a state for it, or changed since he looked.
    """
    before, after = _STEERED[word]
    row = ctx.session.execute(
        select(migration_run)
        .where(migration_run.c.id == run_id, migration_run.c.by_id == ctx.actor.person_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state not in before or seen not in (None, row.version):
        raise Conflict(_("该内容已被他人更改，请刷新后重试"))
    ended = {"ended_at": ctx.now} if after is RunState.CANCELLED else {}
    ctx.session.execute(
        update(migration_run)
        .where(migration_run.c.id == run_id)
        .values(state=after, version=row.version + 1, **ended)
    )
    if after is RunState.CANCELLED:
        ctx.session.execute(
            update(migration_move)
            .where(migration_move.c.run_id == run_id, migration_move.c.state == MoveState.WAITING)
            .values(state=MoveState.LEFT, at=ctx.now)
        )
    ctx.record(f"migration.{word}", run_id)


_STEERED: Final[Mapping[str, tuple[tuple[RunState, ...], RunState]]] = {
    "pause": ((RunState.RUNNING,), RunState.PAUSED),
    "resume": ((RunState.PAUSED,), RunState.RUNNING),
    "cancel": ((RunState.RUNNING, RunState.PAUSED), RunState.CANCELLED),
}


def work(tools: Tools, clock: Callable[[], datetime]) -> int:
    """Move whatever waits, one case after another; how many were moved.

    Raises:
        Ending: the process was told to end; what is left waits.
    """
    moved, passed = 0, list[str]()
    while True:
        tools.go_on()
        now = clock()
        with reading(tools, SYSTEM, now) as ctx:
            found = rows.next_waiting(ctx.session, passed)
        if found is None:
            return moved
        state = _one(tools, now, found)
        if state is None:
            passed.append(found.case_id)
        moved += state is MoveState.MOVED


def _one(tools: Tools, now: datetime, waiting: Row[Any]) -> MoveState | None:
    """Move one case, or note why it stays; None where there was nothing to do any more."""
    run_id, case_id = waiting.run_id, waiting.case_id
    try:
        with transaction(tools, Actor(person_id=waiting.by_id), now) as ctx:
            return _moved(ctx, run_id, case_id)
    except RongcuoError as error:
        state = MoveState.FAILED if _is_fault(error) else MoveState.REFUSED
        why = error.message
    except Exception as error:  # one case must not stop all others
        if database_faults.kind_of(error) is not None:
            raise  # no fault of this case: it waits
        state, why = (
            MoveState.FAILED,
            _("程序出错，事项保持原样；请告知系统管理员，查明以后可以重新迁移"),
        )
    with transaction(tools, SYSTEM, now) as ctx:
        _settle(ctx, run_id, case_id, state=state, reason=why)
    return state


def _is_fault(error: RongcuoError) -> bool:
    return isinstance(error, EngineError) and incidents.is_fault(error)


def _moved(ctx: Context, run_id: str, case_id: str) -> MoveState | None:
    case_rows.lock(ctx, case_id)
    waiting = ctx.session.execute(
        select(migration_move.c.effects, migration_run.c.reason, migration)
        .join(migration_run, migration_run.c.id == migration_move.c.run_id)
        .join(migration, migration.c.id == migration_run.c.migration_id)
        .where(
            migration_move.c.run_id == run_id,
            migration_move.c.case_id == case_id,
            migration_move.c.state == MoveState.WAITING,
            migration_run.c.state == RunState.RUNNING,
        )
    ).one_or_none()
    if waiting is None:
        return None  # somebody else did it, or the run was stopped
    if waiting.state != ProposalState.OFFERED:
        raise Conflict(_("迁移方案已经撤回"))
    seq = moving.move(ctx, case_id, _order(run_id, waiting))
    _settle(ctx, run_id, case_id, state=MoveState.MOVED, seq=seq)
    return MoveState.MOVED


def _order(run_id: str, row: Row[Any]) -> Order:
    return Order(
        migration_id=row.id,
        run_id=run_id,
        from_id=row.from_id,
        to_id=row.to_id,
        mapping=row.mapping,
        basis=row.basis,
        reason=row[1],
        effects=effects_of(row.effects),
    )


def _settle(ctx: Context, run_id: str, case_id: str, **values: Any) -> None:
    """What became of a case that waited; the last one ends its run."""
    ctx.session.execute(
        update(migration_move)
        .where(
            migration_move.c.run_id == run_id,
            migration_move.c.case_id == case_id,
            migration_move.c.state == MoveState.WAITING,
        )
        .values(at=ctx.now, **values)
    )
    _end(ctx, run_id)


def _end(ctx: Context, run_id: str) -> None:
    """A run that nothing waits for any more is over."""
    left = select(migration_move.c.case_id).where(
        migration_move.c.run_id == run_id, migration_move.c.state == MoveState.WAITING
    )
    ctx.session.execute(
        update(migration_run)
        .where(
            migration_run.c.id == run_id,
            migration_run.c.state == RunState.RUNNING,
            ~left.exists(),
        )
        .values(state=RunState.DONE, ended_at=ctx.now, version=migration_run.c.version + 1)
    )


def _waiting(
    run_id: str, place: int, row: Row[Any], chosen: Mapping[str, int] | None
) -> dict[str, Any]:
    """A case as it was chosen; one that moved on since he looked is not moved."""
    is_as_seen = chosen is None or chosen[row.id] == row.seen
    return {
        "run_id": run_id,
        "case_id": row.id,
        "place": place,
        "state": MoveState.WAITING if is_as_seen else MoveState.REFUSED,
        "reason": "" if is_as_seen else _("该事项在您查看以后又有变化，请重新预览"),
        "effects": row.effects,
    }
