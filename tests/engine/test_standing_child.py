"""Processes that go on answering: each remembers, each is bounded, and none outlives its use."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.domain.errors import TooOften
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.engine.standing_child import Limits, Rooms, Standing

Open = Callable[..., Rooms]

WORK = "tests.engine.work_in_child:counting"


def test_a_child_remembers_from_one_question_to_the_next(rooms: Open) -> None:
    opened = rooms()
    room = ask(opened, "a")
    assert room.first(20) == {"count": 1, "question": "first"}
    assert room.answer("容错" * 40_000) == {"count": 2, "question": "容错" * 40_000}
    assert ask(opened, "a") is room
    assert room.answer("fail") == failed(room.answer("fail"))
    assert room.answer("go on")["count"] == 5  # type: ignore[index]


def test_of_those_that_rest_the_one_longest_unused_gives_way(rooms: Open) -> None:
    opened = rooms(most=2)
    first, second = ask(opened, "a"), ask(opened, "b")
    for room in (first, second):
        room.first(20)
    ask(opened, "a")
    ask(opened, "c").first(20)
    assert (first.is_usable, second.is_usable) == (True, False)


def test_other_processes_count_too_until_theirs_has_ended(rooms: Open) -> None:
    mine, theirs = rooms(most=1), rooms(most=1)
    ask(mine, "a").first(20)
    with pytest.raises(TooOften):
        ask(theirs, "a")
    mine.close()
    assert ask(theirs, "a").first(20) == {"count": 1, "question": "first"}


def test_one_that_takes_too_long_or_dies_is_told_and_a_new_one_begins(rooms: Open) -> None:
    opened = rooms(limits=Limits(wall_seconds=0.3))
    room = ask(opened, "a", first="noise")
    while room.first(20) is None:
        pass
    for question in ("sleep", "die"):
        opened = rooms(limits=Limits(wall_seconds=3 if question == "die" else 0.3), folder=question)
        room = ask(opened, "a")
        room.first(20)
        told = room.answer(question)
        assert isinstance(told, Finding)
        assert told.code in ("CHILD_TIMEOUT", "CHILD_CRASHED")
        assert not room.is_usable
        assert ask(opened, "a") is not room


def test_one_that_has_used_up_its_time_is_not_asked_again(rooms: Open) -> None:
    opened = rooms(limits=Limits(cpu_seconds=2))
    room = ask(opened, "a", first="spin")
    room.first(20)
    assert not room.is_usable
    assert ask(opened, "a") is not room


def test_one_that_nobody_asks_ends_by_itself(rooms: Open) -> None:
    room = ask(rooms(limits=Limits(idle_seconds=0)), "a")
    room.first(20)
    while not isinstance(room.answer("still there?"), Finding):
        pass
    assert not room.is_usable


def ask(rooms: Rooms, key: str, first: Json = "first") -> Standing:
    return rooms.room(key, lambda: first)


def failed(found: Json | Finding) -> Finding:
    assert isinstance(found, Finding)
    assert "secret" not in found.message
    return found


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Open]:
    """Opens rooms that share one folder; all of them are closed in the end."""
    opened: list[Rooms] = []

    def open_some(most: int = 3, limits: Limits | None = None, folder: str = "shared") -> Rooms:
        opened.append(Rooms(WORK, tmp_path / folder, most=most, limits=limits))
        return opened[-1]

    yield open_some
    for each in opened:
        each.close()
