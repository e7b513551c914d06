"""The budget of one step, and what it notes as passed."""

from collections.abc import Iterator
from unittest import mock

import pytest

from server.domain.errors import BudgetExceeded
from server.engine.runtime import steps
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, files, timer


def test_a_step_stops_after_two_thousand_automatic_elements() -> None:
    player = Player(files(endless())).start(more=True)
    with pytest.raises(BudgetExceeded) as stopped:
        player.do("ask")
    assert stopped.value.element in ("again", "gate")
    assert "2001 steps" in stopped.value.detail


def test_a_step_stops_when_it_takes_too_long() -> None:
    player = Player(files(endless())).start(more=True)
    with _ticking(1.0), pytest.raises(BudgetExceeded) as stopped:
        player.do("ask")
    assert int(stopped.value.detail.split()[0]) < 10


def test_a_step_stops_when_it_makes_too_many_tasks() -> None:
    process = Process().start().parallel("split").end().path("start", "split")
    for number in range(6):
        process.each(f"all{number}", results="").path("split", f"all{number}", "end")
    with pytest.raises(BudgetExceeded) as stopped:
        Player(files(process)).start(organs=list(range(1_000)))
    assert int(stopped.value.detail.split()[2]) > 5_000


def test_a_loop_of_steps_with_events_on_empty_lists_stops_at_the_budget_too() -> None:
    process = Process().start().user("ask").xor("merge").end().each("none", results="")
    process.boundary("late", "none", timer('deadline("x")'))
    process.path("start", "ask", "merge", "none", "merge").path("late", "end")
    with pytest.raises(BudgetExceeded) as stopped:
        Player(files(process)).start(organs=[]).do("ask")
    assert int(stopped.value.detail.split()[0]) == 2_001


def test_two_hundred_subprocesses_are_the_end() -> None:
    called = Process("one").start("s").user("ask").end("e").path("s", "ask", "e")
    process = Process().start().each("all", kind="callActivity", called="one").end()
    pack = files(process.path("start", "all", "end"), called)
    assert len(Player(pack).start(organs=list(range(200))).work) == 200
    with pytest.raises(BudgetExceeded) as stopped:
        Player(pack).start(organs=list(range(201)))
    assert stopped.value.element == "all"


def test_one_hundred_and_twenty_steps_in_a_row_stay_legal() -> None:
    names = [f"step{number}" for number in range(120)]
    process = Process().start().user(*names).end().path("start", *names, "end")
    player = Player(files(process), live=True).start()
    assert player.finish(limit=130).visited == ["start", *names, "end"]


def test_a_loop_back_through_a_person_goes_on_for_ever() -> None:
    player = Player(files(rework()), live=True).start(more=True)
    for _round in range(300):
        player.do("work")
    assert player.open == ["work"]
    assert player.do("work", more=False).ended


def test_chinese_ids_and_signs_in_names_are_legal() -> None:
    process = Process().start("开始").user("受理").end("办结").path("开始", "受理", "办结")
    player = Player(files(process)).start().do("受理", 意见="<同意>&")
    assert player.last.visited == ("受理", "办结")
    assert player.last.variables["意见"] == "<同意>&"


def _ticking(seconds: float) -> "mock._patch[mock.Mock]":
    """A clock that moves by so much whenever it is read."""
    times: Iterator[float] = (seconds * number for number in range(1_000_000))
    clock = mock.Mock()
    clock.monotonic = lambda: next(times)
    return mock.patch.object(steps, "time", clock)


def endless() -> Process:
    process = Process().start().user("ask").xor("again").xor("gate", "out").end()
    process.path("start", "ask", "again", "gate")
    process.flow("gate", "end", flow_id="out")
    process.flow("gate", "again", "more = true")
    return process


def rework() -> Process:
    process = Process().start().xor("m").user("work").xor("g", "out").end()
    process.path("start", "m", "work", "g")
    process.flow("g", "end", flow_id="out")
    process.flow("g", "m", "more = true")
    return process
