"""Signing together in a pack: what is right is let through, each slip is told at its place."""

import pytest

from server.checker.check import check_here
from server.domain.expressions import Json
from server.engine.feel import Feel
from tests.factories import joint

FEEL = Feel()


def told(**changed: Json) -> list[str]:
    found = check_here(joint.files(**changed), ("cn",), FEEL)
    return [each.code for each in found if each.element == "together"]


def test_a_rule_that_can_work_is_let_through() -> None:
    assert told() == []
    assert told(kind="vote", weights={"case_supervision_office": 2}, main=True) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"who": {"roles": ["nobody"]}}, "TOGETHER_WHO"),
        ({"who": {"roles": ["applicant"]}}, "TOGETHER_WHO"),
        ({"who": {"field": "facts"}}, "TOGETHER_WHO"),
        ({"form": "decision"}, "TOGETHER_FORM"),
        ({"kind": "or_sign", "abstain": "counts"}, "TOGETHER_KIND"),
        ({"head_weight": 2}, "TOGETHER_KIND"),
        ({"results": {"agreed": "facts"}}, "TOGETHER_RESULT"),
        ({"results": {}}, "TOGETHER_RESULT"),
        ({"pass": "3/2"}, "PACK_VALUE"),
        ({"who": {"office": True, "roles": ["team_lead"]}}, "PACK_VALUE"),
    ],
)
def test_a_slip_is_told(changed: dict[str, Json], code: str) -> None:
    assert told(**changed) == [code]


def test_a_task_of_many_is_not_signed_together() -> None:
    found = check_here(joint.files_at("consult"), ("cn",), FEEL)
    assert [each.code for each in found if each.element == "together"] == ["TOGETHER_NODE"]
