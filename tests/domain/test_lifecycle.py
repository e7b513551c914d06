"""Which state may follow which: asked for every pair."""

from itertools import product

import pytest

from server.domain.errors import Conflict
from server.domain.lifecycle import (
    CaseStatus,
    WorkState,
    may_case_become,
    move_case,
    move_work,
)

CASE_MOVES = {
    ("open", "suspended"),
    ("open", "closed"),
    ("open", "cancelled"),
    ("suspended", "open"),
    ("suspended", "cancelled"),
    ("closed", "open"),
}
WORK_MOVES = {
    ("offered", "claimed"),
    ("offered", "ended"),
    ("claimed", "offered"),
    ("claimed", "done"),
    ("claimed", "ended"),
    ("done", "claimed"),
    ("ended", "offered"),
    ("ended", "claimed"),
}


@pytest.mark.parametrize(("now", "then"), list(product(CaseStatus, CaseStatus)))
def test_a_case_moves_only_as_drawn(now: CaseStatus, then: CaseStatus) -> None:
    if (now, then) in CASE_MOVES:
        assert may_case_become(now, then)
        assert move_case(now, then) is then
    else:
        assert not may_case_become(now, then)
        with pytest.raises(Conflict, match="该事项"):
            move_case(now, then)


@pytest.mark.parametrize(("now", "then"), list(product(WorkState, WorkState)))
def test_a_work_item_moves_only_as_drawn(now: WorkState, then: WorkState) -> None:
    if (now, then) in WORK_MOVES:
        assert move_work(now, then) is then
    else:
        with pytest.raises(Conflict, match="该待办"):
            move_work(now, then)
