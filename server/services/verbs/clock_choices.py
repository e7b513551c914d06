"""What a person could do to the clocks of a case now, and what he can choose for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from server.domain.deadline_changes import Extend, Restart, Stop
from server.domain.deadline_lines import units
from server.domain.deadline_rules import DeadlineRule, StopReason
from server.domain.deadline_verbs import Clock
from server.domain.errors import Conflict, Invalid
from server.domain.lifecycle import CaseStatus
from server.domain.requests import RequestKind
from server.domain.texts import _
from server.queries import requests
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import acting, case_offices, deadline_clock
from server.services.verbs.deadline_clock import Act
from server.services.verbs.judged import Choice

#: the verb of those who are not the approver
ASK: Final = "ask-extension"
#: verbs that give a clock more time
_LONGER: Final = ("extend", ASK)


@dataclass(frozen=True, kw_only=True, slots=True)
class Able:
    """A clock of the case with what the actor may do to it now."""

    row: DeadlineRow
    rule: DeadlineRule
    #: names of verbs
    verbs: tuple[str, ...]
    #: for which it may be stopped now
    reasons: tuple[StopReason, ...]


def able(
    ctx: Context, case: CaseRow, release: Release, asked: Collection[str] = ()
) -> tuple[Able, ...]:
    """The clocks of the case to which the actor may do anything now, one of each rule.

    ``asked``: rules for whose clocks an extension is asked already. The case exists for him and is
    not his own matter. Each verb is asked whether it would be
    refused; so nothing that is offered leads to a refusal that could have been foreseen.
    """
    # asked for every case: a page costs as much whether or not its case is open
    work = case_offices.open_work(ctx, case)
    if case.status != CaseStatus.OPEN:
        return ()
    newest = {row.rule_key: row for row in deadline_rows.open_clocks(ctx, case.id)}
    found = (_able(ctx, case, release, row, work) for row in newest.values())
    return tuple(_but_asked(each, asked) for each in found if each.verbs)


def of_cases(ctx: Context, case_ids: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """What :func:`able` says of several cases, none his own matter: id of the clock -> verbs.

    Asked of all at once: as many statements however many there are.
    """
    if not case_ids:
        return {}
    cases = case_rows.seen_of(ctx, case_ids)
    work = case_offices.open_work_of(ctx, case_ids)
    asked = requests.open_subjects_of(ctx.session, case_ids, RequestKind.EXTEND)
    newest = {
        (row.case_id, row.rule_key): row for row in deadline_rows.open_of_cases(ctx, case_ids)
    }
    found: dict[str, tuple[str, ...]] = {}
    for (case_id, rule_key), row in newest.items():
        case = cases.get(case_id)
        # of a case in which no office has anything to do each would be asked on its own
        if case is None or case.status != CaseStatus.OPEN or case_id not in work:
            continue
        release = definitions.release(ctx, case.pack_version_id)
        each = _able(ctx, case, release, row, work[case_id])
        is_asked = (case_id, rule_key) in asked
        found[row.id] = _but_asked(each, [rule_key] if is_asked else ()).verbs
    return {clock: verbs for clock, verbs in found.items() if verbs}


def clocks(ctx: Context, case_id: str, *, verb: str) -> list[Choice]:
    """The clocks to which the actor may do this, each with how far it may be extended."""
    return [
        _choice(each, _most(each) if verb in _LONGER else "")
        for each in _of_case(ctx, case_id)
        if verb in each.verbs
    ]


def reasons(ctx: Context, case_id: str, rule_key: str = "") -> list[Choice]:
    """For what the clock may be stopped; while none is chosen, any of them."""
    found = {
        reason.key: Choice(value=reason.key, label=reason.title, hint=_limits(each, reason))
        for each in _of_case(ctx, case_id)
        if rule_key in ("", each.row.rule_key)
        for reason in each.reasons
    }
    return list(found.values())


def _of_case(ctx: Context, case_id: str) -> tuple[Able, ...]:
    case_rows.refuse_odd(case_id)
    case = case_rows.found(ctx, case_id)
    return able(ctx, case, definitions.release(ctx, case.pack_version_id))


def _able(
    ctx: Context, case: CaseRow, release: Release, row: DeadlineRow, work: Sequence[Any]
) -> Able:
    clock, verbs = deadline_rows.clock(ctx, release.pack, row), []
    may = partial(_may, ctx, case, release, row.rule_key, work)
    reasons = tuple(
        reason
        for reason in clock.rule.stops
        if _would(ctx, clock, Stop(on=ctx.today, reason=reason.key))
    )
    if reasons:
        verbs.append("stop")
    if _would(ctx, clock, Restart(on=ctx.today)):
        verbs.append("restart")
    if verbs and not may(Stop):
        verbs, reasons = [], ()
    if _would(ctx, clock, Extend(on=ctx.today, n=1)):
        if may(Extend):
            verbs.append("extend")
        elif may(Stop):
            verbs.append(ASK)
    return Able(row=row, rule=clock.rule, verbs=tuple(verbs), reasons=reasons)


def _may(
    ctx: Context,
    case: CaseRow,
    release: Release,
    rule_key: str,
    work: Sequence[Any],
    act: type[deadline_clock.Act],
) -> bool:
    """May the actor, or somebody he stands in for."""
    names = (ctx, *acting.names(ctx, case))
    return any(deadline_clock.may(who, case, release, rule_key, act, work) for who in names)


def _but_asked(each: Able, asked: Collection[str]) -> Able:
    """What is asked already is not asked again."""
    if each.row.rule_key not in asked:
        return each
    return replace(each, verbs=tuple(name for name in each.verbs if name != ASK))


def _would(ctx: Context, clock: Clock, act: Act) -> bool:
    try:
        deadline_clock.check(clock, act, ctx.today)
    except (Conflict, Invalid):
        return False
    return True


def _choice(each: Able, hint: str = "") -> Choice:
    return Choice(value=each.row.rule_key, label=each.rule.title, hint=hint)


def _most(each: Able) -> str:
    allowed = each.rule.extension
    if allowed is None:
        return ""
    return _("每次至多{most}，共{times}次").format(
        most=units(allowed.max, each.rule.unit), times=allowed.times
    )


def _limits(each: Able, reason: StopReason) -> str:
    if reason.max is None:
        return ""
    return _("至多{most}，期满自行恢复").format(most=units(reason.max, each.rule.unit))
