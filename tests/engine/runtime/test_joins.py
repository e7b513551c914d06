"""Joins fire once per round, in whatever order the branches end, live or reloaded."""

from contextlib import nullcontext
from itertools import permutations

import pytest

from server.domain.errors import EngineError, MergeConflict
from tests.engine.runtime import stock
from tests.engine.runtime.playing import Player, uncompacted
from tests.factories.bpmn import Process, files, message, timer

_BRANCHES = ("ra", "rb", "rc")


@pytest.mark.parametrize("compact", [True, False], ids=["compacted", "whole"])
@pytest.mark.parametrize("live", [True, False], ids=["live", "reloaded"])
def test_every_order_of_branches_in_three_rounds_gives_one_result(
    *, live: bool, compact: bool
) -> None:
    seen = set()
    with nullcontext() if compact else uncompacted():
        for first in permutations(_BRANCHES):
            for second in (_BRANCHES, ("rc", "rb", "ra"), ("rb", "rc", "ra")):
                seen.add(str(_rounds(first, second, first, live=live)))
    assert len(seen) == 1


def test_a_join_waits_for_all_branches_in_the_second_round_too() -> None:
    player = Player(files(review_loop())).start(again=True)
    player.do("prep", "ra", "rb", "rc").do("dec", again=True).do("prep", "rc")
    assert player.open == ["ra", "rb"]
    player.do("ra")
    assert player.open == ["rb"]
    assert player.do("rb").open == ["dec"]


def test_what_one_branch_changed_wins_over_what_others_inherited() -> None:
    player = Player(files(review_loop())).start(x=0, again=False).do("prep")
    player.do("ra", x=1).do("rb", "rc")
    assert player.task("dec").data["x"] == 1


@pytest.mark.parametrize("order", list(permutations(("a", "c", "d"))))
def test_what_was_written_before_an_inner_split_is_no_conflict_of_its_branches(
    order: tuple[str, ...],
) -> None:
    process = Process().start().user("a", "b", "c", "d", "after").end()
    process.parallel("outer", "inner", "join").path("outer", "b", "inner", "c", "join")
    process.path("start", "outer", "a", "join", "after", "end").path("inner", "d", "join")
    player = Player(files(process)).start(x=0).do("b", x=1)
    for step in order:
        player.do(step, **({"x": 2} if step == "c" else {step: True}))
    assert dict(player.task("after").data) == {"x": 2, "a": True, "d": True}


@pytest.mark.parametrize("order", list(permutations(("a", "c", "d"))))
def test_what_was_written_before_an_inner_split_is_older_also_behind_an_inner_join(
    order: tuple[str, ...],
) -> None:
    process = Process().start().user("a", "b", "c", "d", "e", "after").end()
    process.parallel("outer", "inner", "half", "join").path("outer", "b", "inner", "c", "half")
    process.path("start", "outer", "a", "half", "e", "join", "after", "end")
    player = Player(files(process.path("inner", "d", "join"))).start(x=0).do("b", x=1)
    for step in order:
        player.do(step, **({"x": 2} if step == "c" else {step: True}))
    assert dict(player.do("e").task("after").data) == {"x": 2, "a": True, "d": True}


@pytest.mark.parametrize("order", [("a", "c"), ("c", "a")])
def test_a_conflict_is_found_also_behind_an_inner_join(order: tuple[str, ...]) -> None:
    process = Process().start().user("a", "b", "c", "d", "e", "after").end()
    process.parallel("outer", "inner", "half", "join").path("outer", "b", "inner", "c", "half")
    process.path("start", "outer", "a", "half", "e", "join", "after", "end")
    player = Player(files(process.path("inner", "d", "join"))).start(x=0).do("b", x=1)
    player.do("d", x="d")
    for step in order:
        player.do(step, **({"x": "c"} if step == "c" else {}))
    with pytest.raises(MergeConflict) as conflict:
        player.do("e")
    assert {*conflict.value.detail.split(": ")[1].split(", ")} == {"d", "e"}


def test_of_two_tokens_on_one_way_an_inclusive_join_takes_the_one_that_came_first() -> None:
    process = Process().start().user("a", "b", "z", "other", "after").end()
    process.xor("m").xor("choice", "away")
    process.parallel("split", "pair").inclusive("join").path("start", "split", "a", "m", "join")
    process.path("split", "b", "choice").path("split", "z", "pair").path("join", "pair")
    process.flow("choice", "m", 'by = "b"')
    process.flow("choice", "other", flow_id="away")
    process.path("other", "join").path("pair", "after", "end")
    player = Player(files(process)).start(by="").do("a", by="a").do("b", by="b").do("z")
    assert player.task("after").data["by"] == "a"


