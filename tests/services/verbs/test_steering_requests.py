"""调整环节、更正流程数据: asked by one head, done in the consent of another."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from threading import Barrier, Thread
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.expressions import Json
from server.domain.field_rights import FieldRights
from server.domain.requests import RequestKind
from server.models.audit import AuditEvent
from server.models.case import case_request, case_step
from server.services.case import incidents
from server.services.clocks import deadline_rows
from server.services.context import Context
from server.services.files import requests as files
from server.services.verbs import asking, case_verbs, requests, returns, work
from tests.factories.asked import decider
from tests.factories.invariants import broken_chain, violations
from tests.factories.tiny import ACCEPT, APPLICANT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny

MOVE, AMEND = RequestKind.MOVE, RequestKind.AMEND


def test_a_token_goes_back_and_the_clock_of_the_step_runs_again(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    before = tiny.facts(case_id)
    shown = tiny.act(HEAD, lambda ctx: asking.move(ctx, case_id, "register"))
    words = {each.label: each.after for each in shown.changes}
    assert words["打开的环节"] == "登记"
    assert "核实" in words["关闭的环节"]
    assert tiny.facts(case_id) == before
    request_id = asked(tiny, case_id, MOVE, {"to": "register"})
    assert [each.node_key for each in tiny.facts(case_id).work] != ["register"]
    above = decider(tiny.tools, request_id)
    assert above != HEAD
    tiny.act(above, lambda ctx: requests.consent(ctx, request_id, answer="同意"))
    facts = tiny.facts(case_id)
    assert [each.node_key for each in facts.work] == ["register"]
    clock = facts.clock_of("registration")
    assert clock is not None
    assert clock.is_open
    assert violations(tiny.tools, case_id) == []
    step = last_step(tiny, case_id)
    assert (step.command, step.node_key) == ("move", "register")
    assert step.given["asked"] == "return"
    assert step.actor_id == tiny.person(above)
    stored = row(tiny, request_id)
    assert stored.state == "consented"
    assert (stored.before["opens"], stored.after) == ([["register", ""]], {"to": "register"})
    assert record(tiny, case_id, "case.move")["asked_by"] == tiny.person(HEAD)
    tiny.do(DESK, case_id, "register", ACCEPT)
    assert violations(tiny.tools, case_id) == []
    assert broken_chain(tiny.tools) is None


def test_a_token_that_goes_back_takes_the_clocks_of_the_last_round_as_a_return_does(
    tiny: Tiny,
) -> None:
    """What began before the step was done for the last time is over, and is not undone."""
    case_ids = [tiny.open(), tiny.open()]
    for case_id in case_ids:
        tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺材料"})
        tiny.do(APPLICANT, case_id, "supplement", {"supplemented": "补"})
        tiny.do(DESK, case_id, "register", ACCEPT)
    moved, returned = case_ids
    request_id = asked(tiny, moved, MOVE, {"to": "register"})
    above = decider(tiny.tools, request_id)
    tiny.act(above, lambda ctx: requests.consent(ctx, request_id, answer="同意"))
    item = tiny.item(returned, "verify")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    back = partial(returns.return_, item_id=item.id, to_task="register", reason="登记有误")
    tiny.act(DESK, lambda ctx: back(ctx))

    for case_id in case_ids:
        rows = tiny.program(partial(deadline_rows.of_case, case_id=case_id))
        clocks = {row.rule_key: (row.state, [act["kind"] for act in row.changes]) for row in rows}
        assert clocks == {"registration": ("running", ["reopen"]), "supplement": ("met", [])}
        assert [each.node_key for each in tiny.facts(case_id).work] == ["register"]
        assert violations(tiny.tools, case_id) == []


def test_only_steps_at_which_one_token_stands_alone_are_reached_forwards(tiny: Tiny) -> None:
    case_id = tiny.open()
    found = tiny.act(HEAD, lambda ctx: asking.steps(ctx, case_id))
    assert [each.value for each in found] == ["supplement"]
    for node in ("verify", "decide", "register", "unheard_of"):
        with pytest.raises(Invalid) as refused:
            asked(tiny, case_id, MOVE, {"to": node})
        assert [each.field for each in refused.value.findings] == ["to"]
    request_id = asked(tiny, case_id, MOVE, {"to": "supplement"})
    tiny.act(decider(tiny.tools, request_id), lambda ctx: requests.consent(ctx, request_id))
    assert [each.node_key for each in tiny.facts(case_id).work] == ["supplement"]
    assert violations(tiny.tools, case_id) == []


def test_inside_a_block_nothing_goes_forwards(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    found = tiny.act(HEAD, lambda ctx: asking.steps(ctx, case_id))
    assert [each.value for each in found] == ["register"]


def test_when_the_case_moved_meanwhile_nothing_is_done(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = asked(tiny, case_id, MOVE, {"to": "supplement"})
    above = decider(tiny.tools, request_id)
    tiny.do(DESK, case_id, "register", ACCEPT)
    with pytest.raises(RongcuoError):
        tiny.act(above, lambda ctx: requests.consent(ctx, request_id))
    tiny.act(HEAD, lambda ctx: requests.withdraw(ctx, request_id))
    back = asked(tiny, case_id, MOVE, {"to": "register"})
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    with pytest.raises(Conflict) as refused:
        tiny.act(above, lambda ctx: requests.consent(ctx, back))
    assert "提出之后情况已有变化" in refused.value.message
    assert row(tiny, back).state == "asked"


def test_a_variable_is_amended_and_both_values_and_both_names_stay_on_record(tiny: Tiny) -> None:
    case_id = tiny.open()
    shown = tiny.act(HEAD, lambda ctx: asking.amend(ctx, case_id, "managed_by", value="city"))
    (change,) = shown.changes
    assert change.before != change.after
    request_id = asked(tiny, case_id, AMEND, {"name": "managed_by", "value": "city"})
    above = decider(tiny.tools, request_id)
    tiny.act(above, lambda ctx: requests.consent(ctx, request_id))
    assert tiny.facts(case_id).variables["managed_by"] == "city"
    stored = row(tiny, request_id)
    assert (stored.before["value"], stored.after["value"]) == ("county", "city")
    assert (stored.asked_by, stored.decided_by) == (tiny.person(HEAD), tiny.person(above))
    step = last_step(tiny, case_id)
    assert (step.command, step.given["asked"]) == ("amend", "amend")
    assert "city" not in str(record(tiny, case_id, "case.amend"))
    for login in (HEAD, above, DESK):
        seen = tiny.act(login, lambda ctx: files.one(ctx, request_id))
        assert seen.outlook is not None
        assert seen.outlook.changes == (change,)
        assert change.after in seen.what
    assert violations(tiny.tools, case_id) == []


def test_what_a_task_must_not_see_is_not_told_to_whoever_has_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = asked(tiny, case_id, AMEND, {"name": "managed_by", "value": "city"})
    hiding = {"register": FieldRights(node="register", hidden=("managed_by",))}
    for key, release in tiny.tools.releases.items():
        tiny.tools.releases[key] = replace(release, pack=replace(release.pack, fields=hiding))
    shown = tiny.act(HEAD, lambda ctx: asking.amend(ctx, case_id, "managed_by", value="city"))
    item = tiny.item(case_id, "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item))
    above = decider(tiny.tools, request_id)
    for is_done in (False, True):
        if is_done:
            tiny.act(above, lambda ctx: requests.consent(ctx, request_id))
        veiled = tiny.act(DESK, lambda ctx: files.one(ctx, request_id))
        assert (veiled.outlook, veiled.hindrance) == (None, "")
        assert shown.changes[0].after not in veiled.title
        for login in (HEAD, COLLEAGUE, above):
            seen = tiny.act(login, lambda ctx: files.one(ctx, request_id)).outlook
            assert seen is not None
            assert seen.changes == shown.changes


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("routing", "x", "name"),
        ("opinions", "x", "name"),
        ("unheard_of", "x", "name"),
        ("evidence_weight", "viel", "value"),
        ("registered_on", "2026-02-30", "value"),
        ("managed_by", "county", "value"),
    ],
)
def test_what_is_computed_unknown_of_another_type_or_the_same_is_refused(
    tiny: Tiny, name: str, value: str, field: str
) -> None:
    case_id = tiny.open()
    with pytest.raises(Invalid) as refused:
        asked(tiny, case_id, AMEND, {"name": name, "value": value})
    assert [each.field for each in refused.value.findings] == [field]


@pytest.mark.parametrize(
    ("login", "refusal"),
    [(DESK, Forbidden), (COLLEAGUE, Forbidden), (APPLICANT, NotFound), (STRANGER, NotFound)],
)
def test_only_the_head_of_a_competent_office_asks(
    tiny: Tiny, login: str, refusal: type[RongcuoError]
) -> None:
    case_id = tiny.open()
    for kind, payload in ((MOVE, {"to": "supplement"}), (AMEND, {"name": "x", "value": ""})):
        with pytest.raises(refusal):
            asked(tiny, case_id, kind, payload, by=login)
    with pytest.raises(RongcuoError):
        tiny.act(login, lambda ctx: case_verbs.retry(ctx, case_id, reason="重试"))


def test_two_consents_at_once_do_it_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    request_id = asked(tiny, case_id, MOVE, {"to": "supplement"})
    above, barrier, results = decider(tiny.tools, request_id), Barrier(2), []

    def consent() -> None:
        def act(ctx: Context) -> None:
            barrier.wait(10)
            requests.consent(ctx, request_id)

        try:
            tiny.act(above, act)
        except Conflict as refused:
            results.append(refused.message)
        else:
            results.append("done")

    threads = [Thread(target=consent) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("done") == 1
    with tiny.tools.readers() as session:
        moved = select(func.count()).where(case_step.c.command == "move")
        assert session.scalar(moved) == 1
    assert violations(tiny.tools, case_id) == []


def test_a_head_lets_a_case_go_on_that_stopped_because_of_a_fault(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Conflict):
        tiny.act(HEAD, lambda ctx: case_verbs.retry(ctx, case_id, reason="重试"))
    incidents.suspend(tiny.tools, NOW, case_id, RuntimeError("fault"))
    tiny.act(HEAD, lambda ctx: case_verbs.retry(ctx, case_id, reason="机构已经补上"))
    assert tiny.facts(case_id).status == "open"
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))


def asked(
    tiny: Tiny, case_id: str, kind: RequestKind, payload: Mapping[str, Json], *, by: str = HEAD
) -> str:
    return tiny.act(by, lambda ctx: requests.ask(ctx, case_id, kind, payload, reason="登记有误"))


def row(tiny: Tiny, request_id: str) -> Any:
    with tiny.tools.readers() as session:
        return session.execute(select(case_request).where(case_request.c.id == request_id)).one()


def last_step(tiny: Tiny, case_id: str) -> Any:
    with tiny.tools.readers() as session:
        steps = select(case_step).where(case_step.c.case_id == case_id)
        return session.execute(steps.order_by(case_step.c.seq.desc()).limit(1)).one()


def record(tiny: Tiny, case_id: str, verb: str) -> dict[str, Any]:
    with tiny.tools.readers() as session:
        text = session.scalars(
            select(AuditEvent.text).where(AuditEvent.case_id == case_id, AuditEvent.verb == verb)
        ).one()
    found: dict[str, Any] = orjson.loads(text)
    return found
