"""Return in every position, compacted or not; and why neither bytes nor a reset would do."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from server.domain.errors import MergeConflict, UnknownTask
from tests.engine.runtime import stock
from tests.engine.runtime.playing import Player, uncompacted
from tests.factories.bpmn import Process, files, timer


def test_back_across_a_choice_to_the_step_before_it() -> None:
    player = Player(files(choice())).start(k=1).do("t1", "x").back("t1")
    assert player.open == ["t1"]
    assert player.finish().visited.count("t1") == 2


def test_back_to_a_branch_of_a_choice() -> None:
    player = Player(files(choice())).start(k=1).do("t1", "x").back("x")
    assert player.open == ["x"]
    player.finish()


def test_the_new_token_has_the_current_variables_and_those_of_the_return() -> None:
    player = Player(files(choice())).start(k=1).do("t1", a=1).do("x", b=2).back("t1", why="again")
    assert dict(player.task("t1").data) == {"k": 1, "a": 1, "b": 2, "why": "again"}
    assert player.last.variables["why"] == "again"


def test_back_inside_a_branch_leaves_the_sibling_alone() -> None:
    player = Player(files(block())).start().do("t1", "a1")
    sibling = player.task("b1").task_key
    player.back("a1")
    assert player.open == ["a1", "b1"]
    assert player.task("b1").task_key == sibling
    assert [each.element for each in player.last.timers_dropped] == ["ba"]
    player.finish()


def test_back_to_the_end_of_a_branch_that_has_arrived() -> None:
    player = Player(files(block())).start().do("t1", "a1", "a2").back("a2")
    assert player.open == ["a2", "b1"]
    assert player.armed == ["ba"]
    player.finish()


def test_back_out_of_a_block_closes_all_branches() -> None:
    player = Player(files(block())).start().do("t1", "a1", "a2").back("t1")
    assert player.open == ["t1"]
    player.do("t1", "a1", "a2")
    assert player.open == ["b1"]
    player.finish()


@pytest.mark.parametrize(
    "order", [("a1", "a2", "b1", "b2"), ("b1", "b2", "a1", "a2")], ids=["first", "last"]
)
def test_back_from_behind_a_join_into_a_branch_that_came(order: tuple[str, ...]) -> None:
    player = Player(files(block())).start().do("t1", *order).back("a2")
    assert player.open == ["a2"]
    assert player.do("a2").open == ["t2"]
    player.finish()


def test_back_from_far_behind_a_join_to_the_begin_of_a_branch() -> None:
    player = Player(files(block())).start().do("t1", "b1", "b2", "a1", "a2", "t2").back("a1")
    assert player.open == ["a1"]
    assert player.do("a1", "a2").open == ["t2"]
    player.finish()


def test_a_second_round_after_a_return_needs_all_branches_again() -> None:
    player = Player(files(block())).start().do("t1", "b1", "b2", "a1", "a2", "t2").back("t1")
    player.do("t1", "a1", "a2")
    assert player.open == ["b1"]
    player.finish()


def test_back_out_of_a_half_done_multi_instance_step() -> None:
    player = Player(files(hearing())).start(organs=list("ABCDE")).do("t1")
    for organ in "ABC":
        player.answer("hear", organ, opinion=organ)
    player.back("t1")
    assert player.open == ["t1"]
    assert [each.instance for each in player.last.closed] == ["D", "E"]
    assert [each.element for each in player.last.timers_dropped] == ["late"]
    assert len(player.do("t1").open) == 5
    player.finish()


def test_a_multi_instance_step_begins_again_with_another_list() -> None:
    player = Player(files(hearing())).start(organs=list("ABC")).do("t1")
    player.answer("hear", "A", opinion=1).back("hear", organs=["D", "E"])
    assert player.open == ["hear:D", "hear:E"]
    for organ in "DE":
        player.answer("hear", organ, opinion=organ)
    assert player.task("t2").data["opinions"] == {"D": "D", "E": "E"}


def test_back_out_of_a_call_inside_it_and_to_it() -> None:
    pack = files(*calling())
    inside = Player(pack).start().do("t1", "s1")
    scope = inside.task("s2").scope
    out = inside.branch().back("t1")
    assert out.open == ["t1"]
    assert out.armed == []
    out.finish()
    again = inside.branch().back("s1", scope)
    assert again.open == ["s1"]
    assert again.task("s1").scope == scope
    again.finish()
    behind = inside.do("s2").back("call")
    assert behind.open == ["s1"]
    assert behind.armed == ["late"]
    behind.back("s1", behind.task("s1").scope).finish()


def test_back_into_a_call_that_is_over_begins_it_again_at_the_target() -> None:
    player = Player(files(*calling())).start().do("t1", "s1", "s2").back("s2", into=("call",))
    assert player.open == ["s2"]
    assert player.armed == ["late"]
    assert player.last.visited == player.last.flows == ()
    assert player.task("s2").scopes == (player.task("s2").scope,)
    player.finish()


def test_back_across_timers_arms_those_of_the_target_and_drops_the_others() -> None:
    player = Player(files(timed())).start().do("t1").back("t1")
    assert player.open == ["t1"]
    assert [each.element for each in player.last.timers_wanted] == ["late1"]
    assert [each.element for each in player.last.timers_dropped] == ["late2"]


def test_back_out_of_a_block_in_which_one_branch_went_round_for_ever() -> None:
    process = Process().start().user("first", "a", "b", "after").end().parallel("split", "join")
    process.xor("merge").xor("again", default="done")
    process.path("start", "first", "split", "a", "join", "after", "end")
    process.path("split", "merge", "b", "again")
    process.flow("again", "join", flow_id="done")
    process.flow("again", "merge", "v = 1")
    player = Player(files(process), live=True).start(v=1).do("first", *["b"] * 350)
    assert player.back("first").open == ["first"]


@pytest.mark.parametrize("last", ["a", "b"])
@pytest.mark.parametrize("fired", [("ra",), ("ra", "rb")])
def test_back_into_a_branch_beside_which_its_reminders_are_still_open(
    last: str, fired: tuple[str, ...]
) -> None:
    process = Process("main").start().parallel("split", "join").user("a", "b", "c", "ha", "hb")
    process.path("start", "split", "a", "join", "c").path("split", "b", "join")
    for event, hint, over in (("ra", "ha", "ea"), ("rb", "hb", "eb")):
        process.boundary(event, "a", timer("P1D"), interrupting=False)
        process.end(over).path(event, hint, over)
    player = Player(files(process.end().path("c", "end"))).start()
    for event in fired:
        player.due(event)
    player.do(*({"a", "b"} - {last}), last)
    assert "c" in player.open
    player.back("a").do("a")
    assert player.open == ["c"]
    player.finish()


def test_the_own_step_can_be_begun_again() -> None:
    player = Player(files(timed())).start().do("t1")
    key = player.task("t2").task_key
    player.back("t2")
    assert player.open == ["t2"]
    assert player.task("t2").task_key != key
    player.finish()


def test_an_unknown_target_and_a_scope_that_ended_are_refused() -> None:
    player = Player(files(*calling())).start().do("t1", "s1")
    scope = player.task("s2").scope
    with pytest.raises(UnknownTask):
        player.back("nowhere")
    player.do("s2")
    with pytest.raises(UnknownTask):
        player.back("s1", scope)


def test_a_return_inside_one_item_of_a_list_keeps_the_item_and_what_is_known_there() -> None:
    inner = Process().start("s").user("ask", "write").end("e").path("s", "ask", "write", "e")
    process = Process().start().each("hear", kind="subProcess", inner="".join(inner.parts))
    process.user("sum").end().path("start", "hear", "sum", "end")
    player = Player(files(process, variables=["organ", "opinion"])).start(organs=["a", "b"])
    player.answer("ask", "a", found=1).back("ask", player.task("write", "a").scope)
    assert player.open == ["ask:a", "ask:b"]
    assert (player.task("ask", "a").data["organ"], player.task("ask", "a").data["found"]) == (
        "a",
        1,
    )
    assert "found" not in player.last.variables


def test_a_case_that_has_ended_can_be_taken_up_again() -> None:
    player = Player(files(timed())).start().finish().back("t2")
    assert player.open == ["t2"]
    assert not player.ended
    player.finish()


def test_live_goes_on_after_a_return_as_reloaded_does() -> None:
    views = []
    for live in (True, False):
        player = Player(files(block()), live=live).start(x=0).do("t1", "a1", "b1").back("a1")
        player.do("a1", "a2", "b2", x=3)
        views.append((player.open, dict(player.task("t2").data), player.flows))
    assert views[0] == views[1]


def test_arrivals_from_before_a_jump_add_nothing_of_what_they_wrote() -> None:
    player = Player(files(block())).start(x=0).do("t1").do("a1", "a2", "b1", "b2", x=1)
    assert player.back("a2").do("a2", x=2).task("t2").data["x"] == 2
    late = Player(files(block())).start(x=0).do("t1", "a1", "a2").do("b1", "b2", x=1)
    late.do("t2", x=2).back("a2").do("a2")
    assert late.task("t2").data["x"] == 2


def test_a_sibling_may_change_again_what_it_wrote_before_the_jump() -> None:
    player = Player(files(block())).start().do("t1").do("b1", view="first").do("a1").back("a1")
    assert player.task("a1").data["view"] == "first"
    player.do("b2", view="second").do("a1", "a2")
    assert player.task("t2").data["view"] == "second"


def test_two_jumps_into_sibling_branches_keep_what_each_changed() -> None:
    player = Player(files(block())).start(x=0).do("t1", "a1", "b1", x=1)
    player.back("a1").back("b1").do("b1", x=5).do("a1", "a2", "b2")
    assert player.task("t2").data["x"] == 5


def test_a_branch_begun_again_alone_may_change_what_the_other_then_carries_along() -> None:
    player = Player(files(block())).start().do("t1", "a1", "a2", "b1").do("b2", view="first")
    player.back("a2").back("b2").do("a2", view="second").do("b2")
    assert player.task("t2").data["view"] == "second"


def test_two_branches_that_change_one_variable_after_a_jump_are_a_conflict() -> None:
    player = Player(files(block())).start().do("t1").do("a1", view="first").back("a1")
    player.do("a1", view="mine").do("b1", view="yours").do("a2")
    with pytest.raises(MergeConflict):
        player.do("b2")


def test_what_a_branch_changed_after_a_jump_wins_behind_a_later_jump_too() -> None:
    player = Player(files(block())).start(x=0).do("t1", "a1", "b1", x=1)
    player.back("a1").do("b2", x=2).back("a1").do("a1", "a2")
    assert player.task("t2").data["x"] == 2


def test_a_jump_inside_a_call_leaves_the_branches_around_it_in_peace() -> None:
    called = Process("called").start("cs").user("s1", "s2").end("ce").path("cs", "s1", "s2", "ce")
    process = Process().start().parallel("s", "j").call("call", "called").user("b1", "b2", "t2")
    process.end().path("start", "s", "call", "j", "t2", "end").path("s", "b1", "b2", "j")
    player = Player(files(process, called)).start().do("s1").do("b1", view="first")
    player.back("s1", player.task("s2").scope).do("b2", view="second").do("s1", "s2", own=1)
    assert dict(player.task("t2").data) == {"view": "second", "own": 1}


def test_stock_reset_behind_a_fired_join_leaves_two_steps_open() -> None:
    workflow = stock.begun(files(block('"P5D"')))
    stock.do(workflow, "t1", "a1", "a2", "b1", "b2")
    target = next(t for t in workflow.tasks.values() if t.task_spec.name == "a1")
    workflow.reset_from_task_id(target.id)
    assert stock.open_names(workflow) == ["a1", "t2"]


def test_stock_reset_takes_the_data_of_the_parent_not_those_of_now() -> None:
    workflow = stock.begun(files(choice("k == 1")), k=1)
    stock.do(workflow, "t1", found="later")
    target = next(t for t in workflow.tasks.values() if t.task_spec.name == "t1")
    workflow.reset_from_task_id(target.id)
    assert "found" not in stock.ready(workflow, "t1").data


def test_stock_reset_leaves_phantom_timers() -> None:
    process = Process().start().user("t1", "t2").end().user("chief").end("e2")
    process.boundary("late", "t2", timer('"P5D"')).path("start", "t1", "t2", "end")
    workflow = stock.begun(files(process.path("late", "chief", "e2")))
    stock.do(workflow, "t1")
    target = next(t for t in workflow.tasks.values() if t.task_spec.name == "t1")
    workflow.reset_from_task_id(target.id)
    assert [event.event_type for event in workflow.waiting_events()]


def test_a_drawn_flow_out_of_a_branch_leaves_the_sibling_token() -> None:
    process = Process().start().xor("m").user("t1", "a1", "b1", "t2").parallel("s", "j").end()
    process.xor("g", "on").path("start", "m", "t1", "s", "a1", "g").path(
        "s", "b1", "j", "t2", "end"
    )
    process.flow("g", "j", flow_id="on")
    process.flow("g", "m", "bad = true")
    player = Player(files(process)).start(bad=False).do("t1").do("a1", bad=True).do("t1", bad=False)
    assert player.open.count("b1") == 2


def block(wish: str = 'deadline("a2")') -> Process:
    process = Process().start().user("t1", "a1", "a2", "b1", "b2", "t2", "t3").end()
    process.parallel("s", "j").path("start", "t1", "s", "a1", "a2", "j", "t2", "t3", "end")
    process.boundary("ba", "a2", timer(wish), interrupting=False).end("eb")
    return process.path("s", "b1", "b2", "j").path("ba", "eb")


def choice(condition: str = "k = 1") -> Process:
    process = Process().start().user("t1", "x", "y", "t2").xor("g", "otherwise").xor("m").end()
    process.path("start", "t1", "g")
    process.flow("g", "y", flow_id="otherwise")
    process.flow("g", "x", condition)
    return process.path("x", "m", "t2", "end").path("y", "m")


def hearing() -> Process:
    process = Process().start().user("t1", "t2").each("hear").end("end", "e2")
    process.boundary("late", "hear", timer('deadline("hear")'))
    return process.path("start", "t1", "hear", "t2", "end").path("late", "e2")


def calling() -> tuple[Process, Process]:
    called = Process("called").start("cs").user("s1", "s2").end("ce").path("cs", "s1", "s2", "ce")
    process = Process().start().user("t1", "t2").call("call", "called").end("end", "e2")
    process.boundary("late", "call", timer('deadline("call")'))
    return process.path("start", "t1", "call", "t2", "end").path("late", "e2"), called


def timed() -> Process:
    process = Process().start().user("t1", "t2", "t3").end("end", "e1", "e2")
    process.boundary("late1", "t1", timer('deadline("d1")')).path("late1", "e1")
    process.boundary("late2", "t2", timer('deadline("d2")')).path("late2", "e2")
    return process.path("start", "t1", "t2", "t3", "end")


@pytest.fixture(params=["compacted", "whole"], autouse=True)
def _compaction(request: pytest.FixtureRequest) -> Iterator[None]:
    with nullcontext() if request.param == "compacted" else uncompacted():
        yield
