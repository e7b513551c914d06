"""Timers, messages, conditions, signals, errors and escalations: what fires them, what goes on."""

from datetime import timedelta

import pytest
from SpiffWorkflow.bpmn.specs.event_definitions import message as stock_message
from SpiffWorkflow.bpmn.specs.event_definitions import timer as stock_timer
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import EngineError, ExpressionFailed, UnknownTask
from server.engine.port import TimerDue, TimerWanted
from tests.engine.runtime import stock
from tests.engine.runtime.playing import NOW, Player
from tests.factories.bpmn import (
    Process,
    condition,
    error,
    escalation,
    files,
    message,
    signal,
    timer,
)


def test_a_timer_is_a_wish_told_with_its_text_and_kind() -> None:
    player = Player(files(review())).start().do("draft")
    wanted = {each.element: each for each in player.last.timers_wanted}
    assert wanted["late"] == TimerWanted(
        task_key=wanted["late"].task_key,
        element="late",
        kind="timeDuration",
        wish='deadline("proposal")',
        interrupting=True,
    )
    assert wanted["soon"].wish == 'reminder("proposal", -1)'
    assert not wanted["soon"].interrupting
    assert (wanted["monthly"].kind, wanted["monthly"].wish) == ("timeCycle", "R6/P1M")


def test_completing_a_step_drops_all_its_timers() -> None:
    player = Player(files(review())).start().do("draft", "review")
    assert sorted(each.element for each in player.last.timers_dropped) == [
        "late",
        "monthly",
        "soon",
    ]
    assert player.open == ["after"]


def test_an_interrupting_timer_ends_the_step_and_its_other_timers() -> None:
    player = Player(files(review())).start().do("draft").due("late")
    assert player.open == ["escalate"]
    assert player.armed == []
    assert player.last.visited == ("late",)
    assert player.do("escalate").ended


def test_a_timer_beside_the_step_fires_once_and_leaves_it_open() -> None:
    player = Player(files(review())).start().do("draft").due("soon")
    assert player.open == ["remind", "review"]
    assert player.armed == ["late", "monthly"]
    player.do("review").do("remind")
    assert player.open == ["after"]


def test_a_repeating_timer_stays_armed_under_its_key_and_rounds_outlive_the_step() -> None:
    player = Player(files(review())).start().do("draft")
    key = next(iter(each for each in player.timers if each[1] == "monthly"))
    for _round in range(3):
        player.due("monthly", again=True)
        assert key in player.timers
        assert player.last.timers_dropped == ()
    assert player.open == ["count", "count", "count", "review"]
    player.do("review")
    assert player.armed == []
    assert player.open == ["after", "count", "count", "count"]
    player.do("count", "count", "count", "after").due("wait")
    assert player.ended


def test_a_timer_whose_task_is_gone_is_unknown() -> None:
    player = Player(files(review())).start().do("draft")
    key = next(each[0] for each in player.timers if each[1] == "late")
    player.do("review")
    with pytest.raises(UnknownTask) as refused:
        player.run(TimerDue(task_key=key, element="late", now=NOW))
    assert refused.value.element == "late"


def test_no_clock_moves_a_case_however_late_it_is() -> None:
    player = Player(files(review())).start().do("draft")
    case = player.engine.load(player.files, player.state).case
    before = {task.id: task._state for task in case.tasks.values()}
    case.refresh_timers()
    case.do_engine_steps()
    assert {task.id: task._state for task in case.tasks.values()} == before


def test_the_first_event_behind_an_event_gateway_wins() -> None:
    player = Player(files(event_gateway(), messages=["reply"])).start(x=1)
    assert player.armed == ["late"]
    assert [each.element for each in player.last.subscribed] == ["came"]
    other = player.branch()
    player.due("late")
    assert player.open == ["missed"]
    assert [each.element for each in player.last.unsubscribed] == ["came"]
    assert player.last.visited == ("first", "late")
    other.deliver("came", answer=42)
    assert other.open == ["read"]
    assert other.armed == []
    assert other.task("read").data["answer"] == 42
    assert other.flows[-2:] == ["main_flow4", "main_flow5"]


def test_thrown_messages_are_handed_to_the_caller_at_ends_too() -> None:
    process = Process().start().throw("ask", message("request")).user("u")
    process.end("end", inner=message("done")).path("start", "ask", "u", "end")
    player = Player(files(process, messages=["request", "done"])).start(no="A")
    (sent,) = player.last.messages
    assert (sent.element, sent.message, dict(sent.data)) == ("ask", "request", {"no": "A"})
    player.do("u")
    assert [each.message for each in player.last.messages] == ["done"]
    assert player.ended


def test_send_and_receive_tasks_throw_and_wait() -> None:
    process = Process().start().add("sendTask", "send", messageRef="out")
    process.add("receiveTask", "receive", messageRef="in").end()
    process.path("start", "send", "receive", "end")
    player = Player(files(process, messages=["out", "in"])).start()
    assert [each.message for each in player.last.messages] == ["out"]
    assert [each.message for each in player.last.subscribed] == ["in"]
    assert player.deliver("receive", got=1).ended
    assert player.last.variables["got"] == 1


