from datetime import date
from typing import Any

import pytest

from server.queries.cases import CaseFacts, Clock, Notice, OpenWork, Sent
from server.services.rehearsing.expectations import mismatches


def work(node_key: str, *, office: str = "desk", deadline: str = "") -> OpenWork:
    return OpenWork(
        id=node_key,
        node_key=node_key,
        title=node_key,
        form_key="",
        office=office,
        unit_id="u",
        level="county",
        head_only=False,
        assignee_id=None,
        item=None,
        deadline_key=deadline,
    )


def clock(rule_key: str, state: str, due_on: date | None, occurrence: int = 1) -> Clock:
    return Clock(
        rule_key=rule_key,
        occurrence=occurrence,
        state=state,
        origin_on=date(2026, 1, 1),
        due_on=due_on,
        provisional_on=None,
        met_on=None,
        line="",
    )


CASE = CaseFacts(
    id="c",
    reference="r",
    procedure="p",
    status="open",
    status_reason="",
    outcome=None,
    level="county",
    unit_id="u",
    work=(
        work("draft", deadline="proposal"),
        work("hear", office="team"),
        work("hear", office="team"),
    ),
    clocks=(
        clock("proposal", "met", date(2026, 1, 9)),
        clock("proposal", "overdue", date(2026, 2, 26), 2),
    ),
    messages=(Sent(message="told", data={"outcome": "x"}),),
    opened=("revisit", "clarification", "revisit"),
    parked=(),
    notices=(
        Notice(label="assignee", deadline_key="proposal"),
        Notice(label="desk.head", deadline_key="proposal"),
    ),
    variables={"exit": "a"},
    visited=("start", "draft"),
    flows=("f",),
)


@pytest.mark.parametrize(
    "expected",
    [
        {"open": ["hear", "draft"]},
        {"open": ["draft", "hear", "hear"]},
        {"not_open": ["decide"]},
        {"opened": ["clarification", "revisit", "revisit"]},
        {"offices": {"draft": "desk", "hear": "team"}},
        {"level": "county", "levels": {"draft": "county"}},
        {"due_on": "2026-02-26"},
        {"due_on": {"draft": "2026-02-26", "hear": None}},
        {"provisional_on": None},
        {"overdue": ["draft"]},
        {"escalated_to": ["desk.head"]},
        {"notices": ["assignee", "desk.head"]},
        {"deadlines": {"proposal": "overdue", "feedback": None}},
        {"deadlines": {"proposal": {"state": "overdue", "due_on": "2026-02-26", "occurrence": 2}}},
        {"messages": ["told"]},
        {"messages": [{"message": "told", "with": {"outcome": "x"}}]},
        {"visited": ["draft"], "not_visited": ["decide"]},
        {"variables": {"exit": "a", "nothing": None}},
        {"status": "open", "outcome": None},
    ],
)
def test_what_holds_is_no_mismatch(expected: dict[str, Any]) -> None:
    assert mismatches(CASE, expected) == []


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"open": ["draft"]}, ["draft", "hear"]),
        ({"open": ["draft", "draft", "hear"]}, ["draft", "hear", "hear"]),
        ({"open": []}, ["draft", "hear"]),
        ({"not_open": ["draft"]}, ["draft"]),
        ({"office": "desk"}, ["desk", "team", "team"]),
        ({"offices": {"draft": "team"}}, "desk"),
        ({"offices": {"decide": "team"}}, []),
        ({"level": "city"}, ["county", "county", "county"]),
        ({"due_on": "2026-02-19"}, "2026-02-26"),
        ({"due_on": None}, "2026-02-26"),
        ({"overdue": []}, ["draft"]),
        ({"overdue": ["draft", "hear"]}, ["draft"]),
        ({"escalated_to": ["secretary.head"]}, ["desk.head"]),
        ({"escalated_to": []}, ["desk.head"]),
        ({"deadlines": {"proposal": "met"}}, "overdue"),
        ({"deadlines": {"feedback": "running"}}, None),
        ({"deadlines": {"proposal": None}}, "overdue"),
        ({"deadlines": {"proposal": {"colour": "red"}}}, "（没有这一项）"),
        ({"messages": ["asked"]}, ["told"]),
        ({"messages": []}, ["told"]),
        ({"messages": [{"message": "told", "with": {"outcome": "y"}}]}, [{"outcome": "x"}]),
        ({"visited": ["decide"]}, ["start", "draft"]),
        ({"not_visited": ["draft"]}, ["draft"]),
        ({"variables": {"exit": "b"}}, "a"),
        ({"status": "closed"}, "open"),
        ({"outcome": "refused"}, None),
    ],
)
def test_what_does_not_hold_is_told_with_what_was_found(
    expected: dict[str, Any], found: Any
) -> None:
    only = mismatches(CASE, expected)
    assert len(only) == 1
    assert only[0].found == found


def test_a_mismatch_is_one_chinese_sentence() -> None:
    (only,) = mismatches(CASE, {"open": ["draft"]})
    assert str(only) == "open应为draft，实际为draft、hear"
