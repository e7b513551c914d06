"""Everything a step did besides moving the engine, put back as it was before (``withdrawals``)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import delete, update

from server.domain import deadline_changes
from server.domain.expressions import Json
from server.domain.lifecycle import TimerState, WorkState
from server.domain.registers import EntryState
from server.models.case import subject
from server.models.document import attachment
from server.models.outbox import message_subscription
from server.models.register import register_entry
from server.models.search import case_search
from server.models.time import deadline, timer
from server.models.work import participant, work_item
from server.services.case import case_rows, undoing
from server.services.case.case_rows import CaseRow
from server.services.clocks import (
    deadline_rows,
    deadline_timers,
    deadlines,
    returned_clocks,
    work_clocks,
)
from server.services.context import Context
from server.services.law.releases import Release

#: columns of rows that follow from others, or never go back
_OWN: Final = frozenset({"version"})


def take_back(
    ctx: Context, case: CaseRow, release: Release, seq: int, undo: Mapping[str, Json]
) -> None:
    """Put the rows of the case back to before its last step."""
    ctx.settle()
    _parts(ctx, undo)
    _entries(ctx, case.id, undo)
    _papers(ctx, case.id, seq)
    _work(ctx, undo)
    _clocks(ctx, case, release, undo)
    work_clocks.hang_again(ctx, case.id, undoing.trace(undo, work_item).was.keys(), case.priority)
    ctx.settle()
    if undo["outcome"] != case.outcome:
        case_rows.change(ctx, case, outcome=undo["outcome"])


def _work(ctx: Context, undo: Mapping[str, Json]) -> None:
    """The items of the step wait again as they did; those it opened are over."""
    found = undoing.trace(undo, work_item)
    for key, columns in found.was.items():
        before = {name: value for name, value in columns.items() if name not in _OWN}
        ctx.session.execute(
            update(work_item)
            .where(work_item.c.id == key)
            .values(version=work_item.c.version + 1, **before)
        )
    if found.new:
        ctx.session.execute(
            update(work_item)
            .where(work_item.c.id.in_(found.new))
            .values(state=WorkState.ENDED, closed_at=ctx.now, version=work_item.c.version + 1)
        )


def _parts(ctx: Context, undo: Mapping[str, Json]) -> None:
    """Who was given a part by the step has none; who lost one has it; outcomes are as before."""
    for table in (participant, subject, message_subscription):
        for key, columns in undoing.trace(undo, table).was.items():
            ctx.session.execute(update(table).where(table.c.id == key).values(**columns))
    named = undoing.trace(undo, participant).new
    if named:
        ctx.session.execute(delete(participant).where(participant.c.id.in_(named)))
    begun = undoing.trace(undo, message_subscription).new
    if begun:
        ctx.session.execute(
            update(message_subscription)
            .where(message_subscription.c.id.in_(begun))
            .values(state="closed")
        )


def _entries(ctx: Context, case_id: str, undo: Mapping[str, Json]) -> None:
    """What the step entered into registers is struck; what it ended or struck is as before."""
    found = undoing.trace(undo, register_entry)
    for key, columns in found.was.items():
        before = {name: value for name, value in columns.items() if name not in _OWN}
        _change_entry(ctx, key, before)
        ctx.record("register.run_on", key, case_id)
    for key in found.new:
        struck = {"state": EntryState.STRUCK, "struck_by": "withdraw", "struck_at": ctx.now}
        _change_entry(ctx, key, struck)
        ctx.record("register.strike", key, case_id)


def _change_entry(ctx: Context, key: str, values: Mapping[str, Any]) -> None:
    ctx.session.execute(
        update(register_entry)
        .where(register_entry.c.id == key)
        .values(version=register_entry.c.version + 1, **values)
    )


def _papers(ctx: Context, case_id: str, seq: int) -> None:
    """What was handed in is no paper of the case: its files are drafts of whoever uploaded them."""
    ctx.session.execute(
        update(attachment)
        .where(attachment.c.case_id == case_id, attachment.c.step_seq == seq)
        .values(
            case_id=None,
            work_item_id=None,
            step_seq=None,
            field="",
            state="draft",
            bound_at=None,
            version=attachment.c.version + 1,
        )
    )
    ctx.session.execute(
        delete(case_search).where(case_search.c.case_id == case_id, case_search.c.seq == seq)
    )


def _clocks(ctx: Context, case: CaseRow, release: Release, undo: Mapping[str, Json]) -> None:
    pack = release.pack
    _timers(ctx, case.id, undo)
    found = undoing.trace(undo, deadline)
    for row in deadline_rows.of_case(ctx, case.id):
        if row.id in found.new:
            returned_clocks.undo(ctx, pack, row)
        elif row.id in found.was:
            before = _as_before(found.was[row.id])
            deadline_rows.write(ctx, row, **before)
            now = replace(row, version=row.version + 1, **before)
            kept = list(map(deadline_changes.from_json, row.changes))
            deadlines.refresh(ctx, pack, now, kept)
    ctx.settle()


def _as_before(columns: Mapping[str, Any]) -> dict[str, Any]:
    """What had ended a clock; its state and its end are counted anew, as time has passed."""
    ending = ("met_on", "met_at", "ended_by", "ended_version")
    return {name: value for name, value in columns.items() if name in ending}


def _timers(ctx: Context, case_id: str, undo: Mapping[str, Json]) -> None:
    """Timers of the diagram; those of clocks follow their clocks."""
    found = undoing.trace(undo, timer)
    kept = ctx.rows(deadline_timers.TIMERS, case_id)
    for row in kept:
        if row["kind"] == "engine" and row["id"] in found.was:
            kept.change(row, **found.was[row["id"]])
        elif row["kind"] == "engine" and row["id"] in found.new:
            kept.change(row, state=TimerState.CANCELLED)
