"""What people do to a clock: stop, restart, extend it. A date is corrected by ``corrections``.

Whether the act is possible is the domain's answer (``deadline_verbs``); here is asked who may:
stopping and restarting belong to the office that answers for the clock (``case_offices``), an
extension to the approver the rule names. A party to the case may do neither.

Each verb has its outlook: the same act, checked and counted alike, and nothing written.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from server.domain import deadline_changes, deadline_verbs, recusal
from server.domain.deadline_changes import Extend, Restart, Stop
from server.domain.deadline_verbs import Clock
from server.domain.errors import Forbidden, NotFound
from server.domain.jurisdiction import Level
from server.domain.texts import _
from server.queries.visibility import sees
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.clocks import deadline_rows, deadlines
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import (
    acting,
    advance_work,
    case_offices,
    clock_outlooks,
    parties,
)
from server.services.verbs.outlook import Outlook

#: what people do to a clock here
Act = Stop | Restart | Extend


def stop(ctx: Context, case_id: str, rule_key: str, *, reason: str, note: str = "") -> None:
    """Let the clock stand from today, for a reason its rule knows.

    Raises:
        NotFound: the case has no such clock running.
        Forbidden: the actor holds no post of an office that has work on it.
        Invalid: the rule does not know the reason, or it is used up.
        Conflict: the clock stands already, or is over.
    """
    _change(ctx, case_id, rule_key, _stop(ctx, reason, note))


def stopped(ctx: Context, case_id: str, rule_key: str, *, reason: str, note: str = "") -> Outlook:
    """What would become of the clock. Raises as :func:`stop`."""
    return _outlook(ctx, case_id, rule_key, _stop(ctx, reason, note))


def restart(ctx: Context, case_id: str, rule_key: str, *, note: str = "") -> None:
    """Let a standing clock run again from today.

    Raises:
        NotFound, Forbidden: as for ``stop``.
        Conflict: it does not stand.
    """
    _change(ctx, case_id, rule_key, _restart(ctx, note))


def restarted(ctx: Context, case_id: str, rule_key: str, *, note: str = "") -> Outlook:
    """What would become of the clock. Raises as :func:`restart`."""
    return _outlook(ctx, case_id, rule_key, _restart(ctx, note))


def extend(ctx: Context, case_id: str, rule_key: str, *, n: int, note: str = "") -> None:
    """Give the clock ``n`` more units, by the approver its rule names.

    Raises:
        NotFound: the case has no such clock running.
        Forbidden: the actor is not the approver.
        Invalid: the rule allows no extension, not that long, or not again.
        Conflict: the period was over.
    """
    _change(ctx, case_id, rule_key, _extend(ctx, n, note))


def extended(ctx: Context, case_id: str, rule_key: str, *, n: int, note: str = "") -> Outlook:
    """What would become of the clock. Raises as :func:`extend`."""
    return _outlook(ctx, case_id, rule_key, _extend(ctx, n, note))


def check(clock: Clock, act: Act, today: date) -> None:
    """Return when the act is possible. Raises Invalid or Conflict as ``deadline_verbs``."""
    match act:
        case Stop():
            deadline_verbs.may_stop(clock, act, today)
        case Restart():
            deadline_verbs.may_restart(clock, act, today)
        case Extend():
            deadline_verbs.may_extend(clock, act, today)


def write(ctx: Context, release: Release, row: DeadlineRow, act: Act) -> None:
    """Add the act to the clock and let everything follow; who may was asked before.

    Raises:
        Invalid, Conflict: it is not possible.
    """
    now = deadline_rows.clock(ctx, release.pack, row)
    check(now, act, ctx.today)
    deadlines.refresh(ctx, release.pack, row, [*now.changes, act])
    verb = deadline_changes.as_json(act)["kind"]
    ctx.record(f"deadline.{verb}", row.id, row.case_id, {"rule": row.rule_key})


def approver(release: Release, rule_key: str) -> str:
    """Who extends a clock of this rule: ``office.head``, ``<role>`` or ``<role>.head``."""
    extension = release.pack.deadlines[rule_key].extension
    return extension.approver if extension else "office.head"


def offices(
    ctx: Context,
    case: CaseRow,
    release: Release,
    rule_key: str,
    label: str,
    work: Sequence[Any] | None = None,
) -> list[str]:
    """The offices ``label`` means for a clock: those that answer for it, or one by its role."""
    role = label.partition(".")[0]
    if role in ("", "office"):
        found = case_offices.answering(ctx, case, release, rule_key, work)
        return [each.unit_id for each in found]
    office = advance_work.office_of(ctx, case, role, Level(case.level))
    return [office.id] if office else []


def may(
    ctx: Context,
    case: CaseRow,
    release: Release,
    rule_key: str,
    act: type[Act],
    work: Sequence[Any] | None = None,
) -> bool:
    """Is such an act on a clock of this rule the business of the actor today."""
    label = approver(release, rule_key) if act is Extend else ""
    units = offices(ctx, case, release, rule_key, label, work)
    is_head = label.endswith(".head")
    held = posts.with_posts(ctx).posts
    return any(post.unit_id in units and (post.is_head or not is_head) for post in held)


def _stop(ctx: Context, reason: str, note: str) -> Stop:
    return Stop(on=ctx.today, reason=reason, note=note, by=ctx.actor.person_id)


def _restart(ctx: Context, note: str) -> Restart:
    return Restart(on=ctx.today, note=note, by=ctx.actor.person_id)


def _extend(ctx: Context, n: int, note: str) -> Extend:
    by = ctx.actor.person_id
    return Extend(on=ctx.today, n=n, note=note, by=by, approved_by=by)


def _change(ctx: Context, case_id: str, rule_key: str, act: Act) -> None:
    case = case_rows.lock(ctx, case_id)
    ctx, (release, row) = acting.in_case(
        ctx, case, lambda who: _his(who, case, rule_key, type(act))
    )
    write(ctx, release, row, act)


def _outlook(ctx: Context, case_id: str, rule_key: str, act: Act) -> Outlook:
    case_rows.refuse_odd(case_id)
    case = case_rows.found(ctx, case_id)
    ctx, (release, row) = acting.in_case(
        ctx, case, lambda who: _his(who, case, rule_key, type(act))
    )
    check(deadline_rows.clock(ctx, release.pack, row), act, ctx.today)
    return clock_outlooks.of(ctx, release.pack, row, act)


def _his(ctx: Context, case: CaseRow, rule_key: str, act: type[Act]) -> tuple[Release, DeadlineRow]:
    """The clock, when such an act on it is the actor's business."""
    if parties.bars_of(ctx, case.id).keeps_out(ctx.actor.person_id):
        raise NotFound
    release = definitions.release(ctx, case.pack_version_id)
    rows = deadline_rows.open_clocks(ctx, case.id, rule_key)
    allowed = bool(rows) and may(ctx, case, release, rule_key, act)
    if not (allowed or _sees(ctx, case)):
        raise NotFound
    case_rows.refuse_resting(case)
    if not rows:
        raise NotFound
    if not allowed:
        raise Forbidden(_("您没有权限变更这一期限"))
    recusal.refuse_barred(ctx.actor.person_id, "", parties.of_case(ctx, case.id))
    return release, rows[-1]


def _sees(ctx: Context, case: CaseRow) -> bool:
    actor = posts.with_posts(ctx)
    units = [post.unit_id for post in actor.posts]
    return sees(ctx.session, actor.person_id, units, case.id)