def test_a_message_reaches_its_one_subscription_only_once() -> None:
    process = Process().start().catch("wait", message("reply")).end()
    player = Player(files(process.path("start", "wait", "end"), messages=["reply"])).start()
    before = player.branch()
    player.deliver("wait")
    with pytest.raises(UnknownTask):
        before.branch().run(
            TimerDue(task_key=before.last.subscribed[0].task_key, element="wait", now=NOW)
        )
    with pytest.raises(StopIteration):
        player.deliver("wait")


def test_a_waiting_condition_fires_when_another_branch_makes_it_true() -> None:
    process = Process().start().parallel("split", "join").user("work", "after").end()
    process.catch("until", condition("done = true"))
    process.path("start", "split", "work", "join", "after", "end")
    process.path("split", "until", "join")
    player = Player(files(process, variables=["done"])).start()
    assert player.open == ["work"]
    player.do("work", done=True)
    assert player.open == ["after"]
    assert set(player.last.visited) == {"work", "until", "join"}


def test_a_waiting_condition_on_an_unknown_name_stops_the_step() -> None:
    process = Process().start().catch("until", condition("nowhere = 1")).end()
    with pytest.raises(ExpressionFailed) as failed:
        Player(files(process.path("start", "until", "end"))).start()
    assert failed.value.element == "until"


def test_a_condition_on_a_boundary_ends_the_step_once_it_holds() -> None:
    process = Process().start().parallel("s").user("a", "b", "c").end("e1", "e2", "e3")
    process.boundary("stopped", "a", condition("stop = true"))
    process.path("start", "s", "a", "e1").path("s", "b", "e2").path("stopped", "c", "e3")
    player = Player(files(process, variables=["stop"])).start()
    assert player.open == ["a", "b"]
    assert player.do("b", stop=True).open == ["c"]


def test_a_message_beside_a_step_opens_a_branch_with_its_payload() -> None:
    process = Process().start().user("a", "c").end("e1", "e2")
    process.boundary("told", "a", message("m"), interrupting=False)
    process.path("start", "a", "e1").path("told", "c", "e2")
    player = Player(files(process, messages=["m"])).start().deliver("told", x=1)
    assert player.open == ["a", "c"]
    assert dict(player.task("c").data) == {"x": 1}
    assert dict(player.task("a").data) == {}


def test_a_message_beside_a_step_may_come_again_as_long_as_the_step_is_open() -> None:
    process = Process().start().user("a", "c").end("e1", "e2")
    process.boundary("told", "a", message("m"), interrupting=False)
    process.path("start", "a", "e1").path("told", "c", "e2")
    player = Player(files(process, messages=["m"])).start()
    key = next(iter(player.subscriptions))
    player.deliver("told", x=1).deliver("told", x=2)
    assert player.open == ["a", "c", "c"]
    assert sorted(each.data["x"] for each in player.work.values() if each.node_key == "c") == [1, 2]
    assert list(player.subscriptions) == [key]
    assert not player.do("a").subscriptions


def test_a_signal_beside_a_step_opens_a_branch_each_time_it_is_thrown() -> None:
    process = Process().start().parallel("split").user("work", "again", "b", "c").end("e1", "e2")
    process.throw("call", signal("go")).throw("recall", signal("go")).end("e3")
    process.boundary("heard", "b", signal("go"), interrupting=False)
    process.path("start", "split", "work", "call", "again", "recall", "e1")
    process.path("split", "b", "e2").path("heard", "c", "e3")
    player = Player(files(process, signals=["go"])).start().do("work")
    assert player.open == ["again", "b", "c"]
    assert player.do("again").open == ["b", "c", "c"]
    assert player.do("b", "c", "c").ended


def test_a_signal_wakes_the_branch_that_waits_and_carries_nothing() -> None:
    process = Process().start().parallel("split").user("work", "woken").end("e1", "e2")
    process.throw("call", signal("go")).catch("hear", signal("go"))
    process.path("start", "split", "work", "call", "e1").path("split", "hear", "woken", "e2")
    player = Player(files(process, signals=["go"])).start().do("work", secret=1)
    assert player.open == ["woken"]
    assert "secret" not in player.task("woken").data
    assert player.do("woken").ended


@pytest.mark.parametrize("caught", ["broken", ""])
def test_an_error_end_goes_to_the_boundary_event_of_its_code_or_of_all(caught: str) -> None:
    player = Player(files(with_error(caught), errors=["broken", "other"])).start()
    player.do("deep", v=1)
    assert player.open == ["repair"]
    assert player.task("repair").data["v"] == 1
    assert player.last.visited == ("deep", "crash", "caught")
    assert player.do("repair").ended


def test_an_error_that_nobody_catches_stops_the_step() -> None:
    player = Player(files(with_error("other"), errors=["broken", "other"])).start()
    with pytest.raises(EngineError) as failed:
        player.do("deep")
    assert failed.value.element == "crash"
    assert player.open == ["deep"]


