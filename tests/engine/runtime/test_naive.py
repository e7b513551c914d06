"""The engine and the plain interpreter of ``naive`` do the same with random processes."""

import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

import pytest

from server.domain.errors import EngineError
from server.domain.expressions import Json
from server.engine.definitions import Gated
from server.engine.port import CompleteTask, Deliver, TimerDue
from server.engine.runtime import steps
from tests.engine.runtime.loose_drawing import loosened
from tests.engine.runtime.naive import MOST_MOVES, Naive, Node, Stuck, Work, canonical, plain
from tests.engine.runtime.playing import NOW, Player
from tests.engine.runtime.wild_process import variables, wild
from tests.factories.diagnosis import gated

#: random processes of ``make soak``, in parts that two workers share, and seconds for each part
_SOAK: Final = 50_000
_PARTS: Final = 10
_SECONDS: Final = 1_200.0
#: each reduced to a drawing in test_joins: writes before an inner fork; which of two tokens on one
#: way comes first; inclusive joins that fired before a choice was made
_ONCE: Final = (27765, 8540, 31990, 47678, 39322, 13274, 18136, 24080, 42475)


@pytest.mark.parametrize("bends", [0, 2], ids=["sound", "bent"])
def test_the_engine_moves_tokens_as_bpmn_says(bends: int) -> None:
    assert sum(Match(seed, bends).play() for seed in range(25)) > 150


def test_the_gate_writes_out_what_bpmn_leaves_implicit() -> None:
    assert sum(Match(seed, 0, loose=True).play() for seed in range(20)) > 100


@pytest.mark.parametrize("seed", _ONCE)
def test_processes_in_which_the_two_once_differed_agree(seed: int) -> None:
    assert Match(seed, seed % 3, loose=seed % 4 == 0).play() > 2


