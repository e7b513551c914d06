"""Whatever is withdrawn leaves the case as it was: compared row by row."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, Forbidden, NotFound
from server.models.case import case_state, case_step, subject
from server.models.outbox import message_subscription
from server.models.search import case_search
from server.models.time import deadline, timer
from server.models.work import participant, work_item
from server.services.context import Context
from server.services.verbs import deadline_clock, priorities, withdrawals, work
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, APPLICANT, AUDIT, COLLEAGUE, DESK, HEAD, NOW, Tiny

LATER = NOW + timedelta(hours=2)
BOTH = {**ACCEPT, "organs": ["audit_office", "petition_bureau"]}


@pytest.mark.parametrize(
    ("node", "login", "given"),
    [
        ("register", DESK, {**BOTH, "registered_on": "2026-02-12"}),
        ("register", DESK, {"registered": "supplement", "reason": "缺材料"}),
        ("verify", DESK, {"finding": "属实", "checker": "county1.case_supervision.2"}),
        ("consult", AUDIT, {"opinion": "同意"}),
    ],
    ids=["into a block", "to a party", "inside a block", "one of several"],
)
def test_a_withdrawn_step_leaves_no_trace_but_its_history(
    tiny: Tiny, node: str, login: str, given: Mapping[str, Any]
) -> None:
    case_id = tiny.open()
    if node != "register":
        tiny.do(DESK, case_id, "register", BOTH)
    if "checker" in given:
        given = {**given, "checker": tiny.person(COLLEAGUE)}
    item = tiny.item(case_id, node).id
    tiny.act(login, lambda ctx: work.claim(ctx, item))
    before = standing(tiny, case_id)

    tiny.act(login, lambda ctx: work.complete(ctx, item, given))
    assert standing(tiny, case_id) != before
    tiny.act(login, withdrawing(item), LATER)

    assert standing(tiny, case_id) == before
    assert violations(tiny.tools, case_id) == []
    with tiny.tools.readers() as session:
        row = session.execute(select(work_item).where(work_item.c.id == item)).one()
        assert row.draft["answers"].items() >= given.items()
        commands = session.scalars(
            select(case_step.c.command)
            .where(case_step.c.case_id == case_id)
            .order_by(case_step.c.seq)
        ).all()
    assert commands[-2:] == ["complete", "withdraw"]

    tiny.act(login, lambda ctx: work.complete(ctx, item, given), LATER)
    assert violations(tiny.tools, case_id) == []


def test_what_was_touched_is_not_withdrawn(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = done(tiny, DESK, case_id, "register", ACCEPT)
    verify = tiny.item(case_id, "verify").id
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, verify))
    tiny.act(COLLEAGUE, lambda ctx: work.release(ctx, verify))
    with pytest.raises(Conflict, match="下一环节“核实”"):
        tiny.act(DESK, withdrawing(item))


def test_only_who_did_it_withdraws_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = done(tiny, DESK, case_id, "register", ACCEPT)
    with pytest.raises(Forbidden):
        tiny.act(COLLEAGUE, withdrawing(item))
    with pytest.raises(NotFound):
        tiny.act(APPLICANT, withdrawing(item))


def test_only_the_last_step_is_withdrawn_and_only_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    first = done(tiny, DESK, case_id, "register", BOTH)
    second = done(tiny, AUDIT, case_id, "consult", {"opinion": "同意"})
    with pytest.raises(Conflict, match="最近办理"):
        tiny.act(DESK, withdrawing(first))
    tiny.act(AUDIT, withdrawing(second))
    with pytest.raises(Conflict):
        tiny.act(AUDIT, withdrawing(second))


def test_what_was_sent_or_ended_is_not_withdrawn(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    item = done(tiny, HEAD, case_id, "decide", {"determination": "tolerated", "grounds": "抢险"})
    with pytest.raises(Conflict, match="已经办结"):
        tiny.act(HEAD, withdrawing(item))


def test_a_clock_that_somebody_acted_on_since_keeps_the_step(tiny: Tiny) -> None:
    case_id = tiny.open()
    given = {"registered": "supplement", "reason": "缺材料"}
    item = done(tiny, DESK, case_id, "register", given)
    tiny.act(
        DESK, lambda ctx: deadline_clock.stop(ctx, case_id, "supplement", reason="flood"), LATER
    )
    with pytest.raises(Conflict, match="期限"):
        tiny.act(DESK, withdrawing(item), LATER)


def done(tiny: Tiny, login: str, case_id: str, node: str, given: Mapping[str, Any]) -> str:
    item = tiny.item(case_id, node).id
    tiny.do(login, case_id, node, given)
    return item


def test_what_is_withdrawn_stands_under_its_clock_and_in_its_place_as_they_are_by_now(
    tiny: Tiny,
) -> None:
    """Neither is an act on the step: it was extended, and hastened, while the task was done."""
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺材料"})
    extended = partial(deadline_clock.extend, rule_key="registration", n=2, note="材料多")
    tiny.act(HEAD, lambda ctx: extended(ctx, case_id), LATER)
    tiny.act(HEAD, lambda ctx: priorities.hasten(ctx, case_id, reason="上级交办"), LATER)
    tiny.act(DESK, withdrawing(item.id), LATER)
    assert violations(tiny.tools, case_id) == []
    with tiny.tools.readers() as session:
        row = session.execute(select(work_item).where(work_item.c.id == item.id)).one()
    assert row.priority == 1
    assert row.due_on == date(2026, 2, 28)


def withdrawing(item: str) -> Callable[[Context], None]:
    return lambda ctx: withdrawals.withdraw(ctx, item)


def standing(tiny: Tiny, case_id: str) -> dict[str, Any]:
    """Everything that waits, runs or holds in the case, without stamps of the rows."""
    found: dict[str, Any] = {}
    wanted = {
        work_item: work_item.c.state.in_(("offered", "claimed")),
        deadline: deadline.c.state != "cancelled",
        timer: timer.c.state == "armed",
        message_subscription: message_subscription.c.state == "open",
        participant: participant.c.to_at.is_(None),
        subject: subject.c.case_id == case_id,
    }
    with tiny.tools.readers() as session:
        for table, condition in wanted.items():
            rows = session.execute(
                select(table).where(table.c.case_id == case_id, condition).order_by(table.c.id)
            ).mappings()
            found[table.name] = [plain(dict(row)) for row in rows]
        state = session.execute(select(case_state).where(case_state.c.case_id == case_id)).one()
        marks = select(case_search.c.seq).where(case_search.c.case_id == case_id)
        found["search"] = sorted(session.scalars(marks))
    return {**found, "state": state.state, "variables": state.variables}


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("version", "draft")}
