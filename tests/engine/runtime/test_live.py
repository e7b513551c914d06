"""Live objects are used after the commit only, once at a time, and lost when in doubt."""

import pytest
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import ExpressionFailed
from server.engine.port import CompleteTask
from server.engine.runtime.live import Live
from server.engine.runtime.spiff import SpiffEngine
from tests.engine.runtime.playing import FEEL, NOW, Player
from tests.factories.bpmn import Process, files


def test_an_object_is_found_by_its_state_once_that_was_kept() -> None:
    live = Live(4)
    live.offer(b"s1", "object")
    assert live.take(b"s1") is None
    live.keep("case", 1, b"s1")
    assert live.take(b"s1") == "object"
    assert live.take(b"s1") is None


def test_a_step_that_was_never_committed_is_never_used() -> None:
    live = Live(4)
    live.offer(b"s1", "one")
    live.keep("case", 1, b"s1")
    live.offer(b"s2", "two")
    assert live.take(b"s2") is None
    assert live.take(b"s1") == "one"


def test_forgetting_a_case_loses_its_object() -> None:
    live = Live(4)
    live.offer(b"s1", "one")
    live.keep("case", 1, b"s1")
    live.forget("case")
    live.forget("case")
    assert live.take(b"s1") is None
    assert len(live) == 0


def test_a_later_version_replaces_and_an_earlier_one_does_not() -> None:
    live = Live(4)
    for state in (b"s1", b"s2"):
        live.offer(state, state)
    live.keep("case", 2, b"s2")
    live.keep("case", 1, b"s1")
    assert live.take(b"s2") == b"s2"
    assert live.take(b"s1") is None


def test_keeping_a_state_that_has_no_object_loses_the_older_one() -> None:
    live = Live(4)
    live.offer(b"s1", "one")
    live.keep("case", 1, b"s1")
    live.keep("case", 2, b"after a withdraw")
    assert live.take(b"s1") is None
    assert len(live) == 0


def test_the_least_recently_used_case_goes_first() -> None:
    live = Live(2)
    for number in range(3):
        state = f"s{number}".encode()
        live.offer(state, number)
        live.keep(f"case {number}", 1, state)
    assert len(live) == 2
    assert live.take(b"s0") is None
    assert live.take(b"s2") == 2


def test_results_that_wait_for_a_commit_are_bounded() -> None:
    live = Live(2)
    for number in range(1000):
        live.offer(f"s{number}".encode(), number)
    live.keep("case", 1, b"s0")
    assert len(live) == 0


def test_a_size_of_nothing_keeps_nothing() -> None:
    live = Live(0)
    live.offer(b"s1", "one")
    live.keep("case", 1, b"s1")
    assert live.take(b"s1") is None


def test_the_engine_goes_on_with_the_live_object_after_keep() -> None:
    player = Player(files(asking()), live=True).start(v=1)
    first = player.engine.load(player.files, player.state)
    assert player.engine.load(player.files, player.state) is not first


def test_two_steps_on_one_state_never_share_an_object() -> None:
    player = Player(files(asking()), live=True).start(v=True)
    complete = CompleteTask(task_key=player.task("ask").task_key, variables={}, now=NOW)
    one = player.engine.advance(player.files, player.state, complete)
    other = player.engine.advance(player.files, player.state, complete)
    assert [each.node_key for each in one.opened] == ["yes"]
    assert [each.node_key for each in other.opened] == ["yes"]
    assert one.opened[0].task_key != other.opened[0].task_key


def test_an_object_of_a_failed_step_is_gone() -> None:
    player = Player(files(asking()), live=True).start(v="neither")
    with pytest.raises(ExpressionFailed):
        player.do("ask")
    case = player.engine.load(player.files, player.state).case
    assert "gate" not in [
        task.task_spec.name for task in case.tasks.values() if task._state == TaskState.ERROR
    ]
    assert player.do("ask", v=True).open == ["yes"]


def test_an_object_is_not_used_for_other_files() -> None:
    engine = SpiffEngine(FEEL)
    player = Player(files(asking()), live=True)
    player.engine = engine
    player.start(v=True)
    again = files(asking(), variables=["new"])
    running = engine.load(again, player.state)
    assert running.definition.files is again


def asking() -> Process:
    process = Process().start().user("ask", "yes", "no").xor("gate", "otherwise").end()
    process.path("start", "ask", "gate")
    process.flow("gate", "no", flow_id="otherwise")
    process.flow("gate", "yes", "v")
    return process.path("yes", "end").path("no", "end")
