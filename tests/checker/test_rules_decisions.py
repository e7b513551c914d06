"""Collective decisions of a pack: spoilt in one place the rule speaks, else it is silent."""

from copy import deepcopy
from typing import Any

import pytest

from tests.factories.packs import Draft


def half() -> dict[str, Any]:
    """A fraction of one's own: what is shared becomes an anchor, which no pack may have."""
    return {"numerator": "1", "denominator": "2", "basis": {"default": "样例"}}


DECISION: dict[str, Any] = {
    "title": "集体研究",
    "question": "是否受理",
    "motion": "accepted",
    "field": "result",
    "quorum": half(),
    "majority": {**half(), "base": "members", "equal": "not_adopted"},
    "not_adopted": "refused",
    "secretary": "desk_office",
    "writes": {
        "date": "examined_on",
        "members": {"list": "members", "person": "member", "vote": "member_vote"},
    },
    "basis": {"source": "measures", "article": "第九条"},
}
MEMBERS: dict[str, Any] = {
    "type": "dynamiclist",
    "path": "members",
    "label": "成员",
    "components": [
        {
            "type": "textfield",
            "key": "member",
            "label": "姓名",
            "properties": {"kind": "person"},
        },
        {
            "type": "radio",
            "key": "member_vote",
            "label": "表决",
            "values": [
                {"value": each, "label": each} for each in ("for", "against", "abstain", "none")
            ],
        },
        {
            "type": "select",
            "key": "member_ground",
            "label": "回避事由",
            "values": [{"value": each, "label": each} for each in ("none", "other")],
        },
    ],
}


def members(**more: str) -> dict[str, Any]:
    return {"writes": {"members": {"list": "members", "person": "member", **more}}}


def drafted(**changed: Any) -> Draft:
    """The small pack with a decision, changed in some places."""
    draft = Draft()
    draft.forms["examination"].append(deepcopy(MEMBERS))
    draft.pack["decisions"] = {"examine": {**deepcopy(DECISION), **changed}}
    return draft


def test_a_decision_that_can_be_held_has_no_findings() -> None:
    assert drafted().findings() == []
    grounds = members(ground="member_ground", no_ground="none", other_ground="other")
    assert drafted(**grounds).findings() == []


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("DECISION_FIELD", {"writes": {"date": "examined_at"}}),
        ("DECISION_FIELD", {"writes": {"members": {"list": "members", "person": "nobody"}}}),
        (
            "DECISION_FIELD",
            {"writes": {"members": {"list": "members", "person": "member_vote"}}},
        ),
        (
            "DECISION_FIELD",
            {"writes": {"members": {"list": "members", "person": "member", "vote": "member"}}},
        ),
        ("DECISION_FIELD", members(ground="member_ground", no_ground="nothing")),
        ("DECISION_FIELD", members(ground="member_ground", other_ground="something")),
        ("DECISION_OPTION", {"not_adopted": "postponed"}),
        ("DECISION_OPTION", {"motion": "postponed"}),
        ("DECISION_OPTION", {"field": "opinion_text"}),
        ("DECISION_SECRET", {"secret": "allowed"}),
        ("ROLE_UNKNOWN", {"secretary": "nobody"}),
        ("PACK_VALUE", {"options": [{"code": "a", "text": "甲"}]}),
        ("PACK_MISSING", {"quorum": {"numerator": "1", "basis": {"default": "样例"}}}),
        ("SOURCE_UNKNOWN", {"basis": {"source": "nowhere", "article": "第九条"}}),
        ("NAME_UNKNOWN", {"motion": "=nothing_known"}),
    ],
)
def test_a_decision_spoilt_in_one_place_is_told_so(code: str, changed: dict[str, Any]) -> None:
    found = [one for one in drafted(**changed).findings() if one.code == code]

    assert [one.element for one in found] == ["decisions"]


def test_only_a_task_of_an_office_can_be_decided_by_a_body() -> None:
    draft = drafted()
    draft.pack["decisions"] = {"yes": draft.pack["decisions"]["examine"]}
    assert "DECISION_NODE" in draft.codes()
    draft = drafted()
    draft.pack["lanes"]["desk"] = {"title": "申请人", "office": "applicant"}
    assert "DECISION_NODE" in draft.codes()


def test_a_meeting_that_comes_round_names_tasks_that_are_decided_once() -> None:
    agenda = {
        "title": "每月会审",
        "tasks": ["examine"],
        "every": "month",
        "day": 10,
        "notice": 3,
        "basis": {"default": "样例"},
    }
    draft = drafted(offices=["desk_office.head"])
    draft.pack["agendas"] = {"monthly": agenda}
    assert not {"AGENDA_TASK", "ROLE_UNKNOWN"} & draft.codes()
    for tasks in ([], ["nothing"]):
        draft.pack["agendas"] = {"monthly": {**agenda, "tasks": tasks}}
        assert "AGENDA_TASK" in draft.codes()
    draft.pack["agendas"] = {"monthly": agenda, "again": deepcopy(agenda)}
    assert "AGENDA_TASK" in draft.codes()
    assert "ROLE_UNKNOWN" in drafted(offices=["nobody"]).codes()
