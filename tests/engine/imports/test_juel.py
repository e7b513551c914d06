"""FEEL is proposed for the simplest conditions only; what is not certain has no proposal."""

import pytest

from server.engine.imports.juel import proposed
from tests.engine.runtime.playing import FEEL


@pytest.mark.parametrize(
    ("text", "feel"),
    [
        ("${approved}", "approved = true"),
        ("#{approved == true}", "approved = true"),
        ("${!approved}", "not(approved = true)"),
        ("${level != 'low' && count >= 3}", 'level != "low" and count >= 3'),
        ("${a eq 'x' or b lt -2.5}", 'a = "x" or b < -2.5'),
        ("${(a == 1 || b == 2) and !(c == null)}", "(a = 1 or b = 2) and not(c = null)"),
        ("${form.opinion == '同意'}", 'form.opinion = "同意"'),
        ("accepted === 'yes'", 'accepted = "yes"'),
    ],
)
def test_a_comparison_has_the_same_in_feel(text: str, feel: str) -> None:
    assert proposed(text) == feel
    assert not FEEL.parse(feel).errors


@pytest.mark.parametrize(
    "text",
    [
        "${execution.getVariable('x') == 1}",
        "${amount + 1 > 3}",
        "${empty list}",
        "${a == b}",
        "${a ? b : c}",
        "${a == 'it\\'s'}",
        "${a == 'say \"no\"'}",
        "${a == 1} and ${b == 2}",
        "${}",
        "",
        "${true}",
        "${a ==}",
        "${(a == 1}",
        "${'x' == a}",
        "${" + "a && " * 200 + "a}",
    ],
)
def test_what_says_more_has_no_proposal(text: str) -> None:
    assert proposed(text) == ""
