from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from server.domain.calendar import CHINA_TIME
from server.models.case import case
from server.services.context import Tools
from server.services.verbs import ticks, timers
from server.services.verbs.timers import Done, Swept
from tests.factories.invariants import reminded, violations
from tests.factories.many import copies
from tests.factories.tiny import DESK, Tiny
from tests.factories.tiny import NOW as OPENED

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)


def test_where_nothing_is_due_a_round_does_nothing(tools: Tools) -> None:
    assert ticks.run_due(tools, NOW) == ticks.Ticked(timers=(), messages=0)


def test_what_a_week_without_a_server_left_undone_is_made_up_for_in_its_order(tiny: Tiny) -> None:
    cases = [opened(tiny, days) for days in (0, 1, 4)]
    done = ticks.run_due(tiny.tools, NOW + timedelta(days=7)).timers
    moments = [each.due_at for each in done]
    assert len(set(moments)) >= 8
    assert moments == sorted(moments)
    assert {each.case_id for each in done} == {each for pair in cases for each in pair}
    assert reminded(tiny.tools) == sorted(reminded(tiny.tools))
    for pair in cases:
        for case_id in pair:
            assert violations(tiny.tools, case_id, NOW + timedelta(days=7)) == []


def test_a_moment_of_many_cases_is_over_before_the_next_begins(tiny: Tiny) -> None:
    copies(tiny.tools, tiny.open(), 30)
    swept = timers.sweep(tiny.tools, NOW, limit=40).done
    assert [each.due_at for each in swept] == sorted(each.due_at for each in swept)
    assert len({each.case_id for each in swept}) == 31
    assert len({each.due_at for each in swept}) == 2


def test_a_case_its_own_timers_move_without_end_is_stopped(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless, sound = tiny.open(), tiny.open()

    def again(tools: Tools, now: datetime, limit: int = 1000) -> Swept:
        """A diagram whose expired deadline leads back to its own task."""
        with tools.readers() as session:
            status = session.scalar(select(case.c.status).where(case.c.id == endless))
        moved = Done(case_id=endless, kind="engine", state="fired", what="over", due_at=now)
        return Swept(done=[moved] * 40 if status == "open" else [])

    monkeypatch.setattr(timers, "sweep", again)
    assert len(ticks.run_due(tiny.tools, NOW).timers) == 120
    assert tiny.facts(endless).status == "suspended"
    assert tiny.facts(sound).status == "open"


def opened(tiny: Tiny, days: int) -> tuple[str, str]:
    """A case that waits for the desk, and one that waits for its applicant."""
    at = OPENED + timedelta(days=days)
    waiting = tiny.open(now=at)
    tiny.do(DESK, waiting, "register", {"registered": "supplement", "reason": "缺材料"}, now=at)
    return tiny.open(now=at), waiting
