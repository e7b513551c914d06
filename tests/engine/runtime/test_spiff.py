"""The commands of the port, end to end on the real engine."""

import pytest

from server.domain.errors import (
    BudgetExceeded,
    EngineError,
    ExpressionFailed,
    Invalid,
    StateUnreadable,
    UnknownTask,
)
from server.engine.port import CompleteTask, Deliver, TimerDue
from tests.engine.runtime.playing import NOW, Player
from tests.factories.bpmn import Process, files, lane, message, timer


def test_start_opens_the_first_step_and_every_declared_variable_exists() -> None:
    player = Player(files(two_steps(), variables=["amount", "kind"])).start(amount=3)
    assert player.open == ["t1"]
    assert dict(player.task("t1").data) == {"amount": 3, "kind": None}
    assert dict(player.last.variables) == {"amount": 3, "kind": None}
    assert player.last.visited == ("start",)
    assert not player.ended


def test_completing_a_step_opens_the_next_and_at_last_ends_the_case() -> None:
    player = Player(files(two_steps())).start().do("t1", v=1)
    assert player.open == ["t2"]
    assert [closed.node_key for closed in player.last.closed] == ["t1"]
    assert player.task("t2").data["v"] == 1
    player.do("t2")
    assert player.ended
    assert player.open == []
    assert player.last.visited == ("t2", "end")


def test_a_step_that_is_done_cannot_be_completed_again() -> None:
    player = Player(files(two_steps())).start()
    key = player.task("t1").task_key
    player.do("t1")
    with pytest.raises(UnknownTask):
        player.run(CompleteTask(task_key=key, variables={}, now=NOW))
    with pytest.raises(UnknownTask):
        player.run(CompleteTask(task_key="no key at all", variables={}, now=NOW))


def test_case_variables_are_the_last_values_written_in_any_branch() -> None:
    player = Player(files(parallel())).start(x=0).do("a", x=1)
    assert player.last.variables["x"] == 1
    player.do("b", y=2)
    assert dict(player.last.variables) == {"x": 1, "y": 2}


def test_what_a_caller_does_with_data_changes_nothing_in_the_engine() -> None:
    player = Player(files(two_steps()), live=True)
    given = {"inner": [1]}
    player.start(doc=given)
    given["inner"].append(2)
    player.task("t1").data["doc"]["inner"].append(3)
    player.last.variables["doc"]["inner"].append(4)
    assert player.do("t1").task("t2").data["doc"] == {"inner": [1]}


@pytest.mark.parametrize(
    "value",
    [{"typename": "x"}, [{"a": {"typename": 1}}], NOW, {1: 2}, (1, 2), float("nan"), 2**70, b"x"],
)
def test_only_json_enters_and_never_the_key_typename(value: object) -> None:
    player = Player(files(two_steps())).start()
    with pytest.raises(Invalid):
        player.do("t1", v=value)
    with pytest.raises(Invalid):
        Player(files(two_steps())).start(v=value)


def test_a_condition_decides_by_the_data_of_its_token() -> None:
    assert Player(files(choice("amount > 3"))).start(amount=5).do("ask").open == ["yes"]
    assert Player(files(choice("amount > 3"))).start(amount=2).do("ask").open == ["no"]
    assert Player(files(choice("amount > 3"))).start(amount=None).do("ask").open == ["no"]


def test_an_unknown_name_stops_the_step_and_never_takes_the_default() -> None:
    player = Player(files(choice("nowhere > 3"))).start()
    with pytest.raises(ExpressionFailed) as failed:
        player.do("ask")
    assert failed.value.element == "gate"
    assert "nowhere" in failed.value.detail
    assert "nowhere" not in failed.value.message
    assert player.open == ["ask"]


def test_a_text_as_condition_stops_the_step() -> None:
    with pytest.raises(ExpressionFailed) as failed:
        Player(files(choice("kind"))).start(kind="no").do("ask")
    assert failed.value.element == "gate"


def test_after_an_error_the_stored_state_works_as_before() -> None:
    player = Player(files(choice("amount")), live=True).start(amount=1)
    with pytest.raises(ExpressionFailed):
        player.do("ask", amount="many")
    assert player.do("ask", amount=True).open == ["yes"]


def test_lanes_are_told_by_id_and_the_innermost_wins() -> None:
    assert Player(files(with_lanes())).start().task("t1").lane == "inner"


def test_a_task_names_the_scope_it_lies_in() -> None:
    inner = Process("called").start("s").user("deep").end("e").path("s", "deep", "e")
    main = Process().start().call("call", "called").end().path("start", "call", "end")
    player = Player(files(main, inner)).start()
    assert player.task("deep").scope is not None
    assert player.do("deep").ended


def test_start_by_message_begins_at_that_start_event() -> None:
    player = Player(files(two_starts(), messages=["hint", "file"]))
    assert player.start("file", no=7).open == ["by_file"]
    assert player.visited == ["from_file"]
    assert player.task("by_file").data["no"] == 7
    assert player.subscriptions == {}


