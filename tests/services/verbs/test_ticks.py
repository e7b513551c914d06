from datetime import datetime

from server.domain.calendar import CHINA_TIME
from server.services.context import Tools
from server.services.verbs import ticks

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)


def test_where_nothing_is_due_a_round_does_nothing(tools: Tools) -> None:
    assert ticks.run_due(tools, NOW) == ticks.Ticked(timers=(), messages=0)
