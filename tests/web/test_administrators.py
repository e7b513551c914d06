"""The pages of those who have no part in cases: drill clock, record, packs."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import insert, select

from server.domain.access import SYSTEM
from server.models.audit import AuditEvent
from server.models.installation import drill as drill_mark
from server.services.context import Tools, transaction
from server.services.drills import drill
from tests.factories import site
from tests.factories.filed import Filed

SignIn = Callable[[str], FlaskClient]

SYSTEM_ADMIN, SECURITY_ADMIN = "p.system_admin.head", "p.security_admin.head"
AUDIT_ADMIN, DESIGNER = "p.audit_admin.head", "p.designer.head"
PLACES = {
    SYSTEM_ADMIN: "/system",
    SECURITY_ADMIN: "/organisation",
    AUDIT_ADMIN: "/audit",
    DESIGNER: "/studio",
}


@pytest.mark.parametrize("login", PLACES)
def test_each_begins_at_his_own_page_and_the_others_are_closed_to_him(
    login: str, enter: SignIn
) -> None:
    client = enter(login)
    assert client.get("/").headers["Location"] == PLACES[login]
    for other, address in PLACES.items():
        assert client.get(address).status_code == (200 if other == login else 403)


def test_the_record_tells_who_did_what_and_no_content_and_the_look_itself(
    enter: SignIn, filed_tools: Tools, filed: Filed
) -> None:
    client = enter(AUDIT_ADMIN)
    page = client.get("/audit").get_data(as_text=True)
    assert "办结待办" in page
    assert filed.name not in page.replace(f">{filed.name}</a>", "")
    assert "汛情" not in page
    narrowed = client.get("/audit?chain=access&verb=audit.read&from_on=2026-01-01&to_on=2026-12-31")
    assert narrowed.get_data(as_text=True).count("<tr data-row>") == 1
    with filed_tools.readers() as session:
        looks = session.scalars(
            select(AuditEvent.chain).where(AuditEvent.verb == "audit.read")
        ).all()
    assert looks == ["access", "access"]
    assert client.get("/audit?from_on=gestern").status_code == 422


def test_both_chains_are_verified_on_demand(enter: SignIn) -> None:
    client = enter(AUDIT_ADMIN)
    token = site.token(client, "/audit")
    page = client.post("/audit/verify", data={"csrf_token": token}).get_data(as_text=True)
    assert "办理链完整" in page
    assert "访问链完整" in page


def test_a_designer_reads_what_is_published_and_checks_it_anew(enter: SignIn) -> None:
    client = enter(DESIGNER)
    assert "/packs/nanyang/1" in client.get("/packs").get_data(as_text=True)
    token = site.token(client, "/packs/nanyang/1")
    page = client.post("/packs/nanyang/1", data={"csrf_token": token}).get_data(as_text=True)
    assert "检查结果" in page or "检查通过" in page
    assert client.get("/packs/nanyang/99").status_code == 404


def test_an_ordinary_installation_has_no_clock_to_move(enter: SignIn) -> None:
    client = enter(SYSTEM_ADMIN)
    page = client.get("/drill").get_data(as_text=True)
    assert "这不是演练环境" in page
    assert "演练时钟</a>" not in client.get("/calendars").get_data(as_text=True)
    answer = client.post(
        "/drill", data={"days": "1", "csrf_token": site.token(client, "/calendars")}
    )
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("day", "told"),
    [("三月九日", "日期应写成"), ("2026-03-01", "只能向前"), ("2126-03-09", "一年")],
)
def test_a_moment_the_clock_cannot_take_comes_back_at_its_field(
    enter: SignIn, filed_tools: Tools, late: site.Clock, day: str, told: str
) -> None:
    with transaction(filed_tools, SYSTEM, late()) as ctx:
        ctx.session.execute(
            insert(drill_mark).values(
                id=1, marked_at=late(), clock_at=late(), ahead=0, demo_password="none"
            )
        )
    client = enter(SYSTEM_ADMIN)
    given = {"day": day, "time": "09:15", "csrf_token": site.token(client, "/drill")}
    answer = client.post("/drill", data=given)
    page = html.fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert told in str(page.xpath("string(//*[@id='day-error'])"))
    assert page.xpath("//input[@id='day' or @id='time']/@value") == [day, "09:15"]


def test_what_will_become_due_is_counted_by_day(filed_tools: Tools, late: site.Clock) -> None:
    with transaction(filed_tools, SYSTEM, late()) as ctx:
        coming = drill.coming(ctx)
        assert coming == tuple(sorted(coming, key=lambda each: each.on))
        assert drill.due(ctx, late()) <= sum(each.count for each in coming)
