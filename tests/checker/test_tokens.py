"""The token game: what can go wrong in the order of things, with a shortest way to it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from server.checker import rules_tokens
from server.checker.tokens import Board, play
from server.domain.findings import Finding
from server.domain.notes import Notes
from server.engine.definitions import gate
from server.engine.graph import ProcessGraph
from tests.factories.bpmn import TERMINATE, Process, document, message, timer


def test_a_sound_block_of_parallel_work_has_one_end_and_no_trouble() -> None:
    process = Process().start().parallel("fork", "join").user("a", "b").end()
    process.path("start", "fork").path("fork", "a", "join", "end").path("fork", "b", "join")
    game = play(Board(graph_of(process), "main"))
    assert (game.stuck, game.doubled, len(game.final), game.endless()) == ([], [], 1, [])


def test_a_choice_into_a_parallel_join_is_a_deadlock_told_by_its_shortest_way() -> None:
    process = Process().start().user("before").xor("x", default="d").user("a", "b")
    process.parallel("join").end().path("start", "before", "x")
    process.flow("x", "a", "c = 1")
    process.flow("x", "b", flow_id="d")
    process.path("a", "join", "end").path("b", "join")
    [found] = findings(process)
    assert (found.code, found.element) == ("DEADLOCK", "join")
    assert found.message.endswith("：before→a") or found.message.endswith("：before→b")


def test_a_merge_of_parallel_branches_opens_the_next_step_twice() -> None:
    process = Process().start().parallel("fork").user("a", "b", "c").xor("merge").end()
    process.path("start", "fork").path("fork", "a", "merge", "c", "end").path("fork", "b", "merge")
    assert "TOKENS_DOUBLED" in {found.code for found in findings(process)}


def test_a_flow_back_out_of_a_block_leaves_the_other_branch_open() -> None:
    process = Process().start().xor("merge").parallel("fork", "join").user("a", "b")
    process.xor("x", default="on").end().path("start", "merge", "fork").path("fork", "a", "x")
    process.flow("x", "merge", "again = true")
    process.flow("x", "join", flow_id="on")
    process.path("fork", "b", "join", "end")
    assert "BLOCK_LEFT_BACKWARD" in {found.code for found in findings(process)}


def test_a_loop_inside_a_branch_stays_inside_it() -> None:
    process = Process().start().parallel("fork", "join").user("a", "b").xor("x", default="on")
    process.end().path("start", "fork").path("fork", "a", "x")
    process.flow("x", "a", "again = true")
    process.flow("x", "join", flow_id="on")
    process.path("fork", "b", "join", "end")
    assert findings(process) == []


def test_an_inclusive_join_waits_only_for_what_may_still_come() -> None:
    process = Process().start().inclusive("fork", default="d").inclusive("join").user("a", "b", "c")
    process.end().path("start", "fork")
    process.flow("fork", "a", "x = 1")
    process.flow("fork", "b", "y = 1")
    process.flow("fork", "c", flow_id="d")
    process.path("a", "join", "end").path("b", "join").path("c", "join")
    assert findings(process) == []


def test_a_terminate_end_takes_the_other_branch_with_it() -> None:
    process = Process().start().parallel("fork").user("a", "b").end(inner=TERMINATE).end("end2")
    process.path("start", "fork").path("fork", "a", "end").path("fork", "b", "end2")
    assert findings(process) == []


def test_a_reminder_beside_the_work_is_no_second_token() -> None:
    process = Process().start().user("work", "nudge").end().end("end2")
    process.boundary("late", "work", timer("PT10M"), interrupting=False)
    process.path("start", "work", "end").path("late", "nudge", "end2")
    assert findings(process) == []


def test_a_reminder_that_runs_back_into_the_work_opens_it_twice() -> None:
    process = Process().start().user("work").end()
    process.boundary("late", "work", timer("PT10M"), interrupting=False)
    process.path("start", "work", "end").path("late", "work")
    assert "TOKENS_DOUBLED" in {found.code for found in findings(process)}


def test_an_interrupting_time_out_takes_the_place_of_the_work() -> None:
    process = Process().start().user("work", "hurry").xor("merge").end()
    process.boundary("late", "work", timer("PT10M"))
    process.path("start", "work", "merge", "end").path("late", "hurry", "merge")
    assert findings(process) == []


def test_an_event_gateway_takes_one_of_its_ways() -> None:
    process = Process().start().first_event("which").catch("reply", message("m"))
    process.catch("late", timer("PT10M")).user("after").end()
    process.path("start", "which", "reply", "after", "end").path("which", "late", "after")
    assert findings(process, messages=["m"]) == []


def test_two_steps_that_only_hand_to_each_other_never_end() -> None:
    process = Process().start().user("a", "b").xor("x", default="d").end()
    process.path("start", "a").path("a", "b", "a")
    process.path("x", "end")
    assert "CYCLE_NO_EXIT" in {found.code for found in findings(process)}


def test_a_node_behind_a_join_that_never_fires_is_named() -> None:
    process = Process().start().user("a", "island").end().path("start", "a", "end")
    process.path("island", "end")
    assert "NODE_NEVER_FIRED" in {found.code for found in findings(process)}


def test_a_subprocess_is_played_by_itself() -> None:
    part = Process("part").start("s2").xor("x2", default="d2").user("a2", "b2").parallel("j2")
    part.end("e2").path("s2", "x2")
    part.flow("x2", "a2", "c = 1")
    part.flow("x2", "b2", flow_id="d2")
    part.path("a2", "j2", "e2").path("b2", "j2")
    process = Process().start().subprocess("part", part).end().path("start", "part", "end")
    assert [found.element for found in findings(process)] == ["j2"]


def test_every_way_of_a_procedure_records_an_outcome() -> None:
    process = Process().start().xor("x", default="d").user("a", "b").end("none")
    process.add("endEvent", "recorded", **{"rongcuo:outcome": "refused"}).path("start", "x")
    process.flow("x", "a", "c = 1")
    process.flow("x", "b", flow_id="d")
    process.path("a", "recorded").path("b", "none")
    [found] = findings(process, procedures=("main",))
    assert (found.code, found.element) == ("OUTCOME_MISSING", "none")


def test_too_many_orders_are_said_to_be_too_many() -> None:
    branches = [[f"s{branch}_{step}" for step in range(6)] for branch in range(6)]
    process = Process().start().parallel("fork", "join").end().path("start", "fork")
    for branch in branches:
        process.user(*branch).path("fork", *branch, "join")
    process.path("join", "end")
    assert [found.code for found in findings(process)] == ["TOKENS_NOT_EXHAUSTIVE"]


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_blocks_drawn_in_blocks_are_always_sound(data: st.DataObject) -> None:
    process = Process().start("s").end("e")
    counter = iter(range(1_000))

    def block(depth: int) -> tuple[str, str]:
        """First and last node of a piece that takes one token and gives one."""
        number = next(counter)
        kind = data.draw(st.sampled_from(["task", "xor", "and", "or", "loop"]))
        if depth == 0 or kind == "task":
            process.user(f"t{number}")
            return f"t{number}", f"t{number}"
        if kind == "loop":
            first, last = block(depth - 1)
            process.xor(f"m{number}").xor(f"l{number}", default=f"on{number}")
            process.user(f"r{number}").user(f"n{number}")
            process.path(f"m{number}", first).path(last, f"l{number}")
            process.flow(f"l{number}", f"r{number}", "again = true")
            process.path(f"r{number}", f"m{number}")
            process.flow(f"l{number}", f"n{number}", flow_id=f"on{number}")
            return f"m{number}", f"n{number}"
        split, join = f"x{number}", f"y{number}"
        if kind == "and":
            process.parallel(split, join)
        elif kind == "xor":
            process.xor(split, default=f"d{number}").xor(join)
        else:
            process.inclusive(split, default=f"d{number}").inclusive(join)
        for way in range(2):
            first, last = block(depth - 1)
            default = way == 0 and kind != "and"
            process.flow(
                split,
                first,
                "" if default or kind == "and" else f"v = {way}",
                flow_id=f"d{number}" if default else "",
            )
            process.path(last, join)
        return split, join

    first, last = block(3)
    process.path("s", first).path(last, "e")
    game = play(Board(graph_of(process), "main"))
    assert game.stuck == []
    assert game.doubled == []
    if game.exhaustive:
        assert game.endless() == []
        assert game.fired | {"s"} == {node.id for node in graph_of(process).nodes}


def graph_of(process: Process, messages: tuple[str, ...] | list[str] = ()) -> ProcessGraph:
    graph = gate("main.bpmn", document(process, messages=messages)).graph
    assert graph is not None
    return graph


def findings(
    process: Process, *, procedures: tuple[str, ...] = (), messages: list[str] | None = None
) -> list[Finding]:
    notes = Notes("main.bpmn")
    rules_tokens.check(graph_of(process, messages or []), procedures, notes)
    return notes.found
