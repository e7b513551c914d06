"""消息 as a page: read by going on or by saying so; an address that nobody else sees."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.domain.calendar import CHINA_TIME
from server.models.audit import AuditEvent
from server.models.identity import Person
from server.models.outbox import notification
from server.services.context import Tools
from server.services.verbs import timers
from tests.factories.filed import DESK_HEAD, STRANGER, Filed
from tests.factories.site import Clock, token

Enter = Callable[[str], FlaskClient]
SignIn = Callable[[str], FlaskClient]

LATE = datetime(2026, 4, 13, 9, 0, tzinfo=CHINA_TIME)
LOGIN = "county1.case_supervision.1"
ADDRESS = "zhao.mou@example.gov.cn"


@pytest.fixture
def told(filed_tools: Tools, late: Clock) -> Clock:
    """A clock that shows a day on which notices were given."""
    late.moment = LATE
    while timers.sweep(filed_tools, LATE).done:
        pass
    return late


@pytest.mark.usefixtures("told")
def test_whoever_goes_on_to_the_matter_has_read_the_notice(
    enter: Enter, filed: Filed, filed_tools: Tools
) -> None:
    login, notice_id, case_id = somebody(filed_tools, filed)
    client = enter(login)
    page = client.get("/notices")
    assert page.status_code == 200
    assert f'action="/notices/{notice_id}/read"' in page.text
    assert "条未读" in client.get("/inbox").text
    given = {"csrf_token": token(client, "/me"), "then": "go"}
    went = client.post(f"/notices/{notice_id}/read", data=given)
    assert went.status_code == 303
    assert went.location.startswith(("/tasks/", f"/cases/{case_id}"))
    assert client.get(went.location, follow_redirects=True).status_code == 200
    stayed = client.post(f"/notices/{notice_id}/read", data={**given, "then": "stay"})
    assert stayed.location == "/notices"
    assert client.post("/notices/read", data=given).location == "/notices"
    assert "条未读" not in client.get("/inbox").text
    assert "没有未读的消息" in client.get("/notices?only=unread").text


def test_everybody_chooses_how_soon_he_is_told_of_what(enter: Enter) -> None:
    client = enter(LOGIN)
    assert 'href="/me/notices"' in client.get("/me").text
    page = client.get("/me/notices").text
    assert "到期、逾期、逾期上报：立即提醒，不能推迟或者关闭" in page
    given = {"csrf_token": token(client, "/me"), "comment": "never", "urge": "daily"}
    assert client.post("/me/notices", data=given).location == "/me/notices"
    kept = client.get("/me/notices").text
    assert re.search(r'id="comment".*?value="never" selected', kept, re.DOTALL)
    refused = client.post("/me/notices", data=given | {"urge": "never"})
    assert refused.status_code == 422
    assert 'href="#urge"' in refused.text


@pytest.mark.usefixtures("told")
def test_the_notice_of_somebody_else_is_none(
    enter: Enter, filed: Filed, filed_tools: Tools
) -> None:
    _login, notice_id, _case_id = somebody(filed_tools, filed)
    client = enter(STRANGER)
    given = {"csrf_token": token(client, "/me")}
    for each in (notice_id, uuid4()):
        assert client.post(f"/notices/{each}/read", data=given).status_code == 404
    assert "还没有消息" in client.get("/notices").text


def test_somebody_gives_his_own_address_and_nobody_else_sees_it(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(LOGIN)
    given = {"csrf_token": token(client, "/me"), "email": f" {ADDRESS} "}
    assert client.post("/me/email", data=given).location == "/me"
    assert ADDRESS in client.get("/me").text
    wrong = client.post("/me/email", data={**given, "email": "<b>@x\r\nBcc: y@x.cn"})
    assert wrong.status_code == 422
    assert "邮箱地址不正确" in wrong.text
    assert email_of(demo_tools) == ADDRESS
    security = sign_in("p.security_admin.head")
    for path in ("/organisation", f"/organisation/people/{person_id(demo_tools)}"):
        assert ADDRESS not in security.get(path).text
    with demo_tools.readers() as session:
        told = session.execute(select(AuditEvent.text, AuditEvent.target)).all()
        verbs = session.scalars(select(AuditEvent.verb)).all()
    assert "person.email" in verbs
    assert not any(ADDRESS in f"{row.text} {row.target}" for row in told)
    assert client.post("/me/email", data={**given, "email": ""}).status_code == 303
    assert email_of(demo_tools) is None


def somebody(tools: Tools, filed: Filed) -> tuple[str, str, str]:
    """Login, notice and case of an official who was told something of the open case."""
    with tools.readers() as session:
        row = session.execute(
            select(Person.login, notification.c.id, notification.c.case_id)
            .join(Person, Person.id == notification.c.recipient_id)
            .where(notification.c.case_id == filed.open, notification.c.unit_id.is_not(None))
            .order_by(Person.login != filed.people[DESK_HEAD], notification.c.id)
            .limit(1)
        ).one()
    return row.login, row.id, row.case_id


def email_of(tools: Tools) -> str | None:
    with tools.readers() as session:
        found: str | None = session.scalars(select(Person.email).where(Person.login == LOGIN)).one()
    return found


def person_id(tools: Tools) -> str:
    with tools.readers() as session:
        return session.scalars(select(Person.id).where(Person.login == LOGIN)).one()
