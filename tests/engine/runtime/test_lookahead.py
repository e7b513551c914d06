"""How far a case is planned ahead: one element, whatever the diagram."""

import pytest

from tests.engine.runtime import stock
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, files, timer


def test_a_loop_that_only_an_event_leaves_is_no_endless_plan() -> None:
    player = Player(files(weekly())).start().do("report", "read", "report")
    assert player.open == ["read"]
    assert player.due("enough").ended


def test_a_loop_of_parallel_branches_stops_at_the_work_it_opens() -> None:
    process = Process().start().xor("merge").parallel("split").user("again", "once").end()
    process.path("start", "merge", "split", "again", "merge").path("split", "once", "end")
    player = Player(files(process)).start().do("again")
    assert player.open == ["again", "once", "once"]


def test_only_the_next_elements_are_planned() -> None:
    steps = [f"s{number}" for number in range(300)]
    process = Process().start().user(*steps).end().path("start", *steps, "end")
    player = Player(files(process), live=True).start()
    running = player.engine.load(player.files, player.state)
    assert len(running.case.tasks) < 10


def test_stock_plans_a_loop_without_a_choice_for_ever() -> None:
    with pytest.raises(RecursionError):
        stock.begun(files(weekly()))


def weekly() -> Process:
    """Reports go round until a timer ends it."""
    process = Process().start().user("report", "read").end()
    process.boundary("enough", "read", timer('deadline("influence")'))
    return process.path("start", "report", "read", "report").path("enough", "end")
