"""Counts cut to whole steps: no sum and no difference tells a number smaller than a step."""

import pytest

from server.domain.cut_counts import STEP, told, told_in_words


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (4, 0), (5, 5), (9, 5), (10, 10), (123, 120)])
def test_a_count_is_cut_to_its_step(count: int, shown: int) -> None:
    assert told(count) == shown


def test_every_number_that_is_told_stands_for_as_many_as_a_step_has() -> None:
    told_of = [told(n) for n in range(100)]
    assert {told_of.count(shown) for shown in told_of} == {STEP}


def test_what_is_told_already_is_told_alike() -> None:
    assert [told(told(n)) for n in range(30)] == [told(n) for n in range(30)]


def test_none_and_few_are_told_with_the_same_words() -> None:
    assert {told_in_words(n) for n in range(5)} == {"不足5件"}
    assert told_in_words(12) == "10件以上"
