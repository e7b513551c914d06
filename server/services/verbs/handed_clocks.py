"""What the period of a task does when another office takes the task over (domain/handovers)."""

from server.domain.handovers import HandoverClock, rule_for
from server.models.work import OPEN_STATES
from server.services.case.case_rows import CaseRow
from server.services.clocks import deadline_rows, deadlines, work_clocks
from server.services.context import Context
from server.services.packs import definitions
from server.services.verbs.work_rows import ItemRow


def taken(ctx: Context, case: CaseRow, item: ItemRow) -> None:
    """Let the item's period run on or begin anew, as the pack says; others' periods never move."""
    pack = definitions.release(ctx, case.pack_version_id).pack
    rule = rule_for(pack.handover, item.node_key, item.lane)
    if rule is None or rule.clock is not HandoverClock.RESTART or item.deadline_id is None:
        return
    ctx.settle()  # the item was claimed by a statement of its own: its row is read anew
    under = [
        row
        for row in work_clocks.open_items(ctx, case.id)
        if row["deadline_id"] == item.deadline_id and row["state"] in OPEN_STATES
    ]
    row = next(
        (r for r in deadline_rows.open_clocks(ctx, case.id) if r.id == item.deadline_id), None
    )
    if row is not None and len(under) == 1:
        deadlines.begin_anew(ctx, case, pack, row)
