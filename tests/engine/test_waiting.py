"""Children that wait: used once, replaced, in line, ended by a newer question, gone at the end."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.engine.waiting import Superseded, Waiting

WORK = "tests.engine.work_in_child"
T = TypeVar("T")


def test_a_question_is_answered_also_where_nobody_keeps_children() -> None:
    waiting = Waiting(f"{WORK}:double")
    assert waiting.answer({"number": 21}) == {"doubled": 42}
    assert waiting.pids == []


def test_a_waiting_child_answers_and_another_takes_its_place() -> None:
    waiting = Waiting(f"{WORK}:process", room=1)
    with waiting.kept():
        waiting.ready()
        [first] = until(lambda: waiting.pids)
        assert waiting.answer(None) == first
        [second] = until(lambda: waiting.pids)
        assert second != first
        assert not is_there(first)
    assert not is_there(second)


def test_nothing_waits_before_anybody_asked() -> None:
    waiting = Waiting(f"{WORK}:double")
    with waiting.kept():
        assert waiting.pids == []


def test_children_that_nobody_asks_are_let_go() -> None:
    waiting = Waiting(f"{WORK}:double", room=1, idle=0.3)
    with waiting.kept():
        waiting.ready()
        [pid] = until(lambda: waiting.pids)
        until(lambda: not waiting.pids)
        until(lambda: not is_there(pid))


def test_a_child_that_died_while_it_waited_is_not_asked() -> None:
    waiting = Waiting(f"{WORK}:double", room=1)
    with waiting.kept():
        waiting.ready()
        [pid] = until(lambda: waiting.pids)
        os.kill(pid, 9)
        time.sleep(0.05)
        assert waiting.answer({"number": 1}) == {"doubled": 2}


def test_what_is_warmed_up_before_does_not_count_as_the_time_of_the_question() -> None:
    waiting = Waiting(f"{WORK}:what_was_warm", warm=f"{WORK}:warm")
    assert waiting.answer(None) == ["warm"]


def test_a_newer_question_of_the_topic_ends_the_older_one() -> None:
    waiting = Waiting(f"{WORK}:sleep_or_double")
    with asked(waiting, {"sleep": 30}, topic="draft") as older:
        began = time.perf_counter()
        assert waiting.answer({"number": 2}, "draft") == {"doubled": 4}
        older.thread.join(10)
        assert isinstance(older.problem, Superseded)
        assert time.perf_counter() - began < 10


def test_a_newer_question_of_another_topic_leaves_the_older_one_alone() -> None:
    waiting = Waiting(f"{WORK}:sleep_or_double")
    with asked(waiting, {"sleep": 0.3}, topic="draft") as older:
        assert waiting.answer({"number": 2}, "other") == {"doubled": 4}
        older.thread.join(10)
        assert older.said == "slept"


def test_whoever_stands_in_line_too_long_is_told_that_there_is_too_much_to_do() -> None:
    waiting = Waiting(f"{WORK}:sleep_or_double", room=1, patience=0.1)
    with asked(waiting, {"sleep": 1}), pytest.raises(Invalid) as told:
        waiting.answer({"number": 1})
    assert [each.code for each in told.value.findings] == ["CHECK_BUSY"]


def test_whoever_stands_in_line_is_ended_by_a_newer_question_too() -> None:
    waiting = Waiting(f"{WORK}:sleep_or_double", room=1)
    with (
        asked(waiting, {"sleep": 1}, topic="a") as first,
        asked(waiting, {"number": 1}, topic="b") as older,
    ):
        assert waiting.answer({"number": 2}, "b") == {"doubled": 4}
        assert isinstance(older.problem, Superseded)
        assert first.said == "slept"


def test_how_a_child_ended_is_a_finding_as_ever() -> None:
    found = Waiting(f"{WORK}:die").answer(None)
    assert isinstance(found, Finding)
    assert found.code == "CHILD_CRASHED"


class _Asked:
    """A question put by a thread of its own."""

    def __init__(self, waiting: Waiting, question: object, topic: str | None) -> None:
        self.said: object = None
        self.problem: Exception | None = None
        self.thread = threading.Thread(target=self._ask, args=(waiting, question, topic))

    def _ask(self, waiting: Waiting, question: object, topic: str | None) -> None:
        try:
            self.said = waiting.answer(question, topic)
        except Superseded as problem:
            self.problem = problem


@contextmanager
def asked(waiting: Waiting, question: object, topic: str | None = None) -> Iterator[_Asked]:
    one = _Asked(waiting, question, topic)
    one.thread.start()
    time.sleep(0.2)
    yield one
    one.thread.join()


def until(look: Callable[[], T]) -> T:
    """What ``look`` sees as soon as it sees anything."""
    for _round in range(500):
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("nothing came")


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