@pytest.mark.parametrize("first", ["m", "g"])
def test_an_inclusive_join_waits_for_a_token_that_is_still_about_to_choose(first: str) -> None:
    process = Process().start().user("q", "after").end().parallel("s").xor("m")
    process.xor("g", "past").inclusive("join").path("start", "s")
    for target in ("m", "g") if first == "m" else ("g", "m"):
        process.path("s", target)
    process.flow("g", "m", flow_id="past")
    process.flow("g", "q", "v = 1")
    process.path("m", "join", "after", "end").path("q", "join")
    player = Player(files(process)).start(v=1)
    assert player.open == ["q"]
    assert player.do("q").open == ["after"]


@pytest.mark.parametrize("first", ["m", "early"])
def test_of_two_inclusive_joins_that_may_fire_the_one_before_the_other_is_first(
    first: str,
) -> None:
    process = Process().start().user("q", "never", "after").end().parallel("s").xor("m")
    process.xor("g", "past").inclusive("i").inclusive("early")
    process.inclusive("join").path("start", "s")
    for target in ("m", "i") if first == "m" else ("i", "m"):
        process.path("s", target)
    process.flow("i", "early", "v = 1")
    process.flow("i", "never", "v = 2")
    process.path("never", "early", "g").path("m", "join", "after", "end").path("q", "join")
    process.flow("g", "m", flow_id="past")
    process.flow("g", "q", "v = 1")
    player = Player(files(process)).start(v=1)
    assert player.open == ["q"]
    assert player.do("q").open == ["after"]


def test_a_conflict_of_inner_branches_is_found_at_the_outer_join() -> None:
    process = Process().start().user("a", "b", "c", "d", "after").end()
    process.parallel("outer", "inner", "join").path("outer", "b", "inner", "c", "join")
    process.path("start", "outer", "a", "join", "after", "end").path("inner", "d", "join")
    player = Player(files(process)).start(x=0).do("b", x=1).do("c", x=2).do("d", x=3)
    with pytest.raises(MergeConflict) as conflict:
        player.do("a")
    assert conflict.value.detail == "x: c, d"


@pytest.mark.parametrize("order", list(permutations(("a", "c", "d"))))
def test_at_the_end_of_a_subprocess_what_was_inherited_never_wins_over_what_was_written(
    order: tuple[str, ...],
) -> None:
    inner = Process("inner").start("s").user("a", "b", "c", "d").parallel("outer", "split")
    inner.end("e1", "e2", "e3").path("s", "outer", "a", "e1").path("outer", "b", "split", "c", "e2")
    process = Process().start().subprocess("sub", inner.path("split", "d", "e3")).user("after")
    player = Player(files(process.end().path("start", "sub", "after", "end"))).start(x=0)
    player.do("b", x=1)
    for step in order:
        player.do(step, **({"x": 2} if step == "c" else {}))
    assert player.task("after").data["x"] == 2


def test_a_list_is_replaced_and_never_merged() -> None:
    player = Player(files(review_loop())).start(items=[5, 5], again=False).do("prep")
    player.do("ra", items=[7, 7, 7]).do("rb", "rc")
    assert player.task("dec").data["items"] == [7, 7, 7]


def test_a_change_of_type_alone_is_a_change() -> None:
    player = Player(files(review_loop())).start(flag=1, again=False).do("prep")
    player.do("ra", flag=True).do("rb", "rc")
    assert player.task("dec").data["flag"] is True


def test_two_branches_that_write_differently_stop_the_step_and_are_named() -> None:
    player = Player(files(review_loop())).start(again=False).do("prep")
    player.do("ra", y="a").do("rb", y="b")
    with pytest.raises(MergeConflict) as conflict:
        player.do("rc")
    assert conflict.value.element == "join"
    assert conflict.value.detail == "y: ra, rb" or set(conflict.value.detail[3:].split(", ")) == {
        "ra",
        "rb",
    }
    assert player.open == ["rc"]


def test_two_branches_that_write_the_same_agree() -> None:
    player = Player(files(review_loop())).start(again=False).do("prep")
    player.do("ra", y=[1, {"k": 2}]).do("rb", y=[1, {"k": 2}]).do("rc")
    assert player.task("dec").data["y"] == [1, {"k": 2}]


