"""A memory of answers: the same question is not asked twice, and failures are asked again."""

import pytest

from server.domain.errors import ExpressionFailed
from server.engine.feel import Feel
from server.engine.isolate import shared
from server.engine.remembered import Memory, RememberedIsolate, key_of


def test_what_was_parsed_once_is_not_parsed_again() -> None:
    first = Memory()
    parsed = Feel(RememberedIsolate(first)).parse_all([("a + b", False), ("> a", True)])
    calls = shared.calls
    second = Feel(RememberedIsolate(Memory(first.used)))
    assert second.parse_all([("a + b", False), ("> a", True)]) == parsed
    assert shared.calls == calls


def test_a_text_and_the_same_text_as_a_test_are_two_things() -> None:
    memory = Memory()
    feel = Feel(RememberedIsolate(memory))
    assert feel.parse("> 1").errors
    assert not feel.parse("> 1", unary=True).errors


def test_what_was_evaluated_once_is_not_evaluated_again() -> None:
    first = Memory()
    assert Feel(RememberedIsolate(first)).values(["a + 1"], {"a": 1})[0].value == 2
    calls = shared.calls
    again = Feel(RememberedIsolate(Memory(first.used)))
    assert again.values(["a + 1"], {"a": 1})[0].value == 2
    assert shared.calls == calls
    assert again.values(["a + 1"], {"a": 2})[0].value == 3


def test_what_fails_is_asked_again() -> None:
    memory = Memory()
    feel = Feel(RememberedIsolate(memory))
    for _time in range(2):
        with pytest.raises(ExpressionFailed):
            feel.values(["for i in 1..100000000 return i"], {})
    assert not [key for key in memory.used if key.startswith("values")]


def test_what_was_not_used_is_kept_for_the_next_time_while_there_is_room() -> None:
    memory = Memory({"old": 1, "new": 2})
    assert memory.get("new") == 2
    assert memory.of("made", lambda: 3) == 3
    assert memory.kept(100) == '{"old": 1, "new": 2, "made": 3}'
    assert memory.kept(30) == '{"new": 2, "made": 3}'


def test_contents_do_not_run_into_each_other() -> None:
    assert key_of("a", b"xy", b"z") != key_of("a", b"x", b"yz")
