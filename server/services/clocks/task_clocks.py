"""Under which clock a task stands: its diagram names one rule, or several of which one applies.

A task whose period depends on the law that holds for the case (a month, thirty days, ten working
days) names the rule of each, in turn; the first applies whose condition holds.
"""

from collections.abc import Mapping

from server.domain.deadline_rules import DeadlineRule
from server.domain.expressions import Evaluate
from server.services.case import facts
from server.services.case.facts import Facts


def rule_key(
    evaluate: Evaluate, rules: Mapping[str, DeadlineRule], named: str, known: Facts
) -> str:
    """Key of the rule that applies to a task which names these; empty: none does.

    A single rule is named whether it applies or not: its clock begins where its condition holds.
    """
    keys = [key for key in named.split() if key in rules]
    if len(keys) < 2:
        return "".join(keys)
    return next((key for key in keys if facts.holds(evaluate, rules[key].when, known)), "")
