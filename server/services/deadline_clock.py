"""What people do to a clock: stop, restart, extend it, correct the day it began.

Whether the act is possible is the domain's answer (``deadline_verbs``); here is asked who may:
stopping and restarting belong to the office that holds the task, an extension or correction to
the approver the rule names.
"""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from sqlalchemy import select

from server.domain import deadline_changes, deadline_verbs
from server.domain.deadline_changes import Change, Correct, Extend, Restart, Stop
from server.domain.deadline_verbs import Clock
from server.domain.errors import Forbidden, NotFound
from server.domain.jurisdiction import Level
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.models.work import OPEN_STATES, work_item
from server.services import advance_work, case_rows, deadline_rows, deadlines, definitions, people
from server.services.case_rows import CaseRow
from server.services.context import Context
from server.services.deadline_rows import DeadlineRow

Act = TypeVar("Act", Stop, Restart, Extend, Correct)


def stop(ctx: Context, case_id: str, rule_key: str, *, reason: str, note: str = "") -> None:
    """Let the clock stand from today, for a reason its rule knows.

    Raises:
        NotFound: the case has no such clock running.
        Forbidden: the actor holds no post of an office that has work on it.
        Invalid: the rule does not know the reason, or it is used up.
        Conflict: the clock stands already, or is over.
    """
    act = Stop(on=ctx.today, reason=reason, note=note, by=ctx.actor.person_id)
    _change(ctx, case_id, rule_key, act, deadline_verbs.may_stop)


def restart(ctx: Context, case_id: str, rule_key: str, *, note: str = "") -> None:
    """Let a standing clock run again from today.

    Raises:
        NotFound, Forbidden: as for ``stop``.
        Conflict: it does not stand.
    """
    act = Restart(on=ctx.today, note=note, by=ctx.actor.person_id)
    _change(ctx, case_id, rule_key, act, deadline_verbs.may_restart)


def extend(ctx: Context, case_id: str, rule_key: str, *, n: int, note: str = "") -> None:
    """Give the clock ``n`` more units, by the approver its rule names.

    Raises:
        NotFound: the case has no such clock running.
        Forbidden: the actor is not the approver.
        Invalid: the rule allows no extension, not that long, or not again.
        Conflict: the period was over.
    """
    by = ctx.actor.person_id
    act = Extend(on=ctx.today, n=n, note=note, by=by, approved_by=by)
    _change(ctx, case_id, rule_key, act, deadline_verbs.may_extend)


def correct(
    ctx: Context, case_id: str, rule_key: str, *, origin_on: date, note: str, evidence: str = ""
) -> None:
    """Set right a mistyped day of the origin, by the head of the office; it stays visible.

    Raises:
        NotFound: the case has no such clock running.
        Forbidden: the actor is not the approver.
        Invalid: no reason, the same day, or a day that cannot be.
    """
    by = ctx.actor.person_id
    act = Correct(
        on=ctx.today, origin_on=origin_on, note=note, by=by, approved_by=by, evidence=evidence
    )
    _change(ctx, case_id, rule_key, act, deadline_verbs.may_correct)


def _change(
    ctx: Context,
    case_id: str,
    rule_key: str,
    act: Act,
    check: Callable[[Clock, Act, date], None],
) -> None:
    case = case_rows.lock_open(ctx, case_id)
    pack = definitions.release(ctx, case.pack_version_id).pack
    rows = deadline_rows.open_clocks(ctx, case.id, rule_key)
    if not rows:
        raise NotFound
    row = rows[-1]
    _allowed(ctx, case, pack, row, act)
    now: Clock = deadline_rows.clock(ctx, pack.deadlines[rule_key], row)
    check(now, act, ctx.today)
    deadlines.refresh(ctx, pack, row, [*now.changes, act])
    verb = deadline_changes.as_json(act)["kind"]
    ctx.record(f"deadline.{verb}", row.id, case.id, {"rule": rule_key})


def _allowed(ctx: Context, case: CaseRow, pack: PolicyPack, row: DeadlineRow, act: Change) -> None:
    extension = pack.deadlines[row.rule_key].extension
    approver = ""
    if isinstance(act, Extend) and extension:
        approver = extension.approver
    elif isinstance(act, Extend | Correct):
        approver = "office.head"
    role, _dot, head = approver.partition(".")
    if role in ("", "office"):
        units = _offices(ctx, case, row.rule_key)
    else:
        office = advance_work.office_of(ctx, case, role, Level(case.level))
        units = [office.id] if office else []
    holders = {
        holder.person_id
        for unit in units
        for holder in people.holders(ctx, unit, ctx.today, head_only=bool(head))
    }
    if ctx.actor.person_id not in holders:
        raise Forbidden(_("您没有权限变更这一期限"))


def _offices(ctx: Context, case: CaseRow, rule_key: str) -> list[str]:
    """Offices that have open work of the case: under this deadline, else any."""
    rows = ctx.session.execute(
        select(work_item.c.candidate_unit, work_item.c.deadline_key).where(
            work_item.c.case_id == case.id,
            work_item.c.state.in_(OPEN_STATES),
            work_item.c.candidate_unit.is_not(None),
        )
    ).all()
    named = [row.candidate_unit for row in rows if row.deadline_key == rule_key]
    return named or [row.candidate_unit for row in rows]
