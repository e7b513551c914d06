"""A sample follows from seed and candidates alone, and is as large as the pack says."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import draws

NAMES = st.sets(st.text(min_size=1, max_size=12), max_size=60)


@pytest.mark.parametrize(
    ("candidates", "percent", "least", "expected"),
    [
        (0, 10, 3, 0),
        (2, 10, 3, 2),
        (30, 10, 3, 3),
        (31, 10, 3, 4),
        (100, 1, 1, 1),
        (101, 1, 1, 2),
        (7, 100, 1, 7),
        (10_000, 5, 3, 500),
    ],
)
def test_a_sample_is_rounded_up_and_never_larger_than_what_there_is(
    candidates: int, percent: int, least: int, expected: int
) -> None:
    assert draws.size(candidates, percent, least) == expected


@pytest.mark.parametrize(("percent", "least"), [(0, 1), (101, 1), (-5, 1), (10, 0)])
def test_a_share_that_is_none_is_refused(percent: int, least: int) -> None:
    with pytest.raises(ValueError, match="percent"):
        draws.size(10, percent, least)


@given(seed=st.text(min_size=1, max_size=20), names=NAMES, number=st.integers(0, 70))
def test_the_order_of_the_candidates_does_not_matter_and_so_many_are_drawn(
    seed: str, names: set[str], number: int
) -> None:
    found = draws.drawn(seed, sorted(names), number)
    assert found == draws.drawn(seed, sorted(names, reverse=True), number)
    assert found <= names
    assert len(found) == min(number, len(names))


@given(seed=st.text(min_size=1, max_size=20), names=NAMES, number=st.integers(0, 60))
def test_whoever_is_drawn_of_few_is_drawn_of_more_places_as_well(
    seed: str, names: set[str], number: int
) -> None:
    assert draws.drawn(seed, names, number) <= draws.drawn(seed, names, number + 1)


@given(names=st.sets(st.text(min_size=1, max_size=12), min_size=2, max_size=60), data=st.data())
def test_a_candidate_who_was_not_drawn_changes_nothing_by_staying_away(
    names: set[str], data: st.DataObject
) -> None:
    number = data.draw(st.integers(1, len(names) - 1))
    found = draws.drawn("种子", names, number)
    away = data.draw(st.sampled_from(sorted(names - found)))
    assert draws.drawn("种子", names - {away}, number) == found


def test_each_is_drawn_about_as_often_as_every_other() -> None:
    names = [f"登记{each}" for each in range(10)]
    often = dict.fromkeys(names, 0)
    for seed in range(2000):
        for each in draws.drawn(f"{seed}", names, 3):
            often[each] += 1
    # 600 expected of each, standard deviation 20.5
    assert all(480 < each < 720 for each in often.values()), often


def test_a_hand_with_any_sha256_program_comes_to_the_same() -> None:
    names = ["乙", "甲", "丙"]
    by_hand = {each: hashlib.sha256(f"a1:{each}".encode()).hexdigest() for each in names}
    assert draws.drawn("a1", names, 1) == {min(by_hand, key=lambda each: by_hand[each])}
    assert draws.rank("a1", "甲") == by_hand["甲"]
    assert draws.digest(names) == hashlib.sha256("丙\n乙\n甲\n".encode()).hexdigest()
    assert draws.digest(names) == draws.digest(names[::-1])
