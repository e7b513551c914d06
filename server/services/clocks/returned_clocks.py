"""What a return does to the clocks of its case; the decision is ``domain/deadline_returns``."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from server.domain import deadline_changes
from server.domain.deadline_changes import Change, Reopen, Undo
from server.domain.deadline_returns import Ran, Turn, Went, is_undone
from server.domain.deadline_returns import turn as turn_of
from server.domain.deadline_rules import AfterReturn
from server.domain.expressions import Json
from server.domain.lifecycle import DeadlineState
from server.domain.packs import PolicyPack
from server.models.base import new_id
from server.services.case.case_rows import CaseRow
from server.services.clocks import deadline_rows, deadlines
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context

#: what a clock that is over says besides its state
_ENDING: Final[Mapping[str, Any]] = dict.fromkeys(("met_on", "met_at", "ended_by", "ended_version"))


def turn(ctx: Context, case: CaseRow, pack: PolicyPack, went: Went) -> None:
    """Let every clock of the case follow a return."""
    rows = deadline_rows.of_case(ctx, case.id)
    changes = {row.id: _changes(row) for row in rows}
    newest = {row.rule_key: row.id for row in rows if not is_undone(changes[row.id])}
    for row in rows:
        is_newest = newest.get(row.rule_key) == row.id
        decided = turn_of(_ran(pack, row, changes[row.id], is_newest=is_newest), went)
        if decided is Turn.UNDO:
            undo(ctx, pack, row)
        elif decided is Turn.AGAIN:
            _again(ctx, pack, row, len([each for each in rows if each.rule_key == row.rule_key]))


def undo(ctx: Context, pack: PolicyPack, row: DeadlineRow) -> None:
    """What began the clock did not happen, or is to happen again: it no longer applies."""
    change = Undo(on=ctx.today, by=ctx.actor.person_id)
    line = deadline_rows.clock(ctx, pack, row).due(change).line
    kept = [*row.changes, deadline_changes.as_json(change)]
    deadline_rows.write(ctx, row, changes=kept, line=line)
    if row.is_open:
        deadlines.cancel(ctx, pack, [replace(row, version=row.version + 1)])


def _again(ctx: Context, pack: PolicyPack, row: DeadlineRow, occurrences: int) -> None:
    """Let a clock run again that was over, as its rule says."""
    rule = pack.deadlines[row.rule_key]
    how = rule.after_return
    change = Reopen(on=ctx.today, how=how, met_on=row.met_on, by=ctx.actor.person_id)
    detail: dict[str, Json] = {"rule": rule.key, "how": how}
    if how is AfterReturn.RESTART:
        begun = replace(
            row,
            id=new_id(),
            calendar_version=deadline_rows.calendar_of(ctx, rule.calendar).version,
            version=1,
            occurrence=occurrences + 1,
            origin_on=ctx.today,
            state=DeadlineState.RUNNING,
            **_ENDING,
            changes=[deadline_changes.as_json(change)],
        )
        end = deadlines.begin(ctx, pack, begun)
        detail["next"] = begun.id
    else:
        deadline_rows.write(ctx, row, **_ENDING)
        now = replace(row, version=row.version + 1, **_ENDING)
        end = deadlines.refresh(ctx, pack, now, [*_changes(row), change])
    detail["due_on"] = end.on.isoformat() if end.on else None
    ctx.record("deadline.return", row.id, row.case_id, detail)


def _ran(pack: PolicyPack, row: DeadlineRow, changes: Sequence[Change], *, is_newest: bool) -> Ran:
    return Ran(
        rule=pack.deadlines[row.rule_key],
        state=DeadlineState(row.state),
        origin_event=row.origin_event,
        started_version=row.started_version,
        ended_by=row.ended_by,
        ended_version=row.ended_version,
        changes=changes,
        is_newest=is_newest,
    )


def _changes(row: DeadlineRow) -> Sequence[Change]:
    return tuple(map(deadline_changes.from_json, row.changes))
