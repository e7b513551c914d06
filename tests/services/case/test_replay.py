"""A case played again from its log alone: the same, changed by hand, or told by nobody."""

from typing import Any

import pytest
from sqlalchemy import select, update

from server.domain.access import SYSTEM
from server.domain.errors import NotFound
from server.models.case import case, case_state, case_step
from server.services.case import replay
from server.services.case.replay import Replayed
from server.services.context import reading
from server.services.verbs import withdrawals, work
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny


def test_the_log_of_a_case_leads_to_what_is_stored(tiny: Tiny) -> None:
    case_id = withdrawn(tiny)
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT))
    tiny.decided(case_id)
    found = played(tiny, case_id)
    assert (found.result, found.step, found.why) == ("same", None, "")
    assert found.steps == len(commands(tiny, case_id)) > 5


def test_the_first_step_that_leads_elsewhere_is_named(tiny: Tiny) -> None:
    case_id = withdrawn(tiny)
    (given,) = column(tiny, case_id, case_step.c.given, case_step.c.seq == 2)
    change(tiny, case_id, 2, given={**given, "values": {"variables": {"registered": "refuse"}}})
    assert (played(tiny, case_id).result, played(tiny, case_id).step) == ("differs", 2)
    change(tiny, case_id, 2, given={**given, "place": [["verify", None, 0]]})
    assert (played(tiny, case_id).step, played(tiny, case_id).why) == (2, "该任务已办结或已失效")


def test_a_state_put_in_by_hand_is_found_at_the_last_step(tiny: Tiny) -> None:
    case_id, other = withdrawn(tiny), tiny.open()
    tiny.do(DESK, other, "register", ACCEPT)
    with tiny.tools.database.begin() as connection:
        wanted = select(case_state.c.state).where(case_state.c.case_id == other)
        state = connection.execute(wanted).scalar_one()
        here = case_state.c.case_id == case_id
        connection.execute(update(case_state).where(here).values(state=state))
    assert (played(tiny, case_id).result, played(tiny, case_id).step) == ("differs", 3)


def test_a_case_whose_log_does_not_say_what_was_asked_is_told_by_number(tiny: Tiny) -> None:
    case_id = withdrawn(tiny)
    change(tiny, case_id, 2, given=None)
    found = played(tiny, case_id)
    assert (found.result, found.step, found.steps) == ("untold", 2, 3)


def test_one_case_is_chosen_by_its_number(tiny: Tiny) -> None:
    first, second = tiny.open(), tiny.open()
    (number,) = column(tiny, second, case.c.reference)
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        assert sorted(replay.chosen(ctx)) == sorted([first, second])
        assert replay.chosen(ctx, number) == [second]
        with pytest.raises(NotFound):
            replay.chosen(ctx, "无此编号")


def withdrawn(tiny: Tiny) -> str:
    """A case whose registration was handed in and taken back."""
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.act(DESK, lambda ctx: withdrawals.withdraw(ctx, item.id))
    assert commands(tiny, case_id) == ["open", "complete", "withdraw"]
    return case_id


def played(tiny: Tiny, case_id: str) -> Replayed:
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        return replay.replay(ctx, case_id)


def commands(tiny: Tiny, case_id: str) -> list[Any]:
    return column(tiny, case_id, case_step.c.command)


def column(tiny: Tiny, case_id: str, wanted: Any, *where: Any) -> list[Any]:
    key = wanted.table.c.id if wanted.table is case else wanted.table.c.case_id
    with tiny.tools.readers() as session:
        return list(session.scalars(select(wanted).where(key == case_id, *where)))


def change(tiny: Tiny, case_id: str, seq: int, **values: Any) -> None:
    """What nobody may do: a row of the history as it never was."""
    with tiny.tools.database.begin() as connection:
        where = (case_step.c.case_id == case_id, case_step.c.seq == seq)
        connection.execute(update(case_step).where(*where).values(**values))
