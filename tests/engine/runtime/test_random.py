"""Random processes: live equals reloaded, compacted equals whole; returns never break a case."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from operator import methodcaller

import pytest

from server.domain.expressions import Json
from server.engine.port import CompleteTask, OpenTask
from tests.engine.runtime.playing import NOW, Player, uncompacted
from tests.engine.runtime.random_process import make, variables

_FEW = [(0, 12), (12, 24)]
_MANY = [(start, start + 50) for start in range(24, 424, 50)]


@pytest.mark.parametrize(("first", "last"), _FEW)
def test_live_reloaded_compacted_and_whole_agree_after_every_step(first: int, last: int) -> None:
    assert sum(_four_ways(seed) for seed in range(first, last)) > 50


@pytest.mark.slow
@pytest.mark.parametrize(("first", "last"), _MANY)
def test_many_processes_agree_in_all_four_ways(first: int, last: int) -> None:
    assert sum(_four_ways(seed) for seed in range(first, last)) > 200


@pytest.mark.parametrize("compact", [True, False], ids=["compacted", "whole"])
@pytest.mark.parametrize(("first", "last"), [(0, 40)])
def test_after_random_returns_every_case_ends_and_nothing_is_open_twice(
    first: int, last: int, *, compact: bool
) -> None:
    with nullcontext() if compact else uncompacted():
        assert sum(_with_returns(seed) for seed in range(first, last)) > 30


@pytest.mark.slow
@pytest.mark.parametrize(("first", "last"), [(start, start + 100) for start in range(40, 640, 100)])
def test_many_random_returns_break_no_case(first: int, last: int) -> None:
    assert sum(_with_returns(seed) for seed in range(first, last)) > 80


def test_four_threads_on_shared_specs_give_what_one_gives() -> None:
    packs = [(seed, make(seed)) for seed in range(6)]
    engine_of = Player(packs[0][1]).engine
    jobs = [(number, seed) for number in range(4) for seed, _pack in packs]
    expected = {job: _trace(*job) for job in jobs}
    found: dict[tuple[int, int], list[Json]] = {}
    queue = iter(jobs)
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                job = next(queue, None)
            if job is None:
                return
            number, seed = job
            player = Player(dict(packs)[seed])
            player.engine = engine_of
            found[job] = _trace(number, seed, player)

    threads = [threading.Thread(target=work) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def _four_ways(seed: int) -> int:
    pack = make(seed)
    chosen = random.Random(seed + 1)
    players = [(Player(pack, live=live), whole) for live in (True, False) for whole in (0, 1)]
    rounds: Counter[str] = Counter()

    def each(act: Callable[[Player], object]) -> None:
        for player, whole in players:
            with uncompacted() if whole else nullcontext():
                act(player)

    each(lambda player: player.start(**variables(seed, 0)))
    for step in range(200):
        views = [_view(player) for player, _whole in players]
        assert all(view == views[0] for view in views), f"seed {seed}, step {step}"
        first = players[0][0]
        if first.ended:
            return step
        assert first.work, f"seed {seed}: nothing is open after {step} steps"
        armed = [each for each in first.armed if first.armed.count(each) == 1]
        if armed and chosen.random() < 0.15:
            each(methodcaller("due", chosen.choice(armed)))
            continue
        label = chosen.choice(sorted(map(_label, first.work.values())))
        rounds[label[0]] += 1
        answer = _answer(label[0], step, rounds[label[0]])
        each(partial(_do, label=label, answer=answer))
    raise AssertionError(f"seed {seed} does not end")


def _with_returns(seed: int) -> int:
    chosen = random.Random(seed + 7)
    player = Player(make(seed)).start(**variables(seed, 5))
    history: list[tuple[str | None, str]] = []
    returns = 0
    for step in range(300):
        if player.ended:
            return returns
        assert player.work, f"seed {seed}: nothing is open after {returns} returns"
        if history and returns < 4 and chosen.random() < 0.25:
            scope, target = chosen.choice(history)
            if scope is None or any(task.scope == scope for task in player.work.values()):
                player.back(target, scope)
                returns += 1
                _check_return(player, target, seed)
                continue
        if player.armed and chosen.random() < 0.1:
            player.due(chosen.choice(player.armed))
            continue
        task = chosen.choice(sorted(player.work.values(), key=lambda it: _label(it)[:2]))
        history.append((task.scope, task.node_key))
        answer = {"out": step} if task.node_key.startswith("mi") else {f"by_{task.node_key}": step}
        player.run(CompleteTask(task_key=task.task_key, variables=answer, now=NOW))
    raise AssertionError(f"seed {seed} does not end")


def _check_return(player: Player, target: str, seed: int) -> None:
    assert any(task.node_key == target for task in player.work.values()), f"seed {seed}: {target}"
    plain = [task for task in player.work.values() if task.instance is None]
    counts = Counter((task.node_key, task.scope) for task in plain)
    assert max(counts.values(), default=1) == 1, f"seed {seed}: {counts}"


def _trace(number: int, seed: int, player: Player | None = None) -> list[Json]:
    chosen = random.Random(seed + number)
    player = player or Player(make(seed))
    player.start(**{**variables(seed, 0), "tag": number})
    rounds: Counter[str] = Counter()
    seen: list[Json] = []
    for step in range(40):
        if player.ended:
            break
        assert all(task.data["tag"] == number for task in player.work.values())
        label = chosen.choice(sorted(map(_label, player.work.values())))
        rounds[label[0]] += 1
        _do(player, label, _answer(label[0], step, rounds[label[0]]))
        seen.append([label, sorted(player.last.variables.items())])
    return seen


_Label = tuple[str, str, str]


def _label(task: OpenTask) -> _Label:
    return task.node_key, task.instance or "", str(sorted(task.data.items()))


def _answer(node: str, step: int, rounds: int) -> dict[str, Json]:
    if node.startswith("mi"):
        return {"out": {"n": [step]}}
    return {f"by_{node}": step, f"rounds_{node}": rounds}


def _do(player: Player, label: _Label, answer: dict[str, Json]) -> None:
    task = next(each for each in player.work.values() if _label(each) == label)
    player.run(CompleteTask(task_key=task.task_key, variables=answer, now=NOW))


def _view(player: Player) -> Json:
    last = player.last
    return [
        sorted(map(_label, player.work.values())),
        player.armed,
        list(last.visited),
        sorted(last.flows),
        last.ended,
        sorted(last.variables.items()),
    ]