def test_nested_joins_give_one_result_in_every_order() -> None:
    process = Process().start().parallel("s", "s2", "j2", "j").user("a", "b", "c", "dec").end()
    process.path("start", "s", "s2", "a", "j2", "j", "dec", "end")
    process.path("s2", "b", "j2").path("s", "c", "j")
    results = set()
    for order in permutations("abc"):
        player = Player(files(process)).start(v=0)
        for step in order:
            player.do(step, **{step: step})
        results.add(str(sorted(player.task("dec").data.items())))
    assert results == {"[('a', 'a'), ('b', 'b'), ('c', 'c'), ('v', 0)]"}


@pytest.mark.parametrize(("kinds", "opened"), [(0, ["a"]), (1, ["b"]), (2, ["c"]), (3, ["b", "c"])])
def test_an_inclusive_split_takes_every_true_flow_or_the_default(
    kinds: int, opened: list[str]
) -> None:
    player = Player(files(inclusive())).start(kinds=kinds)
    assert player.open == opened
    player.do(*opened)
    assert player.open == ["after"]
    assert player.do("after").ended


def test_an_inclusive_join_waits_only_for_branches_that_were_taken() -> None:
    player = Player(files(inclusive())).start(kinds=3).do("c")
    assert player.open == ["b"]
    assert player.do("b").open == ["after"]


@pytest.mark.parametrize("kind", ["inclusiveGateway", "parallelGateway"])
def test_an_inclusive_join_waits_also_when_the_flow_without_a_step_is_drawn_first(
    kind: str,
) -> None:
    process = Process().start().add(kind, "split").inclusive("join").user("work", "after").end()
    process.path("start", "split").path("work", "join", "after", "end")
    condition = "v = 1" if kind == "inclusiveGateway" else ""
    process.flow("split", "join", condition)
    process.flow("split", "work", condition)
    player = Player(files(process)).start(v=1)
    assert player.open == ["work"]
    assert player.do("work").open == ["after"]
    assert player.do("after").ended


def test_an_inclusive_split_without_a_true_flow_and_default_stops_the_step() -> None:
    process = Process().start().user("ask").inclusive("split").end("e1", "e2")
    process.path("start", "ask", "split")
    process.flow("split", "e1", "v = 1")
    process.flow("split", "e2", "v = 2")
    with pytest.raises(EngineError) as failed:
        Player(files(process)).start(v=3).do("ask")
    assert failed.value.element == "split"


def test_an_exclusive_split_without_a_true_flow_and_default_stops_the_step() -> None:
    process = Process().start().user("ask").xor("split").end("e1", "e2")
    process.path("start", "ask", "split")
    process.flow("split", "e1", "v = 1")
    process.flow("split", "e2", "v = 2")
    with pytest.raises(EngineError) as failed:
        Player(files(process)).start(v=3).do("ask")
    assert failed.value.element == "split"


def test_a_subprocess_ends_when_all_its_tokens_have_and_merges_them() -> None:
    inner = Process("sub").start("s").user("one", "two", "aside").end("e", "e2")
    inner.boundary("soon", "one", timer("P1D"), interrupting=False)
    inner.path("s", "one", "two", "e").path("soon", "aside", "e2")
    process = Process().start().subprocess("sub", inner).user("after").end()
    pack = files(process.path("start", "sub", "after", "end"))
    for order in (("one", "two", "aside"), ("aside", "one", "two"), ("one", "aside", "two")):
        player = Player(pack).start(v=0).due("soon")
        for step in order:
            player.do(step, **{step: step})
        assert dict(player.task("after").data) == {
            "v": 0,
            "one": "one",
            "two": "two",
            "aside": "aside",
        }


def test_at_the_end_of_a_subprocess_the_later_of_two_values_counts() -> None:
    inner = Process("sub").start("s").user("one", "aside").end("e", "e2")
    inner.boundary("soon", "one", timer("R3/P1D", "timeCycle"), interrupting=False)
    inner.path("s", "one", "e").path("soon", "aside", "e2")
    process = Process().start().subprocess("sub", inner).user("after").end()
    player = Player(files(process.path("start", "sub", "after", "end"))).start()
    player.due("soon", again=True).due("soon", again=True).do("one")
    player.do("aside", said="first").do("aside", said="second")
    assert player.task("after").data["said"] == "second"


