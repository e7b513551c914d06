"""The clocks of a case that moves to another version of its pack.

Those that run are counted by the new rule, those that are over stay as they are. Nothing is
begun anew, and nothing is forgiven: what was stopped, extended and corrected counts as before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from server.domain import deadline_adoption
from server.domain.deadline_adoption import Moved
from server.domain.deadline_lines import units
from server.domain.deadline_rules import DeadlineRule
from server.domain.deadlines import state_at
from server.domain.lifecycle import DeadlineState
from server.domain.migrations import ClockMoved, Reason
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.services.clocks import deadline_rows, deadlines, renamed_rules
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What a move means for the clocks of a case."""

    reasons: tuple[Reason, ...]
    moved: tuple[ClockMoved, ...]
    #: last day by the new rule of every clock that runs, the newest of each rule
    due: Mapping[str, date | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Laws:
    """The versions a case leaves and moves to."""

    old: PolicyPack
    new: PolicyPack
    #: periods that have another key in the new one: old -> new
    rules: Mapping[str, str]


def judged(ctx: Context, case_id: str, laws: Laws) -> Judged:
    """Which clocks end on another day, and why some cannot run on; writes nothing."""
    reasons: list[Reason] = []
    moved: list[ClockMoved] = []
    due: dict[str, date | None] = {}
    old, new = laws.old, laws.new
    for stored in deadline_rows.of_case(ctx, case_id):
        was = old.deadlines[stored.rule_key]
        row = replace(stored, rule_key=laws.rules.get(stored.rule_key, stored.rule_key))
        why = _why_not(ctx, was, new, row)
        if why:
            code = "MIGRATION_CLOCK"
            reasons.append(Reason(code=code, element=was.key, label=was.title, message=why))
        elif row.is_open:
            due[row.rule_key] = deadline_rows.clock(ctx, new, row).due().on
            moved += _moved(ctx, was, new, row)
    return Judged(reasons=tuple(dict.fromkeys(reasons)), moved=tuple(moved), due=due)


def adopt(ctx: Context, case_id: str, laws: Laws, by: Moved) -> None:
    """Let every clock that runs go on by the new rule; why each can was judged before."""
    new, before = laws.new, {now: was for was, now in laws.rules.items()}
    renamed_rules.carry(ctx, case_id, laws.rules)
    for row in deadline_rows.open_clocks(ctx, case_id):
        rule = new.deadlines[row.rule_key]
        was = laws.old.deadlines[before.get(row.rule_key, row.rule_key)]
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
        return _no_such_rule(was, row)
    if row.origin_event not in new.events:
        return _("期限“{title}”的起算事由在新版本中没有规定").format(title=was.title)
    if not row.is_open:
        return ""
    return deadline_adoption.why_not(was, deadline_rows.clock(ctx, new, row))


def _no_such_rule(was: DeadlineRule, row: DeadlineRow) -> str:
    """What is missing, and what the designer can do about it."""
    if row.is_open:
        text = _("期限“{title}”（{key}）正在计算，新版本没有规定")
    else:
        text = _("期限“{title}”（{key}）已经用过，新版本没有规定")
    mend = _("请流程设计人员在迁移方案中写明它对应新版本的哪一条，或者在新版本中保留这一条")
    return _("{what}；{mend}").format(what=text.format(title=was.title, key=was.key), mend=mend)


def _moved(
    ctx: Context, was: DeadlineRule, new: PolicyPack, row: DeadlineRow
) -> Iterator[ClockMoved]:
    clock = deadline_rows.clock(ctx, new, row)
    end = clock.due()
    rule = clock.rule
    is_renamed = rule.key != was.key
    if not is_renamed and (end.on, end.provisional_on) == (row.due_on, row.provisional_on):
        return
    state = state_at(rule, end, ctx.now)
    yield ClockMoved(
        rule=rule.key,
        title=rule.title,
        was=units(was.n, was.unit),
        to=units(rule.n, rule.unit),
        was_on=row.due_on.isoformat() if row.due_on else None,
        due_on=end.on.isoformat() if end.on else None,
        is_over=state is DeadlineState.OVERDUE and row.state != DeadlineState.OVERDUE,
        was_title=was.title if is_renamed else "",
    )
