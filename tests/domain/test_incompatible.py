"""Which duties one person must not unite in a case."""

import pytest

from server.domain.incompatible import Did, Incompatible, unfit
from server.domain.sources import Basis

BASIS = Basis(default="测试")
RULES = (
    Incompatible(duties=("draft", "approve"), basis=BASIS),
    Incompatible(duties=("team_lead", "review", "decide"), basis=BASIS),
)


@pytest.mark.parametrize(
    ("node", "role", "out"),
    [
        ("approve", "leader", {"drafter"}),
        ("draft", "desk", {"approver"}),
        ("review", "leader", {"investigator"}),
        ("hear", "team_lead", set()),
        ("assess", "desk", set()),
    ],
)
def test_whoever_did_the_one_is_out_for_the_other(node: str, role: str, out: set[str]) -> None:
    did = (
        Did("drafter", "draft", "desk"),
        Did("approver", "approve", "leader"),
        Did("investigator", "hear", "team_lead"),
    )
    assert unfit(RULES, node, role, did) == out


def test_doing_the_same_again_unites_nothing() -> None:
    did = (Did("x", "draft", "desk"), Did("x", "hear", "team_lead"))
    assert unfit(RULES, "draft", "desk", did) == set()
    assert unfit(RULES, "assess", "team_lead", did) == set()


def test_a_role_may_be_a_duty_beside_the_tasks_of_others() -> None:
    did = (Did("x", "review", "leader"),)
    assert unfit(RULES, "hear", "team_lead", did) == {"x"}
    assert unfit((), "hear", "team_lead", did) == set()
