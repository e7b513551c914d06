"""A task names one rule, or several of which the first applies whose condition holds."""

import pytest

from server.domain.deadline_rules import DeadlineRule, Unit
from server.domain.expressions import Feel as Expression
from server.domain.sources import Basis
from server.engine.feel import Feel
from server.services.case.facts import Facts
from server.services.clocks import task_clocks
from tests.factories.tiny import NOW

FEEL = Feel()


def rule(key: str, when: str) -> DeadlineRule:
    """A rule that holds in some cases."""
    return DeadlineRule(
        key=key,
        title=key,
        origin="accepted",
        met_by=("decided",),
        n=1,
        unit=Unit.MONTH,
        basis=Basis(default="测试"),
        when=Expression(when),
    )


RULES = {
    "one_month": rule("one_month", 'law = "month"'),
    "thirty_days": rule("thirty_days", 'law = "days"'),
}


@pytest.mark.parametrize(
    ("law", "applies"), [("month", "one_month"), ("days", "thirty_days"), (None, "")]
)
def test_of_several_rules_the_first_whose_condition_holds_applies(
    law: str | None, applies: str
) -> None:
    known = Facts(values={"law": law}, types={}, now=NOW)

    assert task_clocks.rule_key(FEEL, RULES, "one_month thirty_days", known) == applies


def test_a_single_rule_is_named_whether_its_condition_holds_or_not() -> None:
    known = Facts(values={"law": None}, types={}, now=NOW)

    assert task_clocks.rule_key(FEEL, RULES, "one_month", known) == "one_month"


def test_a_task_without_a_period_stands_under_none() -> None:
    known = Facts(values={}, types={}, now=NOW)

    assert task_clocks.rule_key(FEEL, RULES, "none", known) == ""
