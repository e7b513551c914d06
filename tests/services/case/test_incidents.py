from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Update, select, update

from server.domain.errors import Conflict, EngineError, Forbidden, NotFound
from server.domain.packs import Feel
from server.models.identity import Unit
from server.models.time import timer
from server.queries import incidents as queries
from server.queries.incidents import Incident
from server.services.case import incidents
from server.services.context import Tools
from server.services.verbs import case_verbs, timers
from tests.factories.engine import Broken
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, DESK, HEAD, NOW, Tiny

SUPPLEMENT = {"registered": "supplement", "reason": "缺材料"}


def test_a_case_without_a_competent_office_stands_still_until_there_is_one(tiny: Tiny) -> None:
    case_id, other = tiny.open(), tiny.open()
    closing = NOW.date() - timedelta(days=1)
    tiny.program(lambda ctx: ctx.session.execute(close_audit(closing)))
    given = {**ACCEPT, "organs": ["audit_office"]}
    with pytest.raises(EngineError):
        tiny.do(DESK, case_id, "register", given)
    (found,) = standing(tiny)
    assert (found.case_id, found.status, found.element) == (case_id, "suspended", "consult")
    assert found.reason
    assert found.since == NOW
    with pytest.raises(Conflict):
        tiny.do(DESK, case_id, "register", given)
    tiny.do(DESK, other, "register", ACCEPT)
    tiny.program(lambda ctx: ctx.session.execute(close_audit(None)))
    tiny.program(lambda ctx: incidents.resolve(ctx, case_id))
    tiny.do(DESK, case_id, "register", given)
    assert standing(tiny) == ()
    assert violations(tiny.tools, case_id) == violations(tiny.tools, other) == []


def test_a_fault_of_the_pack_stands_in_the_list_without_any_content(tiny: Tiny) -> None:
    case_id = tiny.open()
    (release_id, release) = next(iter(tiny.tools.releases.items()))
    event = replace(release.pack.events["registered"], when=Feel("not(nobody_knows_this)"))
    pack = replace(release.pack, events={**release.pack.events, "registered": event})
    tiny.tools.releases[release_id] = replace(release, pack=pack)
    with pytest.raises(EngineError):
        tiny.do(DESK, case_id, "register", {**ACCEPT, "reason": "密语"})
    (found,) = standing(tiny)
    assert found.error == "ExpressionFailed"
    assert "密语" not in repr(found)


@pytest.mark.parametrize("error", [EngineError("出错"), ValueError("内容"), KeyError("内容")])
def test_a_timer_the_procedure_waits_for_stops_the_case_when_it_is_given_up(
    tiny: Tiny, error: Exception
) -> None:
    case_id = supplementing(tiny)
    now = give_up(tiny, error)
    (found,) = standing(tiny)
    assert (found.status, [each.what for each in found.given_up]) == (
        "suspended",
        ["supplement_over"],
    )
    assert "内容" not in found.reason
    tiny.program(lambda ctx: incidents.resolve(ctx, case_id), now)
    timers.sweep(tiny.tools, now)
    assert [each.node_key for each in tiny.facts(case_id).work] == ["register"]
    assert standing(tiny) == ()
    assert violations(tiny.tools, case_id, now) == []


def test_a_notice_that_is_given_up_stops_nobody_and_is_visible(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(timer).where(timer.c.kind == "rung").values(rung=99, due_at=NOW)
        )
    )
    now = NOW
    for attempt in range(1, 6):
        timers.sweep(tiny.tools, now)
        now += timedelta(minutes=2**attempt)
    (found,) = standing(tiny)
    assert (found.status, found.reason) == ("open", "")
    assert {each.error for each in found.given_up} == {"IndexError"}
    tiny.do(DESK, case_id, "register", ACCEPT, now=now)
    tiny.program(lambda ctx: incidents.resolve(ctx, case_id), now)


def test_a_moment_stays_what_it_was_while_it_is_tried_again(tiny: Tiny) -> None:
    moment = timers.next_due(tiny.tools, supplementing(tiny))
    timers.sweep(broken(tiny, EngineError("出错")), NOW + timedelta(days=6))
    with tiny.tools.readers() as session:
        row = session.execute(select(timer).where(timer.c.kind == "engine")).one()
    assert (row.due_at, row.not_before) == (moment, NOW + timedelta(days=6, minutes=1))


def test_only_the_operator_lets_a_case_go_on_and_only_one_that_stands_still(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Conflict):
        tiny.program(lambda ctx: incidents.resolve(ctx, case_id))
    incidents.suspend(tiny.tools, NOW, case_id, EngineError("出错"))
    with pytest.raises(Forbidden):
        tiny.act(HEAD, lambda ctx: incidents.resolve(ctx, case_id))
    with pytest.raises(NotFound):
        tiny.program(lambda ctx: incidents.resolve(ctx, "nobody"))


def test_the_system_administrator_lets_a_case_go_on_whose_content_he_never_sees(
    tiny: Tiny,
) -> None:
    case_id = tiny.open()
    incidents.suspend(tiny.tools, NOW, case_id, EngineError("出错"))
    tiny.act("p.system_admin.head", lambda ctx: incidents.resolve(ctx, case_id))
    assert standing(tiny) == ()


def test_what_a_person_suspended_is_no_incident(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.act(HEAD, lambda ctx: case_verbs.suspend(ctx, case_id, reason="等待另案"))
    assert standing(tiny) == ()


def close_audit(day: date | None) -> Update:
    kinds = (Unit.kind == "audit_office", Unit.region == "p/c1/d1")
    return update(Unit).where(*kinds).values(closed_on=day)


def standing(tiny: Tiny) -> tuple[Incident, ...]:
    with tiny.tools.readers() as session:
        return queries.standing(session)


def supplementing(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", SUPPLEMENT)
    return case_id


def give_up(tiny: Tiny, error: Exception) -> datetime:
    tools, now = broken(tiny, error), NOW + timedelta(days=6)
    for attempt in range(1, 6):
        timers.sweep(tools, now)
        now += timedelta(minutes=2**attempt)
    return now


def broken(tiny: Tiny, error: Exception) -> Tools:
    return replace(tiny.tools, engine=Broken(error))
