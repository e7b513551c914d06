"""Plays one case through the engine, keeping the books that services keep: what is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest import mock

from server.domain.expressions import Json
from server.engine.feel import Feel
from server.engine.port import (
    Advance,
    Cancel,
    Command,
    CompleteTask,
    Deliver,
    Files,
    OpenTask,
    Return,
    Start,
    Subscription,
    TimerDue,
    TimerWanted,
)
from server.engine.runtime.spiff import SpiffEngine

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
FEEL = Feel()


class Player:
    """A case and its books: every difference the engine reports must fit what was known."""

    def __init__(self, files: Files, *, live: bool = False) -> None:
        self.files = files
        self.engine = SpiffEngine(FEEL, live_size=8 if live else 0)
        self.version = 0
        self.state: bytes = b""
        self.last = Advance(state=b"")
        self.work: dict[str, OpenTask] = {}
        self.timers: dict[tuple[str, str], TimerWanted] = {}
        self.subscriptions: dict[tuple[str, str], Subscription] = {}
        self.visited: list[str] = []
        self.flows: list[str] = []

    def start(self, message: str | None = None, **variables: Json) -> "Player":
        return self.run(Start(variables=variables, now=NOW, message=message))

    def do(self, *nodes: str, **variables: Json) -> "Player":
        """Complete the open task of each node in turn."""
        for node in nodes:
            self.run(CompleteTask(task_key=self.task(node).task_key, variables=variables, now=NOW))
        return self

    def answer(self, node: str, instance: str, **variables: Json) -> "Player":
        """Complete the instance of one item."""
        key = self.task(node, instance).task_key
        return self.run(CompleteTask(task_key=key, variables=variables, now=NOW))

    def due(self, element: str, *, again: bool = False) -> "Player":
        timer = next(each for each in self.timers.values() if each.element == element)
        return self.run(TimerDue(task_key=timer.task_key, element=element, now=NOW, again=again))

    def deliver(self, element: str, **payload: Json) -> "Player":
        found = next(each for each in self.subscriptions.values() if each.element == element)
        return self.run(Deliver(task_key=found.task_key, element=element, payload=payload, now=NOW))

    def back(
        self,
        target: str,
        scope: str | None = None,
        *,
        into: tuple[str, ...] = (),
        **variables: Json,
    ) -> "Player":
        command = Return(target=target, variables=variables, now=NOW, scope=scope, into=into)
        return self.run(command)

    def cancel(self) -> "Player":
        return self.run(Cancel(now=NOW))

    def run(self, command: Command) -> "Player":
        state = None if isinstance(command, Start) else self.state
        return self.apply(self.engine.advance(self.files, state, command))

    def apply(self, advance: Advance) -> "Player":
        """Book what the advance says; keys that do not fit are an error of the engine."""
        for closed in advance.closed:
            del self.work[closed.task_key]
        for dropped in advance.timers_dropped:
            del self.timers[dropped.task_key, dropped.element]
        for ended in advance.unsubscribed:
            del self.subscriptions[ended.task_key, ended.element]
        for opened in advance.opened:
            assert opened.task_key not in self.work
            self.work[opened.task_key] = opened
        for wanted in advance.timers_wanted:
            assert (wanted.task_key, wanted.element) not in self.timers
            self.timers[wanted.task_key, wanted.element] = wanted
        for begun in advance.subscribed:
            assert (begun.task_key, begun.element) not in self.subscriptions
            self.subscriptions[begun.task_key, begun.element] = begun
        self.version += 1
        self.engine.keep("case", self.version, advance.state)
        self.state, self.last = advance.state, advance
        self.visited += advance.visited
        self.flows += advance.flows
        return self

    def task(self, node: str, instance: str | None = None) -> OpenTask:
        found = [each for each in self.work.values() if each.node_key == node]
        if instance is not None:
            found = [each for each in found if each.instance == instance]
        assert found, f"{node} is not open, but {self.open}"
        return found[0]

    @property
    def open(self) -> list[str]:
        """Open tasks by node, with the item when there is one."""
        return sorted(
            each.node_key if each.instance is None else f"{each.node_key}:{each.instance}"
            for each in self.work.values()
        )

    @property
    def armed(self) -> list[str]:
        return sorted(each.element for each in self.timers.values())

    @property
    def ended(self) -> bool:
        return self.last.ended

    def branch(self) -> "Player":
        """The same case once more, going its own way from here."""
        other = Player(self.files)
        other.state, other.last, other.version = self.state, self.last, self.version
        other.work, other.timers = dict(self.work), dict(self.timers)
        other.subscriptions = dict(self.subscriptions)
        other.visited, other.flows = list(self.visited), list(self.flows)
        return other

    def finish(self, limit: int = 60) -> "Player":
        """Complete whatever is open until the case ends."""
        while not self.ended:
            assert self.work, f"nothing is open, nothing ends; visited {self.visited}"
            assert limit, "the case does not end"
            limit -= 1
            task = next(iter(self.work.values()))
            answer = {"opinion": task.node_key} if task.instance is not None else {}
            self.run(CompleteTask(task_key=task.task_key, variables=answer, now=NOW))
        assert not self.work
        assert not self.timers
        assert not self.subscriptions
        return self


@contextmanager
def uncompacted() -> Iterator[None]:
    """Let finished tasks stay in the tree."""
    with mock.patch("server.engine.runtime.resting._compact"):
        yield
