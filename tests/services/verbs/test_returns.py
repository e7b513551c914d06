from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.expressions import Json
from server.models.case import case_step
from server.models.outbox import notification
from server.models.time import timer
from server.models.work import OPEN_STATES, work_act, work_item
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context
from server.services.identity import people
from server.services.verbs import returns, work
from tests.factories import joint
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, AUDIT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny

LATER = NOW + timedelta(days=1)
WHY = "核实不全面"
AGREE: Mapping[str, Json] = {"choice": "agree", "opinion": "同意"}


def test_a_case_goes_back_across_a_join_to_who_did_the_step_with_what_he_wrote(tiny: Tiny) -> None:
    case_id = at_decide(tiny)
    item = claimed(tiny, HEAD, case_id, "decide")
    tiny.act(HEAD, returning(item, "verify"), LATER)
    (back,) = tiny.facts(case_id).work
    assert (back.node_key, back.assignee_id) == ("verify", tiny.person(DESK))
    with tiny.tools.readers() as session:
        (draft,) = session.scalars(select(work_item.c.draft).where(work_item.c.id == back.id))
        assert draft["answers"]["finding"] == "属实"
        assert session.scalar(select(work_item.c.state).where(work_item.c.id == item)) == "ended"
        act = session.execute(select(work_act).where(work_act.c.verb == "return")).one()
        assert (act.text, act.to_node, act.work_item_id) == (WHY, "verify", item)
        step = session.execute(select(case_step).order_by(case_step.c.seq.desc())).first()
        assert step is not None
        assert (step.command, step.given["values"]["target"]) == ("return", "verify")
        told = session.execute(select(notification).where(notification.c.kind == "return")).one()
        assert told.recipient_id == tiny.person(DESK)
        assert WHY not in told.text
    tiny.do(DESK, case_id, "verify", {"finding": "再次核实属实"}, now=LATER)
    assert [each.node_key for each in tiny.facts(case_id).work] == ["decide"]


def test_a_step_goes_to_its_office_where_who_did_it_has_left(tiny: Tiny) -> None:
    case_id = at_decide(tiny)
    item = claimed(tiny, HEAD, case_id, "decide")
    tiny.recuse(case_id, DESK)
    tiny.act(HEAD, returning(item, "verify"), LATER)
    (back,) = tiny.facts(case_id).work
    assert (back.node_key, back.assignee_id) == ("verify", None)
    with tiny.tools.readers() as session:
        told = session.scalars(select(notification.c.recipient_id)).all()
    assert set(told) == {tiny.person(login) for login in (COLLEAGUE, HEAD)}


def test_places_are_the_earlier_steps_that_were_done_without_those_of_a_party(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺材料"})
    tiny.do("county1.housing_works.1", case_id, "supplement", {"supplemented": "补充"})
    tiny.do(COLLEAGUE, case_id, "register", ACCEPT)
    item = claimed(tiny, DESK, case_id, "verify")
    choices = tiny.act(DESK, lambda ctx: returns.places(ctx, item))
    assert [each.value for each in choices] == ["register"]
    assert choices[0].hint == f"{name(tiny, COLLEAGUE)}，2026-02-12办理"


@pytest.mark.parametrize("target", ["decide", "consult", "supplement", "nowhere", "verify"])
def test_a_case_never_goes_forward_aside_or_to_a_step_nobody_did(tiny: Tiny, target: str) -> None:
    case_id = at_verify(tiny)
    item = claimed(tiny, DESK, case_id, "verify")
    with pytest.raises(Invalid):
        tiny.act(DESK, returning(item, target))
    assert [each.node_key for each in tiny.facts(case_id).work].count("verify") == 1


def test_only_who_has_the_task_returns_it_and_says_why(tiny: Tiny) -> None:
    case_id = at_verify(tiny)
    item = tiny.item(case_id, "verify").id
    with pytest.raises(Conflict):
        tiny.act(DESK, returning(item, "register"))
    claimed(tiny, DESK, case_id, "verify")
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, returning(item, "register"))
    with pytest.raises(NotFound):
        tiny.act(STRANGER, returning(item, "register"))
    with pytest.raises(Invalid):
        tiny.act(DESK, lambda ctx: returns.return_(ctx, item, to_task="register", reason=" "))
    tiny.recuse(case_id, DESK)
    with pytest.raises((Forbidden, NotFound)):
        tiny.act(DESK, returning(item, "register"))


