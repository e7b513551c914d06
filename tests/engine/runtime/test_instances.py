"""Multi-instance steps: keyed by item, begun afresh each time, sequential, conditional, capped."""

import pytest
from SpiffWorkflow.bpmn.exceptions import WorkflowDataException
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from server.domain.errors import BudgetExceeded, EngineError, ExpressionFailed, Invalid
from server.domain.expressions import Json
from tests.engine.runtime import stock
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, files, timer


def test_each_item_opens_one_task_that_knows_its_item() -> None:
    player = Player(files(hearing())).start(organs=["公安", "人社", "财政"])
    assert player.open == ["hear:人社", "hear:公安", "hear:财政"]
    task = player.task("hear", "人社")
    assert (task.instance, task.item, task.data["organ"]) == ("人社", "人社", "人社")
    assert player.last.visited == ("start",)


def test_results_are_kept_under_their_item_whoever_answers_first() -> None:
    player = Player(files(hearing())).start(organs=["公安", "人社"])
    player.answer("hear", "人社", opinion={"by": 2}).answer("hear", "公安", opinion={"by": 1})
    assert player.task("sum").data["opinions"] == {"人社": {"by": 2}, "公安": {"by": 1}}
    assert player.last.variables["opinions"] == {"人社": {"by": 2}, "公安": {"by": 1}}
    assert player.last.visited == ("hear",)
    assert player.last.flows == ("main_flow2",)


def test_values_of_one_item_stay_out_of_the_table_of_the_case() -> None:
    player = Player(files(hearing(), variables=["opinion", "organ"]))
    player.start(organs=["a", "b"]).answer("hear", "a", opinion="yes")
    assert player.last.variables["opinion"] is None
    player.answer("hear", "b", opinion="no")
    assert player.task("sum").data["opinion"] is None


def test_a_second_round_with_another_list_keeps_nothing_of_the_first() -> None:
    player = Player(files(hearing_loop())).start(organs=["公安", "人社"], again=True)
    for organ in ("公安", "人社"):
        player.answer("hear", organ, opinion=1)
    player.do("sum", again=True, organs=["人社", "审计"])
    for organ in ("审计", "人社"):
        player.answer("hear", organ, opinion=2)
    assert player.task("sum").data["opinions"] == {"人社": 2, "审计": 2}
    assert player.do("sum", again=False).ended


def test_one_after_the_other_in_the_order_of_the_list() -> None:
    player = Player(files(hearing(sequential=True))).start(organs=["b", "a"], opinions={"old": 1})
    assert player.open == ["hear:b"]
    player.do("hear", opinion=1)
    assert player.open == ["hear:a"]
    player.do("hear", opinion=2)
    assert player.task("sum").data["opinions"] == {"b": 1, "a": 2}


@pytest.mark.parametrize("sequential", [True, False])
def test_an_empty_list_goes_straight_on(*, sequential: bool) -> None:
    player = Player(files(hearing(sequential=sequential))).start(organs=[])
    assert player.open == ["sum"]
    assert player.task("sum").data["opinions"] == {}


def test_the_condition_sees_results_and_counts_and_ends_the_rest() -> None:
    until = "count(get entries(opinions)) >= 2 and completed = 2 and total = 3"
    player = Player(files(hearing(until=until))).start(organs=["a", "b", "c"])
    player.answer("hear", "a", opinion=1).answer("hear", "c", opinion=3)
    assert player.open == ["sum"]
    assert [each.instance for each in player.last.closed] == ["b", "c"]
    assert player.task("sum").data["opinions"] == {"a": 1, "c": 3}


def test_a_number_of_times_by_expression_is_keyed_by_index() -> None:
    player = Player(files(hearing(cardinality="n + 1"))).start(n=1)
    assert player.open == ["hear:0", "hear:1"]
    player.answer("hear", "1", opinion="v1").answer("hear", "0", opinion="v0")
    assert player.task("sum").data["opinions"] == {"1": "v1", "0": "v0"}


