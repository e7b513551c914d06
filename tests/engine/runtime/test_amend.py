"""Amend: a variable has another value for every token, and joins agree on it afterwards."""

import random
from contextlib import nullcontext

import pytest

from server.domain.errors import Invalid, MergeConflict
from server.domain.expressions import Json
from server.engine.port import Amend, CompleteTask, OpenTask
from tests.engine.runtime.playing import NOW, Player, uncompacted
from tests.engine.runtime.random_process import make, variables
from tests.factories.bpmn import Process, files


def test_every_branch_has_the_value_and_what_waits_goes_on_waiting() -> None:
    player = Player(files(block())).start(k=1).do("t1")
    keys = sorted(player.work)
    amend(player, k=2)
    assert (player.last.opened, player.last.closed, sorted(player.work)) == ((), (), keys)
    assert player.last.variables["k"] == 2
    assert player.do("a1", "b1").open == ["t2"]
    assert player.task("t2").data["k"] == 2
    player.finish()


def test_what_two_branches_wrote_differently_is_settled_before_they_meet() -> None:
    player = Player(files(block())).start(k=1).do("t1").do("a1", k=5)
    with pytest.raises(MergeConflict):
        player.branch().do("b1", k=6)
    amend(player, k=7)
    assert player.do("b1").task("t2").data["k"] == 7


def test_what_a_branch_changes_afterwards_is_newer() -> None:
    player = Player(files(block())).start(k=1).do("t1").do("a1", k=5)
    amend(player, k=7)
    assert player.do("b1", k=8).task("t2").data["k"] == 8


def test_a_condition_behind_goes_by_the_new_value() -> None:
    process = Process().start().user("t1", "x", "y").xor("g", "other").end("e1", "e2")
    process.path("start", "t1", "g")
    process.flow("g", "y", flow_id="other")
    process.flow("g", "x", "k = 1")
    process.path("x", "e1").path("y", "e2")
    player = Player(files(process)).start(k=0)
    amend(player, k=1)
    assert player.do("t1").open == ["x"]


def test_inside_a_call_and_in_items_it_is_known_too() -> None:
    called = Process("called").start("cs").user("s1", "s2").end("ce").path("cs", "s1", "s2", "ce")
    process = Process().start().user("t2").call("call", "called").each("hear").end()
    process.path("start", "call", "hear", "t2", "end")
    player = Player(files(process, called)).start(k=1, organs=["A", "B"]).do("s1")
    amend(player, k=2)
    assert player.do("s2").task("hear", "A").data["k"] == 2
    amend(player, k=3)
    player.answer("hear", "A", opinion=1).answer("hear", "B", opinion=2)
    assert player.task("t2").data["k"] == 3


def test_what_is_no_plain_data_is_refused() -> None:
    player = Player(files(block())).start(k=1)
    with pytest.raises(Invalid):
        amend(player, k=object())


@pytest.mark.parametrize(("first", "last"), [(0, 16), (16, 32)])
def test_live_and_reloaded_compacted_and_whole_agree_whatever_is_amended(
    first: int, last: int
) -> None:
    assert sum(_both_ways(seed) for seed in range(first, last)) > 30


def _both_ways(seed: int) -> int:
    """How often something was amended until the case ended."""
    pack, chosen, amended = make(seed), random.Random(seed + 3), 0
    players = [(Player(pack, live=live), whole) for live in (True, False) for whole in (0, 1)]
    for player, whole in players:
        with uncompacted() if whole else nullcontext():
            player.start(**variables(seed, 5))
    for step in range(200):
        views = [_view(player) for player, _whole in players]
        assert all(view == views[0] for view in views), f"seed {seed}, step {step}"
        if players[0][0].ended:
            return amended
        values: dict[str, Json] = {}
        if chosen.random() < 0.4:
            values = {chosen.choice(("num", "tag", f"by_u{chosen.randint(1, 9)}")): step}
            amended += 1
        label = chosen.choice(sorted(map(_label, players[0][0].work.values())))
        for player, whole in players:
            with uncompacted() if whole else nullcontext():
                if values:
                    amend(player, **values)
                    _check(player, values)
                else:
                    _do(player, label, step)
    raise AssertionError(f"seed {seed} does not end")


def _check(player: Player, values: dict[str, Json]) -> None:
    assert values.items() <= player.last.variables.items()


def _do(player: Player, label: tuple[str, str, str], step: int) -> None:
    task = next(each for each in player.work.values() if _label(each) == label)
    answer = {"out": step} if task.node_key.startswith("mi") else {f"by_{task.node_key}": step}
    player.run(CompleteTask(task_key=task.task_key, variables=answer, now=NOW))


def _label(task: OpenTask) -> tuple[str, str, str]:
    return task.node_key, task.instance or "", str(sorted(task.data.items()))


def _view(player: Player) -> Json:
    last = player.last
    opened = sorted(map(_label, player.work.values()))
    return [opened, player.armed, last.ended, sorted(last.variables.items())]


def amend(player: Player, **values: Json) -> None:
    player.run(Amend(variables=values, now=NOW))


def block() -> Process:
    process = Process().start().user("t1", "a1", "b1", "t2").end()
    process.parallel("s", "j").path("start", "t1", "s", "a1", "j", "t2", "end")
    return process.path("s", "b1", "j")
