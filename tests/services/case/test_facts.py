from datetime import datetime

import pytest

from server.domain.calendar import CHINA_TIME
from server.domain.errors import ExpressionFailed
from server.domain.packs import Feel as Expression
from server.engine.feel import Feel
from server.services.case import facts
from server.services.case.facts import Facts
from tests.factories.tiny import NOW, Tiny

KNOWN = Facts(
    values={"a": 1, "yes": True, "none": None},
    types={},
    now=datetime(2026, 2, 12, 9, 0, tzinfo=CHINA_TIME),
)
FEEL = Feel()


@pytest.mark.parametrize(
    ("text", "holds"), [("yes", True), ("a > 1", False), ("none", False), ("none = null", True)]
)
def test_a_condition_holds_when_it_is_true_and_null_is_not(text: str, holds: bool) -> None:
    assert facts.holds(FEEL, Expression(text), KNOWN) is holds


def test_no_condition_always_holds() -> None:
    assert facts.holds(FEEL, None, KNOWN)


@pytest.mark.parametrize("text", ["a", '"yes"', "nobody = 1", "not(nobody)"])
def test_neither_yes_nor_no_is_a_fault(text: str) -> None:
    with pytest.raises(ExpressionFailed):
        facts.holds(FEEL, Expression(text), KNOWN)


def test_the_clock_of_an_expression_is_that_of_the_act() -> None:
    assert facts.value(FEEL, Expression("string(today())"), KNOWN) == "2026-02-12"


def test_a_literal_is_never_evaluated() -> None:
    assert facts.given(FEEL, "a + 1", KNOWN) == "a + 1"
    assert facts.given(FEEL, Expression("a + 1"), KNOWN) == 2


def test_answers_lie_over_variables_and_every_declared_name_is_there(tiny: Tiny) -> None:
    tiny.open()
    (release,) = tiny.tools.releases.values()
    known = facts.collect(
        release, "tiny_matter", {"registered": "refuse"}, {"registered": "accept"}, NOW
    )
    assert known.values["registered"] == "accept"
    assert known.values["reason"] is None
    assert known.values["evidence_weight"] is None
    assert known.values["settings"] == {"weight": 1}
    assert known.types == {"registered_on": "date"}
