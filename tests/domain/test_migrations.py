"""What would come of moving a case, as plain values: kept, compared, named."""

import json
from dataclasses import replace

import pytest

from server.domain.migrations import (
    ClockMoved,
    Effects,
    Reason,
    Verdict,
    effects_of,
    elements_of,
    mapped_rule,
    percent,
    rules_of,
)

CLOCK = ClockMoved(
    rule="noting",
    title="受理登记",
    was="5个工作日",
    to="10个工作日",
    was_on="2026-02-26",
    due_on=None,
    is_over=False,
    was_title="登记",
)
EVERYTHING = Effects(
    opens=("复核",),
    closes=("核实",),
    renamed=(("核实", "审核"),),
    clocks=(CLOCK,),
    forms=("审核",),
    offices=("登记",),
    timers=(("定时提示", None, "2026-03-01T09:00:00+08:00"),),
)


def test_effects_are_equal_after_they_were_stored() -> None:
    for effects in (Effects(), EVERYTHING):
        assert effects_of(json.loads(json.dumps(effects.as_json()))) == effects


def test_effects_stored_before_periods_could_be_named_anew_still_read() -> None:
    stored = EVERYTHING.as_json()
    for clock in stored["clocks"]:
        del clock["was_title"]
    assert effects_of(stored).clocks == (replace(CLOCK, was_title=""),)


@pytest.mark.parametrize("name", Effects.__slots__)
def test_any_single_effect_is_noticed(name: str) -> None:
    assert replace(Effects(), **{name: getattr(EVERYTHING, name)}).is_any


def test_a_case_without_effects_changes_nothing_anybody_notices() -> None:
    assert not Effects().is_any


def test_a_case_can_move_unless_a_reason_says_why_not() -> None:
    why = Reason(code="MIGRATION_CLOCK", element="registration", label="登记", message="没有规定")
    assert Verdict(seen=1).can
    assert not Verdict(seen=1, reasons=(why,)).can


def test_a_mapping_names_elements_and_periods_apart() -> None:
    mapping = {"verify": "examine", "nudge": "", mapped_rule("registration"): "noting"}
    assert elements_of(mapping) == {"verify": "examine", "nudge": ""}
    assert rules_of(mapping) == {"registration": "noting"}


@pytest.mark.parametrize(
    ("done", "total", "shown"), [(0, 3, 0), (1, 3, 33), (999, 1000, 99), (3, 3, 100), (0, 0, 100)]
)
def test_all_but_one_of_many_are_never_a_hundred_per_cent(
    done: int, total: int, shown: int
) -> None:
    assert percent(done, total) == shown
