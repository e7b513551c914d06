from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, Forbidden, Invalid
from server.models.case import case, case_step
from server.models.work import work_act
from server.services.clocks import deadline_rows
from server.services.context import Context
from server.services.verbs import case_verbs, reopenings
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, DESK, HEAD, NOW, Tiny

LATER = NOW + timedelta(days=1)
WHY = "发现新的证据"


def test_a_closed_case_goes_on_from_the_usual_step_and_is_closed_again(tiny: Tiny) -> None:
    case_id = closed(tiny)
    tiny.act(HEAD, reopening(case_id), LATER)
    with tiny.tools.readers() as session:
        row = session.execute(select(case).where(case.c.id == case_id)).one()
        assert (row.status, row.outcome, row.closed_at) == ("open", None, None)
        step = session.execute(select(case_step).order_by(case_step.c.seq.desc())).first()
        assert step is not None
        assert step.command == "reopen"
        act = session.execute(select(work_act).where(work_act.c.verb == "reopen")).one()
        assert (act.text, act.to_node) == (WHY, "decide")
    (item,) = tiny.facts(case_id).work
    assert (item.node_key, item.assignee_id) == ("decide", tiny.person(HEAD))
    running = [row for row in clocks(tiny, case_id) if row.is_open]
    assert [row.rule_key for row in running] == ["decision"]
    assert violations(tiny.tools, case_id) == []

    given = {"determination": "not_tolerated", "grounds": "证据不足"}
    tiny.do(HEAD, case_id, "decide", given, now=LATER)
    facts = tiny.facts(case_id)
    assert (facts.status, facts.outcome) == ("closed", "not_tolerated")
    assert violations(tiny.tools, case_id) == []


def test_only_the_head_reopens_what_is_closed_to_a_step_of_the_rule(tiny: Tiny) -> None:
    case_id = closed(tiny)
    with pytest.raises(Forbidden):
        tiny.act(DESK, reopening(case_id))
    with pytest.raises(Invalid):
        tiny.act(HEAD, reopening(case_id, "register"))
    tiny.act(HEAD, reopening(case_id, "verify"), LATER)
    with pytest.raises(Conflict):
        tiny.act(HEAD, reopening(case_id))
    tiny.act(HEAD, lambda ctx: case_verbs.cancel(ctx, case_id, reason="撤销"))
    with pytest.raises(Conflict):
        tiny.act(HEAD, reopening(case_id))


def closed(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-12"})
    tiny.decided(case_id)
    assert tiny.facts(case_id).status == "closed"
    return case_id


def reopening(case_id: str, to_task: str = "") -> Callable[[Context], None]:
    return lambda ctx: reopenings.reopen(ctx, case_id, reason=WHY, to_task=to_task)


def clocks(tiny: Tiny, case_id: str) -> list[deadline_rows.DeadlineRow]:
    return tiny.program(lambda ctx: deadline_rows.of_case(ctx, case_id))