@pytest.mark.slow
@pytest.mark.parametrize("part", range(_PARTS))
def test_the_engine_moves_tokens_as_bpmn_says_in_many_processes(part: int) -> None:
    soak = "RONGCUO_SOAK" in os.environ
    count = (_SOAK if soak else 1_000) // _PARTS
    until = time.monotonic() + _SECONDS
    first = 1_000 + part * count
    for seed in range(first, first + count):
        Match(seed, seed % 3, loose=seed % 4 == 0).play()
        if time.monotonic() > until:
            break


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What never rests is known to both after a while."""
    monkeypatch.setattr(steps, "MAX_STEPS", MOST_MOVES)


class Match:
    """One case in both, kept in step."""

    def __init__(self, seed: int, bends: int, *, loose: bool = False) -> None:
        self.name = f"seed {seed}, {bends} bends, loose: {loose}"
        self.files = wild(seed, bends=bends)
        drawn = loosened(self.files.diagrams, seed) if loose else self.files.diagrams
        if loose:
            passed = gated(drawn)
            self.files = replace(self.files, diagrams=normalised(passed))
        self.random = random.Random(seed + 1)
        self.engine = Player(self.files, live=seed % 2 == 0)
        self.naive = Naive(drawn, self.files.process)
        #: what the drawing names; the gate adds gateways, events and flows of its own
        self.drawn = {*re.findall(r' id="(\w+)"', str(drawn))}
        self.log: list[str] = []
        self.sent: Counter[str] = Counter()
        self.before: tuple[Naive, bytes, list[str], list[str], Counter[str]] | None = None

    def play(self, most: int = 40) -> int:
        """Start and go on at random until nothing can be done; the number of steps."""
        given = variables(self.random.randrange(1000), self.files)
        self.both("start", lambda it: it.start(given), lambda: self.engine.start(**given))
        if self.engine.state:
            while len(self.log) < most and self.act():
                pass
        return len(self.log)

    def act(self) -> bool:
        """One random step; false when there is none that is the same in both for sure."""
        if self.before is not None and self.random.random() < 0.1:
            self.withdraw()
            return True
        works = [(work, None) for work in alone(self.naive.open_work(), work_label)]
        pairs = [*self.naive.events("message"), *self.naive.events("timer")]
        events = alone(pairs, lambda pair: pair[1].id)
        if not works and not events:
            return False
        few: list[Any] = works if works and self.random.random() < 0.7 else events or works
        self.one(*self.random.choice(few))
        return True

    def one(self, work: Work, event: Node | None) -> None:
        """Complete a work, or let an event happen."""
        number = len(self.log)
        if event is None:
            answers = self.answers(work, number)
            label = work_label(work)
            [task] = [
                each
                for each in self.engine.work.values()
                if (each.node_key, each.instance, dumped(each.data)) == label
            ]
            command = CompleteTask(task_key=task.task_key, variables=answers, now=NOW)
            self.both(
                f"complete {work.node.id} {work.key or ''} {answers}",
                lambda it: it.complete(found(it, work), answers),
                lambda: self.engine.run(command),
            )
            return
        again = event in work.borders and not event.interrupting and self.random.random() < 0.5
        if event.event == "timer":
            [timer] = [each for each in self.engine.timers.values() if each.element == event.id]
            due = TimerDue(task_key=timer.task_key, element=event.id, now=NOW, again=again)
            self.both(
                f"due {event.id} again={again}",
                lambda it: it.happen(found(it, work), event, {}, again=again),
                lambda: self.engine.run(due),
            )
            return
        payload: dict[str, Json] = {f"told_{event.id}": number}
        waits = self.engine.subscriptions.values()
        [wait] = [each for each in waits if each.element == event.id]
        deliver = Deliver(task_key=wait.task_key, element=event.id, payload=payload, now=NOW)
        self.both(
            f"deliver {event.id}",
            lambda it: it.happen(found(it, work), event, payload, again=False),
            lambda: self.engine.run(deliver),
        )

    def answers(self, work: Work, number: int) -> dict[str, Json]:
        """Values that no other step writes, but for ``num`` now and then."""
        node = work.node.id
        answers: dict[str, Json] = {f"by_{node}": number, f"done_{node}": number + 1}
        rounds = work.came.get(f"rounds_{node}")
        if rounds is not None:
            answers[f"rounds_{node}"] = rounds.value + 1
        if work.key is not None:
            answers["out"] = {"n": [number]}
        if self.random.random() < 0.2:
            answers["num"] = 6 * number + 6 + self.random.randint(0, 5)
        return answers

    def withdraw(self) -> None:
        """Back to the step before."""
        assert self.before is not None
        self.log.append("withdraw")
        engine = self.engine
        self.naive, earlier, visited, flows, self.sent = self.before
        self.before = None
        engine.apply(engine.engine.restore(self.files, engine.state, earlier))
        engine.visited, engine.flows = visited, flows
        self.compare()

    def both(self, step: str, slow: Callable[[Naive], object], quick: Callable[[], object]) -> None:
        """Do it in both; what one refuses the other must refuse."""
        self.log.append(step)
        engine = self.engine
        kept = (self.naive, engine.state, [*engine.visited], [*engine.flows], Counter(self.sent))
        stuck, refused = "", None
        tried = deepcopy(self.naive)
        try:
            slow(tried)
        except Stuck as why:
            stuck = f"{why}"
        try:
            quick()
        except EngineError as why:
            refused = why
        said = refused and f"{refused.message} {refused.detail}"
        assert bool(stuck) == bool(said), f"{self.told()}\nplain: {stuck}\nengine: {said}"
        if not stuck:
            self.naive = tried
            self.before = kept if kept[1] else None
            self.sent.update(each.message for each in engine.last.messages)
            self.compare()

    def compare(self) -> None:
        """Everything that can be seen of both."""
        slow, engine = self.naive, self.engine
        pairs = {
            "work": (
                Counter(map(work_label, slow.open_work())),
                Counter(
                    (each.node_key, each.instance, dumped(each.data))
                    for each in engine.work.values()
                ),
            ),
            "timers": (
                Counter(event.id for _work, event in slow.events("timer")),
                Counter(each.element for each in engine.timers.values()),
            ),
            "messages": (
                Counter(event.id for _work, event in slow.events("message")),
                Counter(each.element for each in engine.subscriptions.values()),
            ),
            "sent": (slow.messages, self.sent),
            "visited": (slow.visited, self.known(engine.visited)),
            "flows": (self.known(slow.flows.elements()), self.known(engine.flows)),
            "table": (slow.table, dict(engine.last.variables)),
            "ended": (slow.case.over, engine.ended),
        }
        for name, (one, other) in pairs.items():
            assert one == other, f"{self.told()}\n{name}\n{differs(one, other)}"

    def known(self, elements: Iterable[str]) -> Counter[str]:
        return Counter(each for each in elements if each in self.drawn)

    def told(self) -> str:
        return "\n".join([self.name, *self.log])


def alone(found: Any, label: Callable[[Any], object]) -> list[Any]:
    """Those that no other looks like."""
    found = list(found)
    counts = Counter(map(label, found))
    return [each for each in found if counts[label(each)] == 1]


def work_label(work: Work) -> tuple[str, str | None, str]:
    return work.node.id, Naive.item(work), dumped(plain(work.came))


def normalised(passed: Mapping[str, Gated]) -> dict[str, bytes]:
    diagrams = {}
    for name, each in passed.items():
        assert each.normalised is not None, each.findings
        diagrams[name] = each.normalised
    return diagrams


def found(naive: Naive, work: Work) -> Work:
    """The same work in a copy of the case."""
    return next(each for each in naive.works() if each.number == work.number)


def dumped(data: Any) -> str:
    return canonical(data).decode()


def differs(one: Any, other: Any) -> str:
    if isinstance(one, Counter):
        return f"plain only: {dict(one - other)}\nengine only: {dict(other - one)}"
    return f"plain: {one}\nengine: {other}"