@pytest.mark.parametrize(
    ("items", "keys"),
    [
        ([1, 2], ["1", "2"]),
        ([{"id": "x"}, {"id": "y"}], ["0", "1"]),
        ({"甲": 1, "乙": 2}, ["甲", "乙"]),
    ],
)
def test_keys_are_texts_numbers_positions_or_the_keys_of_a_context(
    items: Json, keys: list[str]
) -> None:
    player = Player(files(hearing())).start(organs=items)
    assert [each.instance for each in player.last.opened] == keys


@pytest.mark.parametrize("items", [["a", "a"], [1, "1"], [{"x": 1}, "0"]])
def test_the_same_item_twice_is_refused(items: Json) -> None:
    with pytest.raises(EngineError) as refused:
        Player(files(hearing())).start(organs=items)
    assert refused.value.element == "hear"


@pytest.mark.parametrize("items", [None, "abc", 3])
def test_what_is_no_list_is_refused(items: Json) -> None:
    with pytest.raises(EngineError) as refused:
        Player(files(hearing())).start(organs=items)
    assert refused.value.element == "hear"


def test_more_than_a_thousand_items_are_refused() -> None:
    with pytest.raises(BudgetExceeded):
        Player(files(hearing())).start(organs=list(range(1001)))
    with pytest.raises(BudgetExceeded):
        Player(files(hearing(cardinality="10000000"))).start()


@pytest.mark.parametrize("cardinality", ["-1", '"2"', "1.5", "null", "true"])
def test_a_number_of_times_that_is_none_is_refused(cardinality: str) -> None:
    with pytest.raises(ExpressionFailed) as refused:
        Player(files(hearing(cardinality=cardinality, sequential=True))).start()
    assert refused.value.element == "hear"


def test_an_answer_without_its_result_is_refused_before_anything_happens() -> None:
    player = Player(files(hearing()), live=True).start(organs=["a"], opinion="old")
    with pytest.raises(Invalid):
        player.do("hear", other=1)
    assert player.do("hear", opinion="new").task("sum").data["opinions"] == {"a": "new"}


def test_a_timer_ends_a_step_with_all_that_is_open_in_it() -> None:
    process = hearing().boundary("late", "hear", timer("P5D")).user("chief").end("e2")
    player = Player(files(process.path("late", "chief", "e2"))).start(organs=["a", "b"])
    player.answer("hear", "a", opinion=1).due("late")
    assert player.open == ["chief"]
    assert player.do("chief").ended


def test_a_subprocess_runs_once_for_each_item_and_its_tasks_know_it() -> None:
    inner = Process().start("s").user("ask", "write").end("e").path("s", "ask", "write", "e")
    process = Process().start().user("sum").end()
    process.each("hear", kind="subProcess", inner="".join(inner.parts))
    player = Player(files(process.path("start", "hear", "sum", "end"))).start(organs=["a", "b"])
    assert player.open == ["ask:a", "ask:b"]
    player.answer("ask", "b").answer("write", "b", opinion="of b")
    player.answer("ask", "a").answer("write", "a", opinion="of a")
    assert player.task("sum").data["opinions"] == {"b": "of b", "a": "of a"}
    assert player.visited.count("hear") == 1


def test_a_timer_on_a_step_of_subprocesses_leaves_nothing_of_them() -> None:
    inner = Process().start("s").user("ask").end("e").path("s", "ask", "e")
    process = Process().start().user("sum", "chief").end("end", "e2")
    process.each("hear", kind="subProcess", inner="".join(inner.parts))
    process.boundary("late", "hear", timer("P5D")).path("late", "chief", "e2")
    player = Player(files(process.path("start", "hear", "sum", "end"))).start(organs=["a", "b"])
    assert player.due("late").open == ["chief"]


