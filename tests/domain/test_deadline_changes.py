"""Changes as JSON and back."""

import json
from datetime import date

import pytest

from server.domain.deadline_changes import (
    Change,
    Correct,
    Extend,
    Recompute,
    Reopen,
    Restart,
    Stop,
    Undo,
    as_json,
    from_json,
)
from server.domain.deadline_rules import AfterReturn

ON = date(2026, 3, 4)


@pytest.mark.parametrize(
    "change",
    [
        Stop(on=ON, reason="supplement", note="等待", by="p1"),
        Restart(on=ON),
        Extend(on=ON, n=5, note="复杂", by="p1", approved_by="p2"),
        Correct(on=ON, origin_on=date(2026, 3, 1), note="笔误", evidence="d1"),
        Reopen(on=ON, how=AfterReturn.PAUSE, met_on=date(2026, 3, 2), by="p1"),
        Undo(on=ON),
        Recompute(on=ON, calendar_version="2026.1", was_on=None, due_on=date(2027, 1, 4)),
    ],
    ids=lambda change: type(change).__name__,
)
def test_a_change_survives_being_stored_as_json(change: Change) -> None:
    assert from_json(json.loads(json.dumps(as_json(change)))) == change


def test_the_kind_of_a_change_is_written_with_it() -> None:
    assert as_json(Restart(on=ON)) == {"kind": "restart", "on": "2026-03-04", "note": "", "by": ""}
