"""Work taken out of the hands of somebody who cannot do it any more: he keeps away, or has left.

It goes back to who asked him to prepare it; a signature or vote he was asked for is asked of nobody
else; everything else is offered to its office again.
"""

from collections.abc import Callable, Collection, Iterator
from enum import Enum, auto

from server.domain.groups import Duty
from server.domain.lifecycle import WorkState
from server.models.work import OPEN_STATES
from server.services.buffers import Row
from server.services.case.case_rows import CaseRow
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.packs import definitions
from server.services.verbs import group_rows, signatures, work_rows


class Went(Enum):
    """What became of it."""

    TO_OWNER = auto()
    NOT_ASKED = auto()
    TO_OFFICE = auto()


def in_turn(ctx: Context, case: CaseRow, is_his: Callable[[Row], bool]) -> Iterator[Row]:
    """The waiting items this is true of, each as it is when its turn comes.

    To let one go may let the case go on, which ends others.
    """
    for item_id in [row["id"] for row in _waiting(ctx, case) if is_his(row)]:
        row = next((each for each in _waiting(ctx, case) if each["id"] == item_id), None)
        if row is not None and is_his(row):
            yield row


def let_go(ctx: Context, case: CaseRow, row: Row, gone: Collection[str]) -> Went:
    """Take it from these people; where nobody else could sign in its place, its office has it."""
    owner = row["owner_id"]
    if owner is not None and owner not in gone:
        his = {"assignee_id": owner, "owner_id": None, "claimed_at": ctx.now, "draft": None}
        group_rows.change(ctx, row, **his)
        return Went.TO_OWNER
    if row["duty"] != Duty.MAIN:
        release = definitions.release(ctx, case.pack_version_id)
        if signatures.excuse(ctx, case, release, work_rows.of_row(row)):
            return Went.NOT_ASKED
    nobodys = dict.fromkeys(("assignee_id", "owner_id", "claimed_at", "draft"))
    group_rows.change(ctx, row, state=WorkState.OFFERED, **nobodys)
    return Went.TO_OFFICE


def _waiting(ctx: Context, case: CaseRow) -> list[Row]:
    return [row for row in work_clocks.open_items(ctx, case.id) if row["state"] in OPEN_STATES]
