"""Everything a diagram calls an expression is FEEL, asked in batches, and never Python."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from unittest import mock

import pytest

from server.domain.errors import EngineError, ExpressionFailed
from server.domain.expressions import Json, Value
from server.engine.port import CompleteTask, Files
from server.engine.runtime.conditions import FeelEngine
from server.engine.runtime.spiff import SpiffEngine
from tests.engine.runtime import stock
from tests.engine.runtime.playing import FEEL, NOW, Player
from tests.factories.bpmn import Process, files


def test_no_text_of_a_diagram_is_run_as_python() -> None:
    attack = "[x for x in ().__class__.__base__.__subclasses__()]"
    with pytest.raises(ExpressionFailed):
        Player(files(choice(attack))).start().do("ask")
    powers = _powers()
    with pytest.raises(EngineError):
        powers.environment.execute("import os", {})
    with pytest.raises(EngineError):
        powers.environment.call_service({}, operation="x")


def test_the_three_ways_past_the_engine_end_in_feel_too() -> None:
    powers = _powers()
    assert powers.environment.evaluate("a + 1", {"a": 1}, {"a": 5, "b": 2}) == 2
    assert powers.environment.evaluate("b + 1", {"a": 1}, {"b": 2}) == 3


def test_a_chain_of_gateways_is_one_question() -> None:
    counting = _Counting()
    player = Player(files(chain(4)))
    player.engine = SpiffEngine(counting, live_size=0)
    player.start(amount=2).do("ask")
    assert player.open == ["z2"]
    assert counting.batches == [4]


def test_a_condition_behind_one_that_holds_is_not_needed() -> None:
    process = Process().start().user("ask", "a", "b", "c").xor("g", "other").end()
    process.path("start", "ask", "g")
    process.flow("g", "c", flow_id="other")
    process.flow("g", "a", "kind = true")
    process.flow("g", "b", "nowhere > 3")
    process.path("a", "end").path("b", "end").path("c", "end")
    assert Player(files(process)).start(kind=True).do("ask").open == ["a"]
    with pytest.raises(ExpressionFailed):
        Player(files(process)).start(kind=False).do("ask")


def test_dates_are_compared_as_dates_when_they_are_declared() -> None:
    pack = files(choice('on < date("2026-03-01")'), types={"on": "date"}, variables=["on"])
    assert Player(pack).start(on="2026-02-03").do("ask").open == ["yes"]
    assert Player(pack).start(on="2026-04-03").do("ask").open == ["no"]


def test_today_is_the_day_of_the_command() -> None:
    pack = files(choice('today() = date("2026-11-22")'))
    player = Player(pack).start()
    other = player.branch()
    assert player.do("ask").open == ["yes"]
    later = datetime.fromisoformat("2027-01-01T00:00:00+08:00")
    key = other.task("ask").task_key
    other.run(CompleteTask(task_key=key, variables={}, now=later))
    assert other.open == ["no"]


@pytest.mark.parametrize("value", ['"no"', "1", "[]", "{}", '"true"'])
def test_only_true_takes_a_flow_and_other_values_stop_the_step(value: str) -> None:
    with pytest.raises(ExpressionFailed) as failed:
        Player(files(choice(value))).start().do("ask")
    assert failed.value.element == "gate"


def test_stock_takes_a_flow_on_any_text() -> None:
    workflow = stock.begun(files(choice("kind")), kind="no")
    assert stock.open_names(stock.do(workflow, "ask")) == ["yes"]


def test_the_powers_of_a_loaded_case_are_set_before_it_runs() -> None:
    pack = files(choice("v"))
    player = Player(pack).start(v=True)
    running = player.engine.load(pack, player.state)
    assert not isinstance(running.case.script_engine, FeelEngine)
    key = player.task("ask").task_key
    player.engine.step(running, CompleteTask(task_key=key, variables={}, now=NOW))
    assert isinstance(running.case.script_engine, FeelEngine)


class _Counting:
    """The real language, with the sizes of the batches it was asked for."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def values(
        self,
        expressions: Sequence[str],
        context: Mapping[str, Json],
        *,
        now: datetime | None = None,
        types: Mapping[str, str] | None = None,
    ) -> list[Value]:
        return FEEL.values(expressions, context, now=now, types=types)

    def prefetch(
        self,
        expressions: Sequence[str],
        context: Mapping[str, Json],
        now: datetime | None = None,
        *,
        types: Mapping[str, str] | None = None,
    ) -> None:
        self.batches.append(len(expressions))
        FEEL.prefetch(expressions, context, now, types=types)


def _powers() -> FeelEngine:
    return FeelEngine(FEEL, Files(process="p", diagrams={}), mock.Mock(), NOW)


def choice(condition: str) -> Process:
    process = Process().start().user("ask", "yes", "no").xor("gate", "otherwise").end()
    process.path("start", "ask", "gate")
    process.flow("gate", "no", flow_id="otherwise")
    process.flow("gate", "yes", condition)
    return process.path("yes", "end").path("no", "end")


def chain(length: int) -> Process:
    process = Process().start().user("ask").end().path("start", "ask", "g0")
    for number in range(length):
        following = f"g{number + 1}" if number < length - 1 else f"z{length}"
        process.xor(f"g{number}", f"d{number}").user(f"z{number}")
        process.flow(f"g{number}", f"z{number}", flow_id=f"d{number}")
        process.flow(f"g{number}", following, f"amount > {number}")
        process.path(f"z{number}", "end")
    return process.user(f"z{length}").path(f"z{length}", "end")
