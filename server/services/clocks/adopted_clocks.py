"""The clocks of a case that moves to another version of its pack.

Those that run are counted by the new rule, those that are over stay as they are. Nothing is
begun anew, and nothing is forgiven: what was stopped, extended and corrected counts as before.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain import deadline_adoption
from server.domain.deadline_adoption import Moved
from server.domain.deadline_lines import units
from server.domain.deadline_rules import DeadlineRule
from server.domain.deadlines import state_at
from server.domain.lifecycle import DeadlineState
from server.domain.migrations import ClockMoved, Reason
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.services.clocks import deadline_rows, deadlines
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What a move means for the clocks of a case."""

    reasons: tuple[Reason, ...]
    moved: tuple[ClockMoved, ...]


def judged(ctx: Context, case_id: str, old: PolicyPack, new: PolicyPack) -> Judged:
    """Which clocks end on another day, and why some cannot run on; writes nothing."""
    reasons: list[Reason] = []
    moved: list[ClockMoved] = []
    for row in deadline_rows.of_case(ctx, case_id):
        was = old.deadlines[row.rule_key]
        why = _why_not(ctx, was, new, row)
        if why:
            code = "MIGRATION_CLOCK"
            reasons.append(Reason(code=code, element=row.rule_key, label=was.title, message=why))
        elif row.is_open:
            moved += _moved(ctx, was, new, row)
    return Judged(reasons=tuple(dict.fromkeys(reasons)), moved=tuple(moved))


def adopt(ctx: Context, case_id: str, old: PolicyPack, new: PolicyPack, by: Moved) -> None:
    """Let every clock that runs go on by the new rule; why each can was judged before."""
    for row in deadline_rows.open_clocks(ctx, case_id):
        rule, was = new.deadlines[row.rule_key], old.deadlines[row.rule_key]
        clock = deadline_rows.clock(ctx, new, row)
        days = (row.due_on, row.provisional_on)
        end, change = deadline_adoption.adopted(was, clock, days, by)
        deadline_rows.write(ctx, row, calendar=rule.calendar, force=rule.force)
        deadlines.refresh(ctx, new, row, [*clock.changes, *([change] if change else [])])
        if change is not None:
            told = {
                "rule": rule.key,
                "was": row.due_on.isoformat() if row.due_on else None,
                "due_on": end.on.isoformat() if end.on else None,
            }
            ctx.record("deadline.adopt", row.id, case_id, told)


def _why_not(ctx: Context, was: DeadlineRule, new: PolicyPack, row: DeadlineRow) -> str:
    if row.rule_key not in new.deadlines:
        return _("期限“{title}”在新版本中没有规定").format(title=was.title)
    if row.origin_event not in new.events:
        return _("期限“{title}”的起算事由在新版本中没有规定").format(title=was.title)
    if not row.is_open:
        return ""
    return deadline_adoption.why_not(was, deadline_rows.clock(ctx, new, row))


def _moved(
    ctx: Context, was: DeadlineRule, new: PolicyPack, row: DeadlineRow
) -> Iterator[ClockMoved]:
    clock = deadline_rows.clock(ctx, new, row)
    end = clock.due()
    if (end.on, end.provisional_on) == (row.due_on, row.provisional_on):
        return
    rule = clock.rule
    state = state_at(rule, end, ctx.now)
    yield ClockMoved(
        rule=rule.key,
        title=rule.title,
        was=units(was.n, was.unit),
        to=units(rule.n, rule.unit),
        was_on=row.due_on.isoformat() if row.due_on else None,
        due_on=end.on.isoformat() if end.on else None,
        is_over=state is DeadlineState.OVERDUE and row.state != DeadlineState.OVERDUE,
    )
