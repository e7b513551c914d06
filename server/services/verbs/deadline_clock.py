"""What people do to a clock: stop, restart, extend it. A date is corrected by ``corrections``.

Whether the act is possible is the domain's answer (``deadline_verbs``); here is asked who may:
stopping and restarting belong to the office that answers for the clock (``case_offices``), an
extension to the approver the rule names. A party to the case may do neither.
"""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from server.domain import deadline_changes, deadline_verbs, recusal
from server.domain.deadline_changes import Change, Extend, Restart, Stop
from server.domain.deadline_verbs import Clock
from server.domain.errors import Forbidden, NotFound
from server.domain.jurisdiction import Level
from server.domain.texts import _
from server.queries.visibility import kept_out_of, sees
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.clocks import deadline_rows, deadlines
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context
from server.services.identity import people, posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import advance_work, case_offices, parties

Act = TypeVar("Act", Stop, Restart, Extend)


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


def _change(
    ctx: Context,
    case_id: str,
    rule_key: str,
    act: Act,
    check: Callable[[Clock, Act, date], None],
) -> None:
    case = case_rows.lock(ctx, case_id)
    if ctx.actor.person_id in ctx.session.scalars(kept_out_of(case.id)).all():
        raise NotFound
    release = definitions.release(ctx, case.pack_version_id)
    rows = deadline_rows.open_clocks(ctx, case.id, rule_key)
    allowed = bool(rows) and ctx.actor.person_id in _people(ctx, case, release, rows[-1], act)
    if not (allowed or _sees(ctx, case)):
        raise NotFound
    case_rows.refuse_resting(case)
    if not rows:
        raise NotFound
    if not allowed:
        raise Forbidden(_("您没有权限变更这一期限"))
    recusal.refuse_barred(ctx.actor.person_id, "", parties.of_case(ctx, case.id))
    row, pack = rows[-1], release.pack
    now: Clock = deadline_rows.clock(ctx, pack, row)
    check(now, act, ctx.today)
    deadlines.refresh(ctx, pack, row, [*now.changes, act])
    verb = deadline_changes.as_json(act)["kind"]
    ctx.record(f"deadline.{verb}", row.id, case.id, {"rule": rule_key})


def _people(
    ctx: Context, case: CaseRow, release: Release, row: DeadlineRow, act: Change
) -> set[str]:
    """Ids of those whose business this act is today."""
    role, _dot, head = _approver(release, row, act).partition(".")
    if role in ("", "office"):
        units = [each.unit_id for each in case_offices.answering(ctx, case, release, row.rule_key)]
    else:
        office = advance_work.office_of(ctx, case, role, Level(case.level))
        units = [office.id] if office else []
    return {
        holder.person_id
        for unit in units
        for holder in people.holders(ctx, unit, ctx.today, head_only=bool(head))
    }


def _approver(release: Release, row: DeadlineRow, act: Change) -> str:
    extension = release.pack.deadlines[row.rule_key].extension
    if isinstance(act, Extend) and extension:
        return extension.approver
    return "office.head" if isinstance(act, Extend) else ""


def _sees(ctx: Context, case: CaseRow) -> bool:
    actor = posts.with_posts(ctx)
    units = [post.unit_id for post in actor.posts]
    return sees(ctx.session, actor.person_id, units, case.id)
