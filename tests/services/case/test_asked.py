"""What was asked, without keys, asks another engine the same: the same state after every step."""

import random

import orjson
import pytest

from server.domain.errors import UnknownTask
from server.engine.port import (
    Cancel,
    Command,
    CompleteTask,
    Files,
    Migrate,
    Return,
    Spot,
    Start,
    TimerDue,
)
from server.services.case import asked
from tests.engine.runtime.playing import NOW, Player
from tests.engine.runtime.random_process import make, variables
from tests.factories.bpmn import Process, files, timer


class Twice:
    """A case run live, and once more from its log alone, loaded anew for every step."""

    def __init__(self, drawn: Files) -> None:
        self.live, self.again = Player(drawn, live=True), Player(drawn)

    def run(self, command: Command) -> None:
        self.live.run(command)
        told = asked.of(command, self.live.last.place)
        assert told is not None
        text = orjson.dumps(asked.row(told))
        assert not any(key.encode() in text for key in self.live.work)
        repeated = asked.again(asked.read(orjson.loads(text)), NOW, self._key)
        self.again.run(repeated)
        engine = self.live.engine
        assert engine.essence(self.live.state) == engine.essence(self.again.state)

    def _key(self, place: tuple[Spot, ...]) -> str:
        return self.again.engine.task_at(self.again.files, self.again.state, place)


@pytest.mark.parametrize("first", range(3000, 3050, 10))
def test_random_cases_played_again_say_the_same_after_every_step(first: int) -> None:
    assert sum(_play(seed) for seed in range(first, first + 10)) > 80


def _play(seed: int) -> int:
    chosen = random.Random(seed)
    twice = Twice(make(seed))
    twice.run(Start(variables=variables(seed, chosen.choice((0, 5))), now=NOW))
    live, been = twice.live, [("", "")]
    for step in range(60):
        if live.ended:
            return step
        if live.timers and chosen.random() < 0.15:
            due = chosen.choice(list(live.timers.values()))
            twice.run(TimerDue(task_key=due.task_key, element=due.element, now=NOW))
            continue
        task = chosen.choice(list(live.work.values()))
        if step % 7 == 6:
            scope, target = chosen.choice(been)
            if target and (not scope or any(each.scope == scope for each in live.work.values())):
                twice.run(Return(target=target, variables={}, now=NOW, scope=scope or None))
                continue
        been.append((task.scope or "", task.node_key))
        answer = {"out": step} if task.instance else {f"by_{task.node_key}": step}
        twice.run(CompleteTask(task_key=task.task_key, variables=answer, now=NOW))
    twice.run(Cancel(now=NOW))
    return step


def test_of_two_rounds_of_one_reminder_the_second_is_told_from_the_first() -> None:
    process = Process("main").start().user("a", "hint").end("end", "over")
    process.boundary("every", "a", timer("R3/P1D", "timeCycle"), interrupting=False)
    process.path("start", "a", "end").path("every", "hint", "over")
    twice = Twice(files(process))
    twice.run(Start(variables={}, now=NOW))
    for _round in range(2):
        (due,) = twice.live.timers.values()
        twice.run(TimerDue(task_key=due.task_key, element=due.element, now=NOW, again=True))
    twice.run(complete(twice.live, "hint", 1))
    assert twice.live.last.place == (Spot(element="hint", instance=None, nth=1),)
    twice.run(complete(twice.live, "hint", 0))


def test_a_place_that_nobody_stands_at_is_refused() -> None:
    drawn = files(Process("main").start().user("a").end().path("start", "a", "end"))
    player = Player(drawn).start()
    for element, nth in (("a", 1), ("b", 0)):
        nowhere = (Spot(element=element, instance=None, nth=nth),)
        with pytest.raises(UnknownTask):
            player.engine.task_at(drawn, player.state, nowhere)


def test_a_migration_is_told_by_its_versions() -> None:
    drawn = files(Process("main").start().end().path("start", "end"))
    told = asked.migrated(Migrate(target=drawn, now=NOW, mapping={"a": "b"}), "old", "new")
    assert asked.read(asked.row(told)) == told
    assert told.values == {"source": "old", "target": "new", "mapping": {"a": "b"}}


def complete(player: Player, node: str, nth: int) -> CompleteTask:
    key = [each.task_key for each in player.work.values() if each.node_key == node][nth]
    return CompleteTask(task_key=key, variables={"seen": nth}, now=NOW)