def test_an_escalation_beside_the_subprocess_leaves_it_running() -> None:
    inner = Process("sub").start("s").user("one", "two").end("e")
    inner.throw("raise", escalation("slow")).path("s", "one", "raise", "two", "e")
    process = Process().start().subprocess("sub", inner).user("chief").end("end", "e2")
    process.boundary("seen", "sub", escalation("slow"), interrupting=False)
    process.path("start", "sub", "end").path("seen", "chief", "e2")
    player = Player(files(process, escalations=["slow"])).start().do("one")
    assert player.open == ["chief", "two"]
    assert player.do("two", "chief").ended


def test_a_terminating_end_ends_all_branches() -> None:
    process = Process().start().parallel("split").user("a", "b").end("e1")
    process.end("stop", inner="<bpmn:terminateEventDefinition/>")
    process.path("start", "split", "a", "stop").path("split", "b", "e1")
    player = Player(files(process)).start().do("a")
    assert player.ended
    assert player.open == []


def test_stock_delivers_a_message_to_any_case_that_waits() -> None:
    process = Process().start().catch("wait", message("reply")).end()
    workflow = stock.begun(files(process.path("start", "wait", "end"), messages=["reply"]))
    foreign = stock_message.MessageEventDefinition("reply")
    workflow.catch(BpmnEvent(foreign, {}, correlations={"key": {"no": "of another case"}}))
    workflow.do_engine_steps()
    assert workflow.is_completed()


def test_stock_reads_an_unquoted_duration_as_python_and_only_when_it_runs() -> None:
    pack = files(review_with_timer("P5D"))
    stock.parsed(pack)
    with pytest.raises(WorkflowException):
        stock.begun(pack)


def test_stock_fixes_the_local_zone_when_it_is_imported() -> None:
    assert isinstance(stock_timer.LOCALTZ.utcoffset(None), timedelta)


def test_stock_cancels_the_rounds_of_a_repeating_timer_with_its_step() -> None:
    workflow = stock.begun(files(review_with_timer('"R3/PT0S"', "timeCycle")))
    assert "escalate" in stock.open_names(workflow)
    stock.do(workflow, "review")
    assert "escalate" not in stock.open_names(workflow)


def test_stock_loses_thrown_messages_unless_they_are_drained() -> None:
    process = Process().start().throw("ask", message("request")).user("u").end()
    pack = files(process.path("start", "ask", "u", "end"), messages=["request"])
    workflow = stock.begun(pack)
    assert [event.event_definition.name for event in workflow.get_events()] == ["request"]
    assert workflow.get_events() == []


def test_stock_lets_a_failing_expression_pass_an_error_boundary_and_hang() -> None:
    inner = Process("sub").start("s").xor("g", "d").end("e", "f").path("s", "g")
    inner.flow("g", "e", flow_id="d")
    inner.flow("g", "f", "nowhere > 1")
    process = Process().start().subprocess("sub", inner).user("repair").end("end", "e2")
    process.boundary("caught", "sub", error()).path("start", "sub", "end")
    pack = files(process.path("caught", "repair", "e2"))
    with pytest.raises(WorkflowException):
        stock.begun(pack)
    with pytest.raises(ExpressionFailed):
        Player(pack).start()


def test_stock_keeps_a_gateway_state_that_no_json_holds() -> None:
    workflow = stock.begun(files(event_gateway('"PT0S"'), messages=["reply"]), x=1)
    gateway = next(t for t in workflow.tasks.values() if t.task_spec.name == "first")
    assert gateway.state == TaskState.COMPLETED
    assert any(isinstance(seen, BpmnEvent) for seen in gateway.internal_data["seen_events"])


def review() -> Process:
    process = Process().start().user("draft", "review", "remind", "escalate", "count", "after")
    process.boundary("late", "review", timer('deadline("proposal")'))
    process.boundary("soon", "review", timer('reminder("proposal", -1)'), interrupting=False)
    process.boundary("monthly", "review", timer("R6/P1M", "timeCycle"), interrupting=False)
    process.catch("wait", timer("P5D")).end("end", "e2", "e3", "e4")
    process.path("start", "draft", "review", "after", "wait", "end")
    return (
        process.path("late", "escalate", "e2")
        .path("soon", "remind", "e3")
        .path("monthly", "count", "e4")
    )


def review_with_timer(wish: str, kind: str = "timeDuration") -> Process:
    process = Process().start().user("review", "escalate", "after").end("end", "e2")
    process.boundary("late", "review", timer(wish, kind), interrupting=False)
    return process.path("start", "review", "after", "end").path("late", "escalate", "e2")


def event_gateway(wish: str = 'deadline("reply")') -> Process:
    process = Process().start().first_event("first").user("missed", "read").end("end", "e2")
    process.catch("late", timer(wish)).catch("came", message("reply"))
    process.path("start", "first", "late", "missed")
    process.path("first", "came", "read", "e2")
    return process.path("missed", "end")


def with_error(caught: str) -> Process:
    inner = Process("sub").start("s").user("deep").path("s", "deep", "crash")
    inner.end("crash", inner=error("broken"))
    process = Process().start().subprocess("sub", inner).user("repair", "after").end("end", "e2")
    process.boundary("caught", "sub", error(caught))
    return process.path("start", "sub", "after", "end").path("caught", "repair", "e2")
