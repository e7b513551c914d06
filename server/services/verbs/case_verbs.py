"""What is done to a whole case: suspend it, let it go on, end it without a result.

These belong to the heads of the offices that are competent for the case: those of its level that
may open cases of its procedure and opened this one or had work in it. Suspending stops no clock
(only the reasons of its rule do); nothing can be done meanwhile and no timer moves the case.
"""

from sqlalchemy import or_, select

from server.domain import recusal
from server.domain.access import APPLICANT, Permission, Steered, permits
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.lifecycle import OVER, CaseStatus, move_case
from server.domain.texts import _
from server.engine.port import Cancel
from server.models.case import case as case_table
from server.models.identity import Unit
from server.models.work import work_item
from server.queries import visibility
from server.services.case import case_rows, incidents
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import acting, advance, parties, reasons, work_acts


def suspend(ctx: Context, case_id: str, *, reason: str) -> None:
    """Let the case stand still.

    Raises:
        NotFound: there is no such case, or it does not exist for the actor.
        Forbidden: he is not the head of a competent office, or the matter is his own.
        Conflict: it is not open.
        Invalid: no reason.
    """
    ctx, case, _release = steered(ctx, case_id, reason)
    status = may_suspend(case)
    by = ctx.actor.person_id
    case_rows.change(ctx, case, status=status, status_reason=reason, suspended_by=by)
    work_acts.append_to_case(ctx, case.id, "suspend", text=reason)


def resume(ctx: Context, case_id: str, *, reason: str) -> None:
    """Let a case go on that was suspended by a person.

    Raises:
        NotFound, Forbidden, Invalid: as for :func:`suspend`.
        Conflict: it does not stand still, or stands still because of a fault of its procedure.
    """
    ctx, case, _release = steered(ctx, case_id, reason)
    status = may_resume(case)
    case_rows.change(ctx, case, status=status, status_reason="", suspended_by=None)
    work_acts.append_to_case(ctx, case.id, "resume", text=reason)


def cancel(ctx: Context, case_id: str, *, reason: str) -> None:
    """End the case without a result: nothing of it waits, runs or fires any more.

    Raises:
        NotFound, Forbidden, Invalid: as for :func:`suspend`.
        Conflict: it is over already.
    """
    ctx, case, release = steered(ctx, case_id, reason)
    may_cancel(case)
    case_rows.change(ctx, case, status_reason=reason, suspended_by=None)
    work_acts.append_to_case(ctx, case.id, "cancel", text=reason)
    again = case_rows.lock(ctx, case.id)
    advance.step(ctx, again, release, Cancel(now=ctx.now), Act(command="cancel"))


def retry(ctx: Context, case_id: str, *, reason: str) -> None:
    """Let a case go on that stopped because of a fault of its procedure, and try its timers again.

    What caused it should be mended; if it is not, the case stops again.

    Raises:
        NotFound, Forbidden, Invalid: as for :func:`suspend`.
        Conflict: it did not stop because of a fault.
    """
    ctx, case, _release = steered(ctx, case_id, reason)
    may_retry(case)
    work_acts.append_to_case(ctx, case.id, "retry", text=reason)
    incidents.go_on(ctx, case)


def may_suspend(case: CaseRow) -> CaseStatus:
    """The status of the case once it is suspended. Raises Conflict."""
    return move_case(CaseStatus(case.status), CaseStatus.SUSPENDED)


def may_resume(case: CaseRow) -> CaseStatus:
    """The status of the case once it goes on. Raises Conflict."""
    if case.status != CaseStatus.SUSPENDED:
        raise Conflict(_("该事项没有暂停"))
    if case.suspended_by is None:
        raise Conflict(_("该事项因程序异常而停止，原因排除后，请用“重试”恢复"))
    return move_case(CaseStatus(case.status), CaseStatus.OPEN)


def may_retry(case: CaseRow) -> None:
    """Return when the case stopped because of a fault. Raises Conflict."""
    if case.status != CaseStatus.SUSPENDED or case.suspended_by is not None:
        raise Conflict(_("该事项没有需要恢复的异常"))


def may_cancel(case: CaseRow) -> CaseStatus:
    """The status of the case once it is cancelled. Raises Conflict."""
    return move_case(CaseStatus(case.status), CaseStatus.CANCELLED)


def refuse_over(case: CaseRow) -> None:
    """Return when the case is open, or suspended. Raises Conflict."""
    if case.status in OVER:
        raise Conflict(_("该事项已经办结或者终止"), detail=case.status)


def refuse_unsteered(ctx: Context, case: CaseRow) -> Release:
    """The law of the case, when the actor is one of those who may steer it.

    Raises:
        NotFound: the case does not exist for him.
        Forbidden: he is not the head of a competent office, or the matter is his own.
    """
    refuse_unseen(ctx, case)
    release = definitions.release(ctx, case.pack_version_id)
    refuse_not_head(ctx, case, release)
    recusal.refuse_barred(ctx.actor.person_id, "", parties.of_case(ctx, case.id))
    return release


def refuse_unseen(ctx: Context, case: CaseRow) -> None:
    """Return when the case exists for the actor. Raises NotFound."""
    actor = posts.with_posts(ctx)
    seen = select(case_table.c.id).where(case_table.c.id == case.id, visibility.visible(actor))
    if ctx.session.scalar(seen) is None:
        raise NotFound


def refuse_not_head(ctx: Context, case: CaseRow, release: Release) -> None:
    """Return when the actor is head of an office that may steer the case. Raises Forbidden."""
    actor = posts.with_posts(ctx)
    units = competent(ctx, case, release) if actor.headed else frozenset()
    if not permits(actor, Permission.CASE_STEER, Steered(units=units)):
        raise Forbidden(_("只有承办机关的主要负责人可以这样操作"))


def steered(ctx: Context, case_id: str, reason: str) -> tuple[Context, CaseRow, Release]:
    """The locked case, when the actor may steer it and says why; and in whose name he does."""
    case = case_rows.lock(ctx, case_id)
    ctx, release = acting.in_case(ctx, case, lambda who: refuse_unsteered(who, case))
    reasons.refuse_empty(reason)
    return ctx, case, release


def competent(ctx: Context, case: CaseRow, release: Release) -> frozenset[str]:
    """The offices whose heads may steer the case."""
    starters = release.pack.procedures[case.procedure].starters
    roles = {each.role.partition(".")[0] for each in starters} - {APPLICANT}
    had_work = select(work_item.c.candidate_unit).where(work_item.c.case_id == case.id)
    opened = select(case_table.c.opened_for).where(case_table.c.id == case.id)
    return frozenset(
        ctx.session.scalars(
            select(Unit.id).where(
                Unit.kind.in_(roles),
                Unit.level == case.level,
                or_(Unit.id.in_(had_work), Unit.id.in_(opened)),
            )
        )
    )