def test_a_side_branch_that_ended_does_not_make_the_case_grow() -> None:
    process = Process().start().user("first", "aside").xor("m").user("again").xor("g", "out")
    process.end("end", "e2").boundary("soon", "first", timer("P1D"), interrupting=False)
    process.path("start", "first", "m", "again", "g").path("soon", "aside", "e2")
    process.flow("g", "end", flow_id="out")
    process.flow("g", "m", "more = true")
    player = Player(files(process)).start(more=True).due("soon").do("aside", "first")
    sizes = []
    for _round in range(6):
        player.do("again")
        sizes.append(len(player.state))
    assert max(sizes) - min(sizes) < 40
    assert player.do("again", more=False).ended


def test_stock_join_fires_early_in_the_second_round() -> None:
    pack = files(stock_loop())
    early = []
    for first in permutations(_BRANCHES):
        for second in permutations(_BRANCHES):
            workflow = stock.begun(pack)
            for order in (first, second):
                stock.do(workflow, "prep")
                for count, branch in enumerate(order):
                    stock.do(workflow, branch)
                    if stock.ready(workflow, "dec") and count < 2:
                        early.append((first, second))
                        break
                if early and early[-1] == (first, second):
                    break
                stock.do(workflow, "dec", again=True)
    assert early


def test_stock_join_lets_the_last_branch_overwrite_untouched_values() -> None:
    workflow = stock.begun(files(stock_loop()), x=0)
    stock.do(workflow, "prep")
    stock.do(workflow, "ra", x=1)
    stock.do(workflow, "rb", "rc")
    assert stock.ready(workflow, "dec").data["x"] == 0


def test_stock_join_merges_lists_by_index_and_cuts_them() -> None:
    workflow = stock.begun(files(stock_loop()), items=[5, 5])
    stock.do(workflow, "prep")
    stock.do(workflow, "ra", items=[7, 7, 7])
    stock.do(workflow, "rb", "rc")
    assert stock.ready(workflow, "dec").data["items"] != [7, 7, 7]


def test_stock_shares_nested_values_between_a_step_and_the_next() -> None:
    process = Process().start().user("one", "two").end().path("start", "one", "two", "end")
    workflow = stock.begun(files(process), doc={"inner": {"v": 1}})
    stock.do(workflow, "one")
    done = next(t for t in workflow.tasks.values() if t.task_spec.name == "one")
    stock.ready(workflow, "two").data["doc"]["inner"]["v"] = 2
    assert done.data["doc"]["inner"]["v"] == 2
    player = Player(files(process), live=True).start(doc={"inner": {"v": 1}}).do("one")
    player.task("two").data["doc"]["inner"]["v"] = 2
    assert player.last.closed[0].data["doc"]["inner"]["v"] == 1


def test_messages_at_a_join_do_not_count_as_arrivals() -> None:
    process = Process().start().parallel("s", "j").user("a", "after").end()
    process.catch("wait", message("m")).path("start", "s", "a", "j", "after", "end")
    player = Player(files(process.path("s", "wait", "j"), messages=["m"])).start().do("a")
    assert player.open == []
    assert player.deliver("wait", v=1).task("after").data["v"] == 1


def _rounds(*orders: tuple[str, ...], live: bool) -> list[object]:
    player = Player(files(review_loop()), live=live).start(x=0, items=[5, 5], again=True)
    seen: list[object] = []
    for number, order in enumerate(orders, 1):
        player.do("prep", **({"x": 0} if number == 1 else {}))
        for branch in order:
            player.do(branch, **{f"opinion_{branch}": f"{branch}{number}", branch: number})
        seen.append(sorted(player.task("dec").data.items()))
        player.do("dec", again=number < len(orders))
    assert player.ended
    return seen


def review_loop(condition: str = "again = true") -> Process:
    process = Process().start().xor("m").user("prep", *_BRANCHES, "dec").parallel("split", "join")
    process.xor("g", "out").end().path("start", "m", "prep", "split")
    for branch in _BRANCHES:
        process.path("split", branch, "join")
    process.path("join", "dec", "g")
    process.flow("g", "end", flow_id="out")
    process.flow("g", "m", condition)
    return process


def stock_loop() -> Process:
    return review_loop("again")


def inclusive() -> Process:
    process = Process().start().inclusive("split", "none").inclusive("join")
    process.user("a", "b", "c", "after").end().path("start", "split")
    process.flow("split", "a", flow_id="none")
    process.flow("split", "b", "kinds = 1 or kinds = 3")
    process.flow("split", "c", "kinds = 2 or kinds = 3")
    process.path("a", "join", "after", "end")
    return process.path("b", "join").path("c", "join")
