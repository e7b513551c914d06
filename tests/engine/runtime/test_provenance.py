"""Which write knows which, and what a token writes."""

from itertools import count

from server.engine.runtime.provenance import Writes, changes


def test_a_write_knows_what_it_replaced_and_all_that_one_knew() -> None:
    writes = Writes()
    writes.add(2, [1])
    writes.add(3, [2])
    assert writes.knows(3, 1)
    assert not writes.knows(1, 3)
    assert not writes.knows(3, 3)


def test_what_was_there_before_anything_ran_side_by_side_is_known_to_all() -> None:
    writes = Writes()
    assert writes.knows(1, 0)
    assert not writes.knows(0, 1)
    writes.add(2, [0])
    assert not writes


def test_heads_are_the_writes_that_no_other_knows_in_their_order() -> None:
    writes = Writes()
    writes.add(3, [1])
    assert writes.heads([2, 1, 0, 3, 2]) == [2, 3]
    assert writes.heads([0, 0]) == [0]


def test_writes_of_two_branches_do_not_know_each_other() -> None:
    writes = Writes()
    writes.add(2, [1])
    writes.add(3, [1])
    assert writes.heads([2, 3]) == [2, 3]


def test_what_is_written_after_a_jump_knows_the_jump_and_what_is_carried_along_does_not() -> None:
    writes = Writes()
    writes.jump(5, [1, 2])
    assert writes.heads([1, 5]) == writes.heads([2, 5]) == [5]
    writes.add(6, [1])
    assert writes.heads([6, 5, 2]) == [6]
    assert writes.heads([1, 2]) == [1, 2]


def test_a_jump_is_absorbed_by_what_was_known_to_all_too() -> None:
    writes = Writes()
    writes.jump(5, [0])
    after = writes.written({}, ["x"], count(6).__next__)
    assert after == {"x": 6}
    assert writes.heads([5, 6]) == [6]


def test_each_variable_written_gets_a_number_of_its_own() -> None:
    writes, old = Writes(), {"a": 1, "b": 2}
    newer = writes.written(old, ["a", "c"], count(10).__next__)
    assert newer == {"a": 10, "b": 2, "c": 11}
    assert old == {"a": 1, "b": 2}
    assert writes.knows(10, 1)
    assert not writes.knows(10, 2)


def test_writes_that_nobody_holds_are_forgotten_and_what_they_led_to_is_not() -> None:
    writes = Writes()
    writes.add(2, [1])
    writes.add(3, [2])
    writes.keep({1, 3})
    assert writes.known == {3: frozenset({1})}
    writes.jump(4, [3])
    writes.keep({3})
    assert (writes.known, writes.absorbed) == ({}, {})


def test_a_jump_that_was_absorbed_by_what_all_know_is_kept_as_long_as_somebody_holds_it() -> None:
    writes = Writes()
    writes.jump(5, [0])
    writes.keep({5})
    writes.add(6, [0])
    assert writes.heads([5, 6]) == [6]


def test_values_that_are_others_or_of_another_type_or_gone_are_changes() -> None:
    before = {"same": [1], "other": 1, "type": 1, "gone": 1}
    assert changes(before, {"same": [1], "other": 2, "type": True, "new": 1}) == [
        "other",
        "type",
        "new",
        "gone",
    ]
    assert changes(before, dict(reversed(before.items()))) == []
    assert changes({"a": None}, {"b": None}) == ["b", "a"]
