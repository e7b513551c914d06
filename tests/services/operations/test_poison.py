"""One bad case among fifty stops nobody else, and its administrator lets it go on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server import jobs
from server.domain.links import LinkKind
from server.models.case import case, case_state
from server.models.outbox import outbox
from server.queries import incidents as queries
from server.queries import operations
from server.queries.incidents import Incident
from server.services.case import links
from server.services.context import Tools
from server.services.verbs import advance
from server.telemetry import Meters
from tests.databases import Databases
from tests.factories import site
from tests.factories import tools as opening
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny, fill

SUPPLEMENT = {"registered": "supplement", "reason": "缺材料"}
#: the supplement of every case is over
LATER = NOW + timedelta(days=6)
FIFTY = 50
ADMIN = "p.system_admin.head"


@pytest.fixture
def tiny(databases: Databases) -> Iterator[Tiny]:
    """The small pack, with people who can sign in."""
    with opening.copied(databases, "tiny_served", fill_served) as tools:
        yield Tiny(tools)


def fill_served(url: str) -> None:
    fill(url)
    site.set_secrets(url)


@pytest.mark.soak_on("sqlite")
def test_one_case_whose_timer_always_fails_among_fifty(tiny: Tiny) -> None:
    case_ids = [supplementing(tiny) for _each in range(FIFTY)]
    bad, good = case_ids[17], [each for each in case_ids if each != case_ids[17]]
    kept = spoiled(tiny.tools, bad)
    meters = rounds(tiny.tools, LATER)
    assert all(steps(tiny, each) == ["register"] for each in good)
    assert counted(meters, "done") > 0
    assert counted(meters, "failed") == 0
    (found,) = standing(tiny.tools)
    assert (found.case_id, found.error, found.given_up[0].what) == (
        bad,
        "StateUnreadable",
        "supplement_over",
    )
    with tiny.tools.readers() as session:
        assert operations.open_incidents(session) == ()
    client = site.signed_in(site.served(tiny.tools, site.Clock(LATER)), ADMIN)
    page = client.get("/system").text
    assert "停住的事项1件" in page
    assert bad in page
    assert reference(tiny.tools, bad) not in page
    assert "缺材料" not in page
    restored(tiny.tools, bad, kept)
    assert retry(client, f"/system/cases/{bad}/again").status_code == 303
    rounds(tiny.tools, LATER + timedelta(hours=1))
    assert steps(tiny, bad) == ["register"]
    assert standing(tiny.tools) == ()
    assert "停住的事项" not in client.get("/system").text
    assert violations(tiny.tools, bad, LATER + timedelta(hours=1)) == []


def test_a_message_that_always_fails_is_given_up_and_the_others_arrive(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [linked(tiny) for _each in range(3)]
    bad = pairs[1][1]
    with monkeypatch.context() as patch:
        patch.setattr(advance, "step", failing_for(bad))
        rounds(tiny.tools, NOW)
    assert [arrived(tiny, parent) for _child, parent in pairs] == [True, False, True]
    with tiny.tools.readers() as session:
        (found,) = operations.messages(session, NOW)
    assert (found.case_id, found.is_failed, found.error) == (pairs[1][0], True, "KeyError")
    client = site.signed_in(site.served(tiny.tools, site.Clock(NOW)), ADMIN)
    assert "送不到的函件1件" in client.get("/system").text
    assert retry(client, f"/system/messages/{found.id}/again").status_code == 303
    rounds(tiny.tools, NOW + timedelta(hours=1))
    assert arrived(tiny, bad)
    assert retry(client, f"/system/messages/{found.id}/again").status_code == 404


def test_a_message_waits_for_a_receiver_that_stands_still(tiny: Tiny) -> None:
    child, parent = linked(tiny)
    suspend(tiny.tools, parent, "suspended")
    rounds(tiny.tools, NOW)
    assert not arrived(tiny, parent)
    suspend(tiny.tools, parent, "open")
    rounds(tiny.tools, NOW + timedelta(hours=1))
    assert arrived(tiny, parent)
    assert steps(tiny, child) == []


@pytest.mark.parametrize("login", ["p.audit_admin.head", "p.security_admin.head", DESK])
def test_nobody_else_lets_a_case_go_on(tiny: Tiny, login: str) -> None:
    case_id = supplementing(tiny)
    client = site.signed_in(site.served(tiny.tools, site.Clock(NOW)), login)
    assert retry(client, f"/system/cases/{case_id}/again", "/me").status_code == 403


def rounds(tools: Tools, now: datetime) -> Meters:
    """Rounds for as long as what fails is tried again."""
    meters = Meters()
    clock = site.Clock(now)
    worker = jobs.worker(tools, clock, meters)
    for _each in range(6):
        worker.round()
        clock.forward(minutes=10)
    return meters


def counted(meters: Meters, result: str) -> float:
    told = {"chore": "round", "result": result}
    return meters.registry.get_sample_value("rongcuo_chores_total", told) or 0


def supplementing(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", SUPPLEMENT)
    return case_id


def linked(tiny: Tiny) -> tuple[str, str]:
    """A case that was decided, and the one it came from, which waits for the same message."""
    child, parent = tiny.open(), tiny.open()
    for case_id in (child, parent):
        tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.program(lambda ctx: links.add(ctx, LinkKind.OPENED, parent, child))
    with tiny.tools.database.begin() as connection:
        sent = {"message": "evidence_received", "data": {"evidence_weight": 1}}
    tiny.decided(child)
    with tiny.tools.database.begin() as connection:
        connection.execute(
            update(outbox)
            .where(outbox.c.case_id == child, outbox.c.kind == "message")
            .values(payload=sent)
        )
    return child, parent


def arrived(tiny: Tiny, case_id: str) -> bool:
    return "evidence_arrives" in tiny.facts(case_id).visited


def failing_for(case_id: str) -> Any:
    step = advance.step

    def fail(ctx: Any, row: Any, *given: Any) -> Any:
        if row.id == case_id:
            raise KeyError("content")
        return step(ctx, row, *given)

    return fail


def spoiled(tools: Tools, case_id: str) -> bytes:
    """The state of a case that nobody can read; what it was."""
    tools.engine.forget(case_id)
    with tools.database.begin() as connection:
        wanted = select(case_state.c.state).where(case_state.c.case_id == case_id)
        kept: bytes = connection.execute(wanted).scalar_one()
        _store(connection, case_id, b"spoiled")
    return kept


def restored(tools: Tools, case_id: str, kept: bytes) -> None:
    with tools.database.begin() as connection:
        _store(connection, case_id, kept)


def _store(connection: Any, case_id: str, state: bytes) -> None:
    connection.execute(
        update(case_state).where(case_state.c.case_id == case_id).values(state=state)
    )


def suspend(tools: Tools, case_id: str, status: str) -> None:
    with tools.database.begin() as connection:
        connection.execute(update(case).where(case.c.id == case_id).values(status=status))


def steps(tiny: Tiny, case_id: str) -> list[str]:
    return [each.node_key for each in tiny.facts(case_id).work]


def standing(tools: Tools) -> tuple[Incident, ...]:
    with tools.readers() as session:
        return queries.standing(session)


def reference(tools: Tools, case_id: str) -> str:
    with tools.readers() as session:
        found = session.scalars(select(case.c.reference).where(case.c.id == case_id)).one()
    return str(found)


def retry(client: FlaskClient, address: str, at: str = "/system") -> Any:
    return client.post(address, data={"csrf_token": site.token(client, at)})
