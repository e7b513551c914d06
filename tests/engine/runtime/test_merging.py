"""The three-way merge with the notes of jumps, on token trees built by hand."""

import pytest

from server.domain.errors import MergeConflict
from server.domain.expressions import Json
from server.engine.runtime.casetree import LeanTask
from server.engine.runtime.merging import mark_jump, merge, unmark
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, files


def test_changes_of_all_branches_come_together() -> None:
    fork, left, right = fork_of_two({"a": 1, "b": 1, "c": 1})
    left.data = {"a": 2, "b": 1, "c": 1}
    right.data = {"a": 1, "b": 1, "new": 0}
    assert merge("join", [left, right]) == ({"a": 2, "b": 1, "new": 0}, {})
    assert fork.data == {"a": 1, "b": 1, "c": 1}


def test_a_conflict_names_the_variable_and_both_branches() -> None:
    _fork, left, right = fork_of_two({"a": 1})
    left.data, right.data = {"a": 2}, {"a": True}
    with pytest.raises(MergeConflict) as conflict:
        merge("join", [left, right])
    assert (conflict.value.element, conflict.value.detail) == ("join", "a: one, two")


def test_what_a_branch_wrote_before_a_jump_is_no_change_of_it() -> None:
    _fork, left, right = fork_of_two({"a": 1})
    right.data = {"a": 5}
    left.data = {"a": 5}
    mark_jump(left, {"a": 5})
    left.data = {"a": 6}
    data, marks = merge("join", [left, right])
    assert data == {"a": 6}
    assert list(marks["bases"].values()) == [{"a": 5}]
    assert len(marks["seats"]) == 1


def test_what_a_branch_wrote_after_a_jump_counts() -> None:
    _fork, left, right = fork_of_two({"a": 1})
    right.data = {"a": 5}
    mark_jump(left, {"a": 5})
    left.data = {"a": 5, "b": 1}
    right.data = {"a": 7}
    assert merge("join", [left, right])[0] == {"a": 7, "b": 1}


def test_a_jump_with_no_other_branch_open_leaves_no_note() -> None:
    _fork, left, right = fork_of_two({"a": 1})
    right._set_state(64)
    mark_jump(left, {"a": 5})
    assert "bases" not in left.internal_data


def test_notes_of_jumps_whose_token_is_gone_are_dropped_at_the_next() -> None:
    _fork, left, right = fork_of_two({"a": 1})
    mark_jump(left, {"a": 2})
    unmark(left)
    mark_jump(left, {"a": 3})
    assert list(right.internal_data["bases"]) == list(left.internal_data["bases"])
    assert len(right.internal_data["bases"]) == 1


def fork_of_two(data: dict[str, Json]) -> tuple[LeanTask, LeanTask, LeanTask]:
    """A fork with ``data`` and two open arrivals below steps ``one`` and ``two``."""
    process = Process().start().parallel("s", "j").user("one", "two").end()
    process.path("start", "s", "one", "j", "end").path("s", "two", "j")
    player = Player(files(process)).start(**data)
    case = player.engine.load(player.files, player.state).case
    one, two = (
        next(task for task in case.tasks.values() if task.task_spec.name == name)
        for name in ("one", "two")
    )
    arrivals = []
    for step in (one, two):
        step._set_state(64)
        (arrival,) = step.children
        arrival.data = dict(data)
        arrival._set_state(8)
        arrivals.append(arrival)
    return one.parent, arrivals[0], arrivals[1]