def test_start_without_a_message_needs_a_plain_start_event() -> None:
    only = Process().start("from_file", message("file")).user("u").end()
    only.path("from_file", "u", "end")
    with pytest.raises(EngineError):
        Player(files(only, messages=["file"])).start()
    with pytest.raises(EngineError):
        Player(files(two_steps())).start("no such message")


def test_one_plain_start_stands_beside_message_starts() -> None:
    process = two_starts().start("plain").user("by_hand").end("e3").path("plain", "by_hand", "e3")
    player = Player(files(process, messages=["hint", "file"])).start()
    assert player.open == ["by_hand"]
    assert player.do("by_hand").ended


def test_withdraw_reopens_the_step_before_under_its_old_keys() -> None:
    process = two_steps().boundary("late", "t1", timer('deadline("d")')).end("e2")
    process.path("late", "e2")
    player = Player(files(process)).start()
    before, opened, armed = player.state, player.last.opened[0], player.last.timers_wanted[0]
    player.do("t1", v=1)
    abandoned = player.task("t2").task_key
    back = player.engine.restore(player.files, player.state, before)
    assert back.state == before
    assert back.opened == (opened,)
    assert back.timers_wanted == (armed,)
    assert [closed.node_key for closed in back.closed] == ["t2"]
    assert back.visited == ()
    again = player.apply(back).do("t1", v=2)
    assert again.task("t2").task_key != abandoned
    with pytest.raises(UnknownTask):
        again.run(CompleteTask(task_key=abandoned, variables={}, now=NOW))


def test_cancel_ends_everything_that_is_open() -> None:
    process = parallel().boundary("late", "a", timer("P5D")).end("e2").path("late", "e2")
    player = Player(files(process)).start().cancel()
    assert player.ended
    assert player.work == {}
    assert player.timers == {}
    with pytest.raises(UnknownTask):
        player.run(TimerDue(task_key="0" * 32, element="late", now=NOW))


def test_events_of_another_case_are_not_taken() -> None:
    process = Process().start().catch("wait", message("reply")).user("read").end()
    process.path("start", "wait", "read", "end")
    pack = files(process, messages=["reply"])
    one, other = Player(pack).start(no=1), Player(pack).start(no=2)
    key = one.last.subscribed[0].task_key
    with pytest.raises(UnknownTask):
        other.run(Deliver(task_key=key, element="wait", payload={}, now=NOW))
    assert other.deliver("wait", answer=42).task("read").data["answer"] == 42
    assert one.last.subscribed[0].message == "reply"


def test_a_state_that_was_touched_is_not_read() -> None:
    player = Player(files(two_steps())).start()
    complete = CompleteTask(task_key=player.task("t1").task_key, variables={}, now=NOW)
    with pytest.raises(StateUnreadable):
        player.engine.advance(player.files, player.state.replace(b"t1", b"t2"), complete)
    with pytest.raises(StateUnreadable):
        player.engine.load(player.files, b"\x07" + player.state[1:])
    with pytest.raises(StateUnreadable):
        player.engine.load(player.files, None)


def test_a_loop_without_a_person_stops_at_the_budget_and_harms_nothing() -> None:
    process = Process().start().user("ask").xor("again").xor("gate", "out").end()
    process.path("start", "ask", "again", "gate")
    process.flow("gate", "end", flow_id="out")
    process.flow("gate", "again", "more = true")
    player = Player(files(process), live=True).start(more=True)
    with pytest.raises(BudgetExceeded):
        player.do("ask")
    assert player.do("ask", more=False).ended


def test_state_larger_than_the_cap_is_refused() -> None:
    player = Player(files(two_steps())).start()
    with pytest.raises(BudgetExceeded):
        player.do("t1", text="字" * 400_000)
    assert player.do("t1").open == ["t2"]


def test_a_diagram_the_engine_cannot_read_names_the_element() -> None:
    bad = Process().start().add("scriptTask", "script").end().path("start", "script", "end")
    with pytest.raises(EngineError) as refused:
        Player(files(bad)).start()
    assert refused.value.element == "script"


def test_a_missing_called_process_is_one_of_our_errors() -> None:
    bad = Process().start().call("call", "nowhere").end().path("start", "call", "end")
    with pytest.raises(EngineError):
        Player(files(bad)).start()


def two_steps() -> Process:
    return Process().start().user("t1", "t2").end().path("start", "t1", "t2", "end")


def parallel() -> Process:
    process = Process().start().parallel("split", "join").user("a", "b", "after").end()
    process.path("start", "split", "a", "join", "after", "end")
    return process.path("split", "b", "join")


def choice(condition: str) -> Process:
    process = Process().start().user("ask", "yes", "no").xor("gate", "otherwise").end()
    process.path("start", "ask", "gate")
    process.flow("gate", "no", flow_id="otherwise")
    process.flow("gate", "yes", condition)
    return process.path("yes", "end").path("no", "end")


def two_starts() -> Process:
    process = Process().start("from_hint", message("hint")).start("from_file", message("file"))
    process.user("by_hint", "by_file").end("e1", "e2")
    return process.path("from_hint", "by_hint", "e1").path("from_file", "by_file", "e2")


def with_lanes() -> Process:
    return two_steps().lanes(lane("outer", "t1", "t2", inner=lane("inner", "t1")))
