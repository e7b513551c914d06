"""The task tree: order by ticks, no walk of the tree, no case data in a log."""

import logging

import pytest
from SpiffWorkflow.util.task import TaskState

from server.engine.runtime.casetree import Case, element_of, enclosing_item, is_child
from tests.engine.runtime import stock
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, files, timer


def test_changes_are_ordered_by_ticks_and_not_by_a_clock() -> None:
    player = Player(files(two_steps()), live=True).start().do("t1")
    case = loaded(player)
    ticks = [task.last_state_change for task in case.tasks.values()]
    assert all(type(tick) is int for tick in ticks)
    assert max(ticks) <= case.tick


def test_nothing_of_a_case_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Player(files(two_steps())).start(secret="身份证号").do("t1", "t2")
    assert all("身份证号" not in str(vars(record)) for record in caplog.records)


def test_stock_puts_case_data_into_its_log_records(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        stock.do(stock.begun(files(two_steps()), secret="身份证号"), "t1")
    assert any("身份证号" in str(vars(record)) for record in caplog.records)


def test_stock_task_search_stops_at_a_depth_of_a_thousand() -> None:
    workflow = stock.begun(files(two_steps()))
    deepest = stock.ready(workflow, "t1")
    for _level in range(1100):
        deepest = deepest._add_child(deepest.task_spec, TaskState.READY)
    assert len(workflow.get_tasks(state=TaskState.READY)) < 1101


def test_elements_are_known_by_their_id_and_engine_nodes_by_none() -> None:
    process = Process().start().each("hear").end("end", "e2").path("start", "hear", "end")
    process.boundary("late", "hear", timer("P1D")).path("late", "e2")
    player = Player(files(process)).start(organs=["a"])
    specs = loaded(player).spec.task_specs
    assert element_of(specs["hear.BoundaryEventSplit"]) == "hear"
    assert element_of(specs["hear.BoundaryEventJoin"]) == ""
    assert element_of(specs["Start"]) == ""
    assert element_of(specs["hear [child]"]) == "hear"
    assert is_child(specs["hear [child]"])
    assert not is_child(specs["hear"])


def test_the_item_around_a_task_is_found_through_subprocesses() -> None:
    inner = Process().start("s").user("ask").end("e").path("s", "ask", "e")
    process = Process().start().each("hear", kind="subProcess", inner="".join(inner.parts)).end()
    player = Player(files(process.path("start", "hear", "end"))).start(organs=["a"])
    case = loaded(player)
    (part,) = case.subprocesses.values()
    ask = next(task for task in part.tasks.values() if task.task_spec.name == "ask")
    item = enclosing_item(ask)
    assert item is not None
    assert item.internal_data["key"] == "a"
    assert enclosing_item(case.task_tree) is None


def loaded(player: Player) -> Case:
    return player.engine.load(player.files, player.state).case


def two_steps() -> Process:
    return Process().start().user("t1", "t2").end().path("start", "t1", "t2", "end")
