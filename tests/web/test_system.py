"""The page of whoever runs the system: how it stands, what went wrong, what to do; no case."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import insert, select

from server import jobs
from server.domain.chores import CHORES
from server.domain.errors import EngineError
from server.domain.expressions import Json
from server.domain.incidents import ADVICE, TITLES, IncidentKind
from server.models.case import case
from server.models.identity import Person
from server.models.outbox import outbox
from server.models.work import work_item
from server.queries import operations as queries
from server.services import heartbeats
from server.services.case import incidents as case_incidents
from server.services.context import Tools
from server.services.operations import incidents, upkeep
from server.telemetry import Meters
from tests.factories import site
from tests.factories.filed import DESK_HEAD, Filed
from tests.web.test_administrators import AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN

SignIn = Callable[[str], FlaskClient]

REAL = datetime.now(UTC)
EARLIER = REAL - timedelta(hours=2)
WORDS: dict[str, dict[str, Json]] = {
    "outage": {"from": EARLIER.isoformat(), "to": REAL.isoformat(), "made_up": 17},
    "clock_jumped": {"before": EARLIER.isoformat(), "after": REAL.isoformat()},
    "audit_broken": {"broken": 42, "reason": "记录内容与摘要不符"},
    "chore_failed": {"error": "ValueError"},
}


def test_with_everything_fine_the_page_says_so(
    enter: SignIn, filed_tools: Tools, late: site.Clock
) -> None:
    healthy(filed_tools, late)
    page = enter(SYSTEM_ADMIN).get("/system").text
    assert "一切正常" in page
    for chore in CHORES:
        assert chore.title in page
    for part in ("SQLite" if filed_tools.database.dialect.name == "sqlite" else "PostgreSQL",):
        assert part in page
    assert "2026" in page
    assert "低于1.0 GB" not in page


def test_what_needs_somebody_stands_at_the_top_with_a_way_to_it(
    enter: SignIn, filed_tools: Tools, late: site.Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy(filed_tools, late)
    for kind in IncidentKind:
        incidents.met(filed_tools, kind, REAL, subject="x", detail=WORDS.get(kind, {}))
    heartbeats.note(filed_tools, "backup", REAL - timedelta(days=3), {"ok": True, "bytes": 5})
    monkeypatch.setattr(upkeep, "free_bytes", lambda _tools: 512 * 1024 * 1024)
    page: html.HtmlElement = html.document_fromstring(enter(SYSTEM_ADMIN).get("/system").text)
    links = page.xpath("//main//div[contains(@class, 'notice')]//li/a/@href")
    assert len(links) == len(IncidentKind) + 2
    assert all(page.xpath(f"//*[@id='{link[1:]}']") for link in links)
    text = page.text_content()
    for kind in IncidentKind:
        assert TITLES[kind] in text
        assert ADVICE[kind] in text
    for told in ("已补办17项", "第42条", "ValueError", "该备份了", "512.0 MB"):
        assert told in text


def test_an_incident_that_tells_nothing_more_is_shown_all_the_same(
    enter: SignIn, filed_tools: Tools
) -> None:
    for kind in IncidentKind:
        incidents.met(filed_tools, kind, REAL)
    assert enter(SYSTEM_ADMIN).get("/system").status_code == 200
    for login, address in ((AUDIT_ADMIN, "/audit"), (DESK_HEAD, "/cases")):
        assert enter(login).get(address).status_code == 200


def test_no_background_work_is_the_first_thing_to_know(enter: SignIn) -> None:
    assert "后台任务没有运行" in enter(SYSTEM_ADMIN).get("/system").text


def test_the_clock_is_confirmed_with_a_reason_and_a_fresh_password(
    enter: SignIn, filed_tools: Tools, late: site.Clock
) -> None:
    detail = WORDS["clock_jumped"]
    incidents.met(filed_tools, IncidentKind.CLOCK_JUMPED, REAL, subject="server-1", detail=detail)
    client = enter(SYSTEM_ADMIN)
    page: html.HtmlElement = html.document_fromstring(client.get("/system").text)
    (address,) = page.xpath("//form[contains(@action, '/confirm')]/@action")
    token = site.token(client, "/system")
    refused = client.post(address, data={"csrf_token": token, "reason": "长" * 201})
    assert refused.status_code == 422
    assert "不超过200字" in refused.text
    assert "长" * 201 in refused.text
    given = {"csrf_token": token, "reason": "已与授时服务器核对"}
    assert client.post(address, data=given).status_code == 303
    told = client.get("/system").text
    assert "已确认服务器时钟" in told
    assert "已与授时服务器核对" in told
    late.forward(minutes=20)
    again = client.post(address, data=given)
    assert again.headers["Location"].startswith("/sign-in/again")


def test_no_name_and_no_content_of_a_case_stands_on_it(
    enter: SignIn, filed: Filed, filed_tools: Tools, late: site.Clock
) -> None:
    healthy(filed_tools, late)
    page = enter(SYSTEM_ADMIN).get("/system").text
    for word in (filed.name, "汛情", "宛容〔"):
        assert word not in page


def test_a_stopped_case_is_told_by_its_id_and_element_alone(
    enter: SignIn, filed: Filed, filed_tools: Tools
) -> None:
    fault = EngineError("没有找到可以办理下一步的机关", element="deliberate", detail=filed.name)
    case_incidents.suspend(filed_tools, REAL, filed.open, fault)
    with filed_tools.readers() as session:
        row = session.execute(select(case).where(case.c.id == filed.open)).one()
        people = session.scalars(select(Person.name)).all()
        titles = session.scalars(
            select(work_item.c.title).where(work_item.c.case_id == filed.open)
        ).all()
    client = enter(SYSTEM_ADMIN)
    page: html.HtmlElement = html.document_fromstring(client.get("/system").text)
    (table,) = page.xpath("//*[@id='stopped']/following::table[1]")
    told = table.text_content()
    assert filed.open in told
    assert "deliberate" in told
    hidden = {row.reference, row.title, filed.unit, *people, *titles} - {""}
    assert [word for word in sorted(hidden) if word in told] == []
    for address in (f"/cases/{filed.open}", f"/cases/{filed.open}/retry"):
        assert client.get(address).status_code in (403, 404)


def test_notices_a_way_gave_up_are_sent_again(enter: SignIn, filed_tools: Tools) -> None:
    with filed_tools.database.begin() as connection:
        connection.execute(
            insert(outbox).values(
                id="one",
                kind="notice",
                payload={},
                dedupe_key="one",
                state="failed",
                channel="纪委群",
                error="refused",
                created_at=REAL,
            )
        )
    detail: dict[str, Json] = {"error": "refused"}
    incidents.met(filed_tools, IncidentKind.CHANNEL_DOWN, REAL, subject="纪委群", detail=detail)
    client = enter(SYSTEM_ADMIN)
    page = client.get("/system").text
    assert "发不出去的通知1条" in page
    assert "网关拒收" in page
    given = {"csrf_token": site.token(client, "/system"), "channel": "纪委群"}
    assert client.post("/system/channels/again", data=given).status_code == 303
    told = client.get("/system").text
    assert "1件通知将重发" in told
    assert "发不出去的通知1条" not in told


def test_heads_read_for_a_day_why_reminders_came_late(enter: SignIn, filed_tools: Tools) -> None:
    incidents.met(filed_tools, IncidentKind.OUTAGE, REAL, detail=WORDS["outage"])
    assert "正在补办" in enter(DESK_HEAD).get("/board").text
    incidents.over(filed_tools, IncidentKind.OUTAGE, REAL)
    detail = WORDS["clock_jumped"]
    incidents.met(filed_tools, IncidentKind.CLOCK_JUMPED, REAL, detail=detail)
    page = enter(DESK_HEAD).get("/board").text
    assert "已补办17项" in page
    assert "服务器时钟有疑问" in page


def test_a_broken_record_is_told_to_those_who_answer_for_it(
    enter: SignIn, filed_tools: Tools
) -> None:
    places = ((AUDIT_ADMIN, "/audit"), (SECURITY_ADMIN, "/organisation"))
    assert all("断开" not in enter(login).get(address).text for login, address in places)
    detail = WORDS["audit_broken"]
    incidents.met(filed_tools, IncidentKind.AUDIT_BROKEN, REAL, subject="act", detail=detail)
    for login, address in places:
        assert "审计记录的操作链在第42条断开" in enter(login).get(address).text


def healthy(tools: Tools, clock: site.Clock) -> None:
    """Every chore done once, a backup made."""
    worker = jobs.worker(tools, clock, Meters())
    for chore in CHORES:
        worker.do(chore)
    heartbeats.note(tools, "backup", REAL, {"ok": True, "bytes": 7 * 1024 * 1024})
    with tools.readers() as session:
        assert queries.open_incidents(session) == ()
