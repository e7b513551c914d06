"""Rows of a case in memory: what is read at once is what is read alone."""

from typing import Any

from server.services.buffers import Shelf, Together
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.verbs import parties, work
from tests.factories.statements import statements
from tests.factories.tiny import DESK, Tiny

SHELVES = (work_clocks.OPEN, parties.SUBJECTS, parties.PARTS)
TOGETHER = Together(*SHELVES)


def test_what_is_read_together_is_what_is_read_alone_in_one_statement(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    alone = tiny.program(lambda ctx: rows_of(ctx, case_id))

    with statements(tiny.tools.database) as said:
        together = tiny.program(lambda ctx: rows_of(ctx, case_id, at_once=True))

    assert together == alone
    assert [len(rows) > 0 for rows in alone] == [True, True, True]
    assert sum("of_table" in one for one in said) == 1
    assert not any("WHERE subject.case_id" in one and "UNION" not in one for one in said)


def test_what_was_added_before_stays_and_what_is_in_memory_is_not_read_again(tiny: Tiny) -> None:
    case_id = tiny.open()

    def act(ctx: Context) -> tuple[int, int]:
        before = len(list(ctx.rows(parties.PARTS, case_id)))
        ctx.rows(parties.PARTS, case_id).add(case_id=case_id, role_key="checker", from_at=ctx.now)
        ctx.foresee(TOGETHER, case_id)
        after = len(list(ctx.rows(parties.PARTS, case_id)))
        ctx.buffers.clear()
        return before, after

    before, after = tiny.program(act)

    assert after == before + 1


def rows_of(ctx: Context, case_id: str, *, at_once: bool = False) -> list[list[dict[str, Any]]]:
    """The rows of each shelf, in the order of their ids."""
    if at_once:
        ctx.foresee(TOGETHER, case_id)
    return [sorted_rows(ctx, shelf, case_id) for shelf in SHELVES]


def sorted_rows(ctx: Context, shelf: Shelf, case_id: str) -> list[dict[str, Any]]:
    return sorted((dict(row) for row in ctx.rows(shelf, case_id)), key=lambda row: str(row["id"]))
