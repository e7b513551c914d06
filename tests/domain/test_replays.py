"""What is found of a closed case on a draft, as plain values: judged, stored, counted."""

import json
from dataclasses import replace

import pytest

from server.domain.replays import (
    FATE_WORDS,
    RESULT_WORDS,
    Clock,
    Difference,
    Fate,
    Kind,
    Result,
    Verdict,
    clock_of,
    counted,
    difference_of,
)

WAY = Difference(kind=Kind.WAY, element="gate", label="是否受理", text="转到“不予受理”")
ASKS = Difference(kind=Kind.ASKS, element="register", label="登记", text="须填写“涉及人数”")
UNKNOWN = Difference(kind=Kind.UNKNOWN, element="gate", label="是否受理", text="无法判断")
MET = Clock(
    rule="registration",
    title="登记",
    was=Fate.MET,
    would=Fate.MET,
    was_on="2026-02-26",
    would_on="2026-02-20",
)
FAILS = replace(MET, would=Fate.LATE)
SAVED = replace(MET, was=Fate.LATE)


def test_differences_and_clocks_are_equal_after_they_were_stored() -> None:
    assert difference_of(json.loads(json.dumps(WAY.as_json()))) == WAY
    assert clock_of(json.loads(json.dumps(FAILS.as_json()))) == FAILS


@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        (Verdict(), Result.SAME),
        (Verdict(clocks=(MET,)), Result.SAME),
        (Verdict(clocks=(FAILS,)), Result.OTHER),
        (Verdict(differences=(ASKS,)), Result.OTHER),
        (Verdict(differences=(UNKNOWN, WAY)), Result.UNTOLD),
        (Verdict(differences=(WAY, UNKNOWN)), Result.OTHER),
    ],
)
def test_a_case_is_judged_by_what_comes_first(verdict: Verdict, result: Result) -> None:
    assert verdict.result is result


def test_another_last_day_that_changes_nothing_is_no_difference() -> None:
    assert (MET.differs, MET.fails) == (False, False)


def test_a_period_fails_where_it_is_late_by_the_draft_alone() -> None:
    assert FAILS.fails
    assert not replace(FAILS, was=Fate.LATE).fails
    assert not SAVED.fails


def test_a_case_counts_once_at_an_element_and_once_for_a_rule() -> None:
    found = counted([(Result.OTHER, [ASKS, ASKS], [FAILS, FAILS, MET])])
    assert [(each.difference, each.count) for each in found.elements] == [(ASKS, 1)]
    (rule,) = found.rules
    assert (rule.was[Fate.MET], rule.would[Fate.LATE], rule.would[Fate.MET]) == (1, 1, 1)
    assert (rule.fails, rule.saved) == (1, 0)


def test_results_are_counted_and_rules_come_by_their_key() -> None:
    decision = replace(SAVED, rule="decision", title="决定")
    found = counted(
        [(Result.SAME, [], [MET]), (Result.OTHER, [WAY], [decision]), (Result.SAME, [], [])]
    )
    assert (found.total, found.results[Result.SAME], found.results[Result.OTHER]) == (3, 2, 1)
    assert [(each.rule, each.saved) for each in found.rules] == [
        ("decision", 1),
        ("registration", 0),
    ]


def test_the_order_tells_no_more_than_the_counts_that_are_told() -> None:
    few = [*[differing(WAY)] * 3, *[differing(ASKS)] * 4]
    found = counted(few)
    assert [each.difference.element for each in found.elements] == ["gate", "register"]
    many = [*few, differing(ASKS)]
    assert counted(many).elements[0].difference == ASKS


def test_every_fate_and_result_has_a_word() -> None:
    assert set(FATE_WORDS) == set(Fate)
    assert set(RESULT_WORDS) == set(Result)


def differing(difference: Difference) -> tuple[Result, list[Difference], list[Clock]]:
    """A case with this difference alone."""
    return Result.OTHER, [difference], []
