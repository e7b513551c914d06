"""What comes out where tokens meet, on token trees built by hand."""

from dataclasses import dataclass

import pytest
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import MergeConflict
from server.domain.expressions import Json
from server.engine.runtime.casetree import Case, LeanTask
from server.engine.runtime.merging import absorb, forget, merge, merge_ends, standing
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, files


def test_changes_of_all_branches_come_together() -> None:
    two = Two({"a": 1, "b": 1, "c": 1})
    two.left.data = {"a": 2, "b": 1, "c": 1}
    two.right.data = {"a": 1, "b": 1, "new": 0}
    assert two.merged() == {"a": 2, "b": 1, "new": 0}
    assert two.fork.data == {"a": 1, "b": 1, "c": 1}


def test_a_conflict_names_the_variable_and_both_branches() -> None:
    two = Two({"a": 1})
    two.left.data, two.right.data = {"a": 2}, {"a": True}
    with pytest.raises(MergeConflict) as conflict:
        two.merged()
    assert (conflict.value.element, conflict.value.detail) == ("join", "a: one, two")


def test_a_value_written_and_one_taken_out_are_a_conflict() -> None:
    two = Two({"a": 1})
    two.left.data, two.right.data = {"a": 2}, {}
    with pytest.raises(MergeConflict):
        two.merged()


def test_what_both_wrote_alike_is_a_write_that_knows_both() -> None:
    two = Two({"a": 1})
    two.left.data, two.right.data = {"a": [2]}, {"a": [2]}
    data, versions = merge("join", [two.left, two.right])
    assert data == {"a": [2]}
    for each in (two.left, two.right):
        assert two.case.writes.knows(versions["a"], each.versions["a"])


def test_what_was_sent_back_as_it_was_is_no_write() -> None:
    two = Two({"a": {"b": [1]}})
    two.left.data, two.right.data = {"a": {"b": [1]}}, {"a": 2}
    assert two.merged() == {"a": 2}
    assert "a" not in two.left.versions


def test_a_write_on_top_of_another_is_newer_wherever_the_tokens_forked() -> None:
    two = Two({"a": 1})
    two.left.data = {"a": 2}
    two.right.follow(two.left)
    two.right.data = {"a": 3}
    assert two.merged() == {"a": 3}
    assert merge("join", [two.right, two.left])[0] == {"a": 3}


def test_at_an_end_of_two_writes_side_by_side_the_one_that_came_last_counts() -> None:
    two = Two({"a": 1, "b": 1})
    two.left.data, two.right.data = {"a": 2, "b": 1}, {"a": 3, "b": 1, "c": 1}
    assert merge_ends([two.right, two.left])[0] == {"a": 3, "b": 1, "c": 1}


def test_at_an_end_what_the_later_token_merely_carried_loses() -> None:
    two = Two({"a": 1})
    two.right.data = {"a": 2}
    two.left.follow(two.right)
    two.left.data = {"a": 3}
    assert merge_ends([two.left, two.right])[0] == {"a": 3}


def test_what_a_branch_wrote_before_a_jump_is_older_than_the_jump() -> None:
    two = Two({"a": 1})
    two.right.data = {"a": 5}
    two.jump({"a": 5})
    two.left.data = {"a": 6}
    assert two.merged() == {"a": 6}


def test_what_a_branch_wrote_after_a_jump_is_newer_than_the_jump() -> None:
    two = Two({"a": 1})
    two.right.data = {"a": 5}
    two.jump({"a": 8, "b": 1})
    two.right.data = {"a": 7}
    assert two.merged() == {"a": 7, "b": 1}


def test_what_both_wrote_after_a_jump_is_a_conflict() -> None:
    two = Two({"a": 1})
    two.right.data = {"a": 5}
    two.jump({"a": 5})
    two.left.data, two.right.data = {"a": 6}, {"a": 7}
    with pytest.raises(MergeConflict):
        two.merged()


def test_a_jump_beside_which_nothing_differs_has_no_writes_of_its_own() -> None:
    two = Two({"a": 1})
    two.jump({"a": 1})
    assert not any(two.left.versions.values())
    assert not two.case.writes


def test_versions_that_all_hold_alike_are_forgotten() -> None:
    two = Two({"a": 1})
    two.left.data = {"a": 2}
    two.right.follow(two.left)
    two.fill_parents()
    assert forget(two.case) == {}
    assert two.left.versions == two.right.versions == {}


def test_versions_that_some_hold_otherwise_stay_with_what_they_know_of_each_other() -> None:
    two = Two({"a": 1, "b": 1})
    two.left.data = {"a": 2, "b": 2}
    two.right.follow(two.left)
    two.right.data = {"a": 3, "b": 2}
    two.fill_parents()
    assert forget(two.case).keys() >= {two.left.id, two.right.id}
    assert two.left.versions.keys() == two.right.versions.keys() == {"a"}
    assert two.merged() == {"a": 3, "b": 2}
    assert two.case.writes.known.keys() == {two.right.versions["a"]}


def test_arrivals_that_a_join_took_in_count_as_long_as_a_jump_may_undo_it() -> None:
    two = Two({"a": 1})
    two.left._set_state(TaskState.CANCELLED)
    assert two.left.id not in standing(two.case)
    two.right._set_state(TaskState.COMPLETED)
    two.right.internal_data["took"] = [two.left.id]
    assert two.left.id in standing(two.case)


@dataclass(init=False)
class Two:
    """A fork with ``data`` and two open arrivals below steps ``one`` and ``two``, done in turn."""

    case: Case
    fork: LeanTask
    left: LeanTask
    right: LeanTask

    def __init__(self, data: dict[str, Json]) -> None:
        process = Process().start().parallel("s", "j").user("one", "two").end()
        process.path("start", "s", "one", "j", "end").path("s", "two", "j")
        player = Player(files(process)).start(**data)
        self.case = player.engine.load(player.files, player.state).case
        self.left, self.right = self._arrived("one"), self._arrived("two")
        self.fork = self.left.parent.parent

    def _arrived(self, name: str) -> LeanTask:
        tasks = self.case.tasks.values()
        step = next(task for task in tasks if task.task_spec.name == name)
        step._set_state(TaskState.COMPLETED)
        arrival: LeanTask = step.children[0]
        arrival.follow(step)
        arrival._set_state(TaskState.WAITING)
        return arrival

    def merged(self) -> dict[str, Json]:
        return merge("join", [self.left, self.right])[0]

    def fill_parents(self) -> None:
        """As if the step before each arrival had written what it holds."""
        for each in (self.left, self.right):
            each.parent.follow(each)

    def jump(self, data: dict[str, Json]) -> None:
        """The token on the left begins anew with these data."""
        self.left._set_state(TaskState.CANCELLED)
        self.left.become(data, absorb(self.case, data))
        self.left._set_state(TaskState.WAITING)