def test_out_of_a_block_all_branches_end_and_begin_again(tiny: Tiny) -> None:
    case_id = tiny.open()
    both = {**ACCEPT, "organs": ["audit_office", "petition_bureau"]}
    tiny.do(DESK, case_id, "register", both)
    tiny.do(AUDIT, case_id, "consult", {"opinion": "同意"})
    item = claimed(tiny, DESK, case_id, "verify")
    tiny.act(DESK, returning(item, "register"), LATER)
    (back,) = tiny.facts(case_id).work
    assert back.node_key == "register"
    tiny.do(DESK, case_id, "register", both, now=LATER)
    assert sorted(each.node_key for each in tiny.facts(case_id).work) == [
        "consult",
        "consult",
        "verify",
    ]


def test_the_clock_of_the_step_runs_again_and_what_was_begun_since_does_not(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-12"})
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    before = clocks(tiny, case_id)
    assert [(row.rule_key, row.state) for row in before] == [
        ("decision", "running"),
        ("registration", "met"),
    ]
    item = claimed(tiny, HEAD, case_id, "decide")
    tiny.act(HEAD, returning(item, "register"), LATER)

    decision, registration = clocks(tiny, case_id)
    assert (decision.state, registration.state) == ("cancelled", "running")
    assert registration.due_on == before[1].due_on
    assert registration.met_on is None
    assert "退回，原期限继续计算" in registration.line
    with tiny.tools.readers() as session:
        back = session.execute(select(work_item).where(work_item.c.state == "claimed")).one()
        assert (back.deadline_id, back.due_on) == (registration.id, registration.due_on)
        armed = session.scalars(
            select(timer.c.deadline_id).where(timer.c.state == "armed", timer.c.kind != "engine")
        ).all()
    assert set(armed) == {registration.id}
    assert violations(tiny.tools, case_id) == []

    tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-13"}, now=LATER)
    tiny.do(DESK, case_id, "verify", {"finding": "属实"}, now=LATER)
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1}, LATER)
    assert [(row.rule_key, row.occurrence, row.state) for row in clocks(tiny, case_id)] == [
        ("decision", 1, "cancelled"),
        ("decision", 2, "running"),
        ("registration", 1, "met"),
    ]
    assert violations(tiny.tools, case_id) == []


def clocks(tiny: Tiny, case_id: str) -> list[DeadlineRow]:
    return tiny.program(lambda ctx: deadline_rows.of_case(ctx, case_id))


def at_verify(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    return case_id


def test_a_step_goes_to_who_did_it_and_who_signs_with_him_is_asked_anew(tiny: Tiny) -> None:
    """He signed for his office as well: of the step opened again he gets the task alone."""
    asked: Json = {"roles": ["case_supervision_office", "audit_office"]}
    case_id = joint.opened(tiny, main=True, who=asked, **{"pass": "1/1"})
    for login, given in ((AUDIT, AGREE), (DESK, AGREE), (DESK, {"finding": "属实"})):
        mine = min(each for each in offered(tiny, login, case_id, is_main="finding" in given))
        tiny.act(login, partial(work.claim, item_id=mine))
        tiny.act(login, partial(work.complete, item_id=mine, given=given))
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    item = claimed(tiny, HEAD, case_id, "decide")
    tiny.act(HEAD, returning(item, "verify"), LATER)
    waits = {each.duty: each.assignee_id for each in rows(tiny, case_id)}
    assert waits == {"main": tiny.person(DESK), "member": None}
    assert violations(tiny.tools, case_id) == []


def rows(tiny: Tiny, case_id: str) -> list[Any]:
    waits = work_item.c.state.in_(OPEN_STATES)
    with tiny.tools.readers() as session:
        return list(session.execute(select(work_item).where(work_item.c.case_id == case_id, waits)))


def offered(tiny: Tiny, login: str, case_id: str, *, is_main: bool) -> list[str]:
    """What waits for the office of this person."""
    units = {post.unit_id for post in tiny.actor(login).posts}
    return [
        each.id
        for each in rows(tiny, case_id)
        if each.candidate_unit in units and (each.duty == "main") == is_main
    ]


def at_decide(tiny: Tiny) -> str:
    case_id = at_verify(tiny)
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    return case_id


def claimed(tiny: Tiny, login: str, case_id: str, node: str) -> str:
    item = tiny.item(case_id, node)
    tiny.act(login, lambda ctx: work.claim(ctx, item.id))
    return item.id


def returning(item: str, to_task: str) -> Callable[[Context], None]:
    return lambda ctx: returns.return_(ctx, item, to_task=to_task, reason=WHY)


def name(tiny: Tiny, login: str) -> str:
    return tiny.act(login, lambda ctx: people.person_by_login(ctx, login).name)