def test_a_called_process_runs_once_for_each_item() -> None:
    called = Process("one").start("s").user("ask").end("e").path("s", "ask", "e")
    process = Process().start().each("hear", kind="callActivity", called="one").user("sum").end()
    player = Player(files(process.path("start", "hear", "sum", "end"), called))
    player.start(organs=["a", "b"]).answer("ask", "a", opinion=1).answer("ask", "b", opinion=2)
    assert player.task("sum").data["opinions"] == {"a": 1, "b": 2}


def test_a_step_goes_on_in_a_process_that_parsed_the_diagram_itself() -> None:
    begun = Player(files(hearing())).start(organs=["a"])
    fresh = begun.branch()
    assert fresh.do("hear", opinion=1).open == ["sum"]


def test_a_counted_loop_sees_what_the_round_before_wrote() -> None:
    loop = (
        '<bpmn:standardLoopCharacteristics loopMaximum="3"><bpmn:loopCondition>more = true'
        "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    )
    process = Process().start().user("work", inner=loop).user("after").end()
    pack = files(process.path("start", "work", "after", "end"))
    player = Player(pack).start(more=True).do("work", n=1)
    assert player.task("work").data["n"] == 1
    player.do("work", n=[2]).do("work", n=[3])
    assert player.open == ["after"]
    assert player.task("after").data["n"] == [3]
    assert Player(pack).start(more=True).do("work", more=False).open == ["after"]


def test_stock_refuses_the_second_round_of_a_step() -> None:
    workflow = stock.begun(files(stock_loop()), organs=["a"], again=True)
    stock.do(workflow, "hear [child]", hear_out=1)
    with pytest.raises((WorkflowDataException, TypeError)):
        stock.do(workflow, "sum", again=True)


def test_stock_has_a_misspelt_name_when_a_number_of_times_meets_old_results() -> None:
    with pytest.raises(NameError, match="data_ouput"):
        stock.begun(files(hearing(cardinality="2")), opinions=[1])


def test_stock_collects_in_the_order_of_completion() -> None:
    workflow = stock.begun(files(hearing()), organs=["a", "b"])
    second, first = reversed(workflow.get_tasks(spec_name="hear [child]"))
    for task in (second, first):
        task.data["hear_out"] = task.data["hear_in"]
        task.run()
    workflow.do_engine_steps()
    assert stock.ready(workflow, "sum").data["opinions"] == ["b", "a"]


def test_stock_calls_variables_of_items_by_their_xml_ids() -> None:
    workflow = stock.begun(files(hearing()), organs=["a"])
    data = stock.ready(workflow, "hear [child]").data
    assert "hear_in" in data
    assert "organ" not in data


def test_stock_asks_the_condition_of_a_child_that_sees_no_results() -> None:
    workflow = stock.begun(files(hearing(until="len(opinions) >= 1")), organs=["a", "b", "c"])
    for _answer in range(2):
        stock.do(workflow, "hear [child]", hear_out=1)
    assert stock.ready(workflow, "hear [child]") is not None


def test_stock_goes_nowhere_when_the_child_completes_on_specs_parsed_afresh() -> None:
    pack = files(hearing())
    workflow = stock.begun(pack, organs=["a"])
    fresh, _parts = stock.parsed(pack)
    assert isinstance(fresh.task_specs["hear"], MultiInstanceTask)
    assert isinstance(workflow, BpmnWorkflow)
    for task in workflow.tasks.values():
        task.task_spec = fresh.task_specs[task.task_spec.name]
    workflow.spec = fresh
    stock.do(workflow, "hear [child]", hear_out=1)
    assert stock.open_names(workflow) == []
    assert not workflow.is_completed()


def hearing(*, sequential: bool = False, **names: str) -> Process:
    process = Process().start().each("hear", sequential=sequential, **names).user("sum").end()
    return process.path("start", "hear", "sum", "end")


def hearing_loop(condition: str = "again = true") -> Process:
    process = Process().start().xor("m").each("hear").user("sum").xor("g", "out").end()
    process.path("start", "m", "hear", "sum", "g")
    process.flow("g", "end", flow_id="out")
    process.flow("g", "m", condition)
    return process


def stock_loop() -> Process:
    return hearing_loop("again")
