"""撤回申请: whoever applied takes his application back, until the day the pack says.

It is the applicant's own act: no office, no head and no substitute does it for him. What becomes of
the case is law, and stands in the pack: the organ goes on of its own motion, or the case ends with
the outcome ``withdrawn``.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, exists, or_, select

from server.domain.access import APPLICANT
from server.domain.case_words import WITHDRAWN
from server.domain.errors import Conflict, Forbidden
from server.domain.lifecycle import WorkState
from server.domain.movement import WithdrawalRule
from server.domain.texts import _
from server.engine.port import Cancel
from server.models.case import case_state
from server.models.decision import decision
from server.models.work import work_act, work_item
from server.services.case import case_rows, facts
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import advance, case_verbs, parties, reasons, urgings, work_acts

_VERB: Final = "withdraw_application"


def withdraw(ctx: Context, case_id: str, *, reason: str) -> None:
    """Take the application back; the offices that have work in the case are told.

    Raises:
        NotFound: there is no such case, or it does not exist for the actor.
        Forbidden: he is not the applicant.
        Conflict: the pack knows no withdrawal of this application, the time for it is over, it was
            withdrawn before, or the case is over.
        Invalid: no reason.
    """
    case = case_rows.lock(ctx, case_id)
    case_verbs.refuse_unseen(ctx, case)
    release = definitions.release(ctx, case.pack_version_id)
    rule = may_withdraw(ctx, case, release)
    reasons.refuse_empty(reason)
    act_id = work_acts.append_to_case(ctx, case.id, _VERB, text=reason)
    goes_on = continues(ctx, case, release, rule)
    text = (
        _("申请人撤回申请，本机关依职权继续办理：{reason}")
        if goes_on
        else _("申请人撤回申请，事项终止办理：{reason}")
    )
    urgings.tell_offices(ctx, case, act_id, text.format(reason=reason))
    if not goes_on:
        case_rows.change(ctx, case, outcome=WITHDRAWN, suspended_by=None)
        again = case_rows.lock(ctx, case.id)
        advance.step(ctx, again, release, Cancel(now=ctx.now), Act(command="cancel"))


def may_withdraw(ctx: Context, case: CaseRow, release: Release) -> WithdrawalRule:
    """The rule by which the actor may withdraw the application now.

    Raises:
        Forbidden: he is not the applicant.
        Conflict: there is no rule, the time for it is over, it was withdrawn, or the case is over.
    """
    if ctx.actor.person_id not in parties.members(ctx, case.id, APPLICANT):
        raise Forbidden(_("只有申请人可以撤回申请"))
    case_verbs.refuse_over(case)
    rule = release.pack.withdrawals.get(case.procedure)
    if rule is None:
        raise Conflict(_("按规定，该事项的申请不能撤回"))
    if ctx.session.scalar(select(_withdrawn(case.id))):
        raise Conflict(_("申请已经撤回，机关依职权继续办理"))
    if rule.since and not ctx.session.scalar(select(_done(case.id, rule.since))):
        raise Conflict(_("还没有提出申请"))
    if ctx.session.scalar(select(_is_past(case.id, rule))):
        raise Conflict(_("会议通知已经发出或者已经研究决定，不能再撤回申请"))
    return rule


def continues(ctx: Context, case: CaseRow, release: Release, rule: WithdrawalRule) -> bool:
    """Does the organ go on of its own motion."""
    stored = select(case_state.c.variables).where(case_state.c.case_id == case.id)
    variables = ctx.session.scalars(stored).one()
    known = facts.collect(release, case.procedure, variables, {}, ctx.now)
    return rule.continues is not None and facts.holds(ctx.tools.evaluate, rule.continues, known)


def _withdrawn(case_id: str) -> ColumnElement[bool]:
    return exists().where(work_act.c.case_id == case_id, work_act.c.verb == _VERB)


def _done(case_id: str, nodes: Collection[str]) -> ColumnElement[bool]:
    return exists().where(
        work_item.c.case_id == case_id,
        work_item.c.node_key.in_(nodes),
        work_item.c.state == WorkState.DONE,
    )


def _is_past(case_id: str, rule: WithdrawalRule) -> ColumnElement[bool]:
    """Was one of the steps done, or a meeting called for it."""
    return or_(
        _done(case_id, rule.until),
        exists().where(
            decision.c.case_id == case_id,
            decision.c.node_key.in_(rule.until),
            decision.c.convened_at.is_not(None),
            decision.c.state != "cancelled",
        ),
    )
