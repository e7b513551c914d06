"""A step that the engine could not do costs nothing but the case's pace.

The use case is rolled back whole; then the case is suspended in a second small transaction, so
that nobody walks into the same fault again before somebody has looked at it. What stands still is
listed by ``queries/incidents``; once the cause is mended (an office that was missing, a paper of
the pack) the operator lets it go on with :func:`resolve`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import update

from server.domain.access import SYSTEM, Actor, Permission, permits
from server.domain.errors import Conflict, EngineError, Forbidden, RongcuoError
from server.domain.lifecycle import CaseStatus, TimerState
from server.domain.texts import _
from server.models.case import case
from server.models.time import timer
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context, Tools, transaction
from server.services.identity import posts


@contextmanager
def acting(tools: Tools, actor: Actor, now: datetime) -> Iterator[Context]:
    """One use case that may move a case; an engine fault suspends the case it moved.

    Raises:
        RongcuoError: as the verb raised it.
    """
    stepped: set[str] = set()
    try:
        with transaction(tools, actor, now) as ctx:
            stepped = ctx.stepped
            yield ctx
    except EngineError as error:
        if is_fault(error):
            for case_id in sorted(stepped):
                suspend(tools, now, case_id, error)
        raise


def is_fault(error: RongcuoError) -> bool:
    """Is this trouble with the procedure itself, and no mere race of two people."""
    return isinstance(error, EngineError) and error.code == EngineError.code


def suspend(tools: Tools, now: datetime, case_id: str, error: Exception) -> None:
    """Mark the case as standing still because of a fault; a case that was never stored is left."""
    with transaction(tools, SYSTEM, now) as ctx:
        done = ctx.session.execute(
            update(case)
            .where(case.c.id == case_id, case.c.status == CaseStatus.OPEN)
            .values(
                status=CaseStatus.SUSPENDED,
                status_reason=_reason(error),
                version=case.c.version + 1,
            )
            .returning(case.c.id)
        )
        if done.one_or_none() is not None:
            element = error.element if isinstance(error, EngineError) else ""
            detail = {"error": type(error).__name__, "element": element}
            ctx.record("case.incident", case_id, case_id, detail)


def resolve(ctx: Context, case_id: str) -> None:
    """Let a case go on, its fault being mended, and try again every timer of it that was given up.

    Raises:
        NotFound: there is no such case.
        Forbidden: the actor is neither the program nor the system administrator.
        Conflict: nothing of it stands still.
    """
    if not permits(posts.with_posts(ctx), Permission.INCIDENT_RESOLVE):
        raise Forbidden(_("只有运行人员可以恢复发生异常的事项"))
    go_on(ctx, case_rows.lock(ctx, case_id))


def go_on(ctx: Context, row: CaseRow) -> None:
    """The same for the locked case; who may was asked before. Raises Conflict."""
    again = ctx.session.scalars(
        update(timer)
        .where(timer.c.case_id == row.id, timer.c.state == TimerState.FAILED)
        .values(state=TimerState.ARMED, attempts=0, not_before=None, error="")
        .returning(timer.c.id)
    ).all()
    if row.status == CaseStatus.SUSPENDED and row.suspended_by is None:
        case_rows.change(ctx, row, status=CaseStatus.OPEN, status_reason="")
    elif not again:
        raise Conflict(_("该事项没有需要恢复的异常"))
    ctx.record("case.resolve", row.id, row.id, {"timers": len(again)})


def _reason(error: Exception) -> str:
    if isinstance(error, RongcuoError):
        return error.message
    return _("程序在后台处理时出错，已停止办理，请联系运行人员")
