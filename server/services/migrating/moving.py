"""One case moves to another version of its pack: all of it in one transaction, or nothing.

Its rows get their new names first, its clocks the new rule; then the step itself is taken, like
every other one, by ``verbs/advance``. Who sees only what a verdict said moves nothing else: where
the case would change in another way by now, it stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.deadline_adoption import Moved
from server.domain.errors import Conflict, MigrationRefused
from server.domain.findings import Finding
from server.domain.migrations import Effects, Reason
from server.domain.texts import _
from server.services.case import case_rows, subscriptions
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.clocks import adopted_clocks
from server.services.context import Context
from server.services.law.releases import Release
from server.services.migrating import carried_work, verdicts
from server.services.packs import definitions
from server.services.verbs import advance, advance_timers, case_verbs, work_acts
from server.services.verbs.acting import in_case


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What somebody wants of a case, as he was shown it."""

    #: id of the proposal, and of the run the case is moved in
    migration_id: str
    run_id: str
    from_id: str
    to_id: str
    mapping: Mapping[str, str]
    #: the law the move rests on, and why it is done
    basis: str
    reason: str
    effects: Effects


def move(ctx: Context, case_id: str, order: Order) -> int:
    """Move the case; the number of the step that did.

    Raises:
        NotFound: the case does not exist for the actor.
        Forbidden: he is not the head of a competent office, or the matter is his own.
        Conflict: it is over, no longer on that version, or would change in another way by now.
        MigrationRefused: it cannot move, with every reason.
        EngineError: the step could not be done.
    """
    case = case_rows.lock(ctx, case_id)
    ctx, _source = in_case(ctx, case, lambda who: case_verbs.refuse_unsteered(who, case))
    case_verbs.refuse_over(case)
    if case.pack_version_id != order.from_id:
        raise Conflict(_("该事项已经不在原来的版本上"))
    target = definitions.release(ctx, order.to_id)
    found = verdicts.plan(ctx, case, target, order.mapping)
    if found.move is None or found.command is None:
        raise refused(found.verdict.reasons)
    if found.verdict.effects != order.effects:
        raise Conflict(_("该事项在预览以后又有变化，迁移的结果会与预览不同，请重新预览"))
    return _moved(ctx, case, order, found)


def refused(reasons: tuple[Reason, ...]) -> MigrationRefused:
    """Why a case cannot move, as an error with every reason."""
    lines = [f"{each.label}：{each.message}" if each.label else each.message for each in reasons]
    findings = [
        Finding(code=each.code, element=each.element, message=line)
        for each, line in zip(reasons, lines, strict=True)
    ]
    return MigrationRefused(_("；").join(dict.fromkeys(lines)), findings)


def _moved(ctx: Context, case: CaseRow, order: Order, found: verdicts.Plan) -> int:
    if found.move is None or found.command is None:
        raise refused(found.verdict.reasons)
    source, target = found.move.source, found.move.target
    _note(ctx, case, order, source, target)
    case_rows.change(ctx, case, pack_version_id=target.id)
    by = Moved(on=ctx.today, version=target.version, reason=order.basis, person=ctx.actor.person_id)
    adopted_clocks.adopt(ctx, case.id, found.move.laws, by)
    carried_work.carry(ctx, found.move, found.work)
    advance_timers.carry(ctx, case.id, found.timers)
    subscriptions.carry(ctx, case.id, found.stayed.subscriptions, order.mapping)
    ctx.settle()
    again = case_rows.lock(ctx, case.id)
    advance.step(ctx, again, target, found.command, Act(command="migrate"), since=source)
    return found.verdict.seen + 1


def _note(ctx: Context, case: CaseRow, order: Order, source: Release, target: Release) -> None:
    """On record and in the timeline: from which version to which, why, and what was renamed."""
    told = {
        "from": source.id,
        "to": target.id,
        "from_version": source.version,
        "to_version": target.version,
        "mapping": dict(order.mapping),
        "migration": order.migration_id,
        "run": order.run_id,
    }
    text = _("{reason}（依据：{basis}）").format(reason=order.reason, basis=order.basis)
    work_acts.append_to_case(ctx, case.id, "migrate", told, text=text)
