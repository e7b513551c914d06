"""近亲属 on pages and over the API: one proposes, another confirms, every look is recorded."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.models.audit import AuditEvent
from server.models.identity import Person
from server.models.recusal import kinship
from server.services.context import Tools
from tests.factories import site
from tests.factories.programs import program

SignIn = Callable[[str], FlaskClient]
KEEPER, SECOND = "county1.personnel_archive.1", "county1.cadre.1"
ONE, OTHER = "county1.case_supervision.1", "county1.housing_works.1"


def test_a_tie_is_found_proposed_confirmed_and_ended_on_the_pages(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    one, other = person(demo_tools, ONE), person(demo_tools, OTHER)
    keeper, second = sign_in(KEEPER), sign_in(SECOND)
    assert 'href="/kinships"' in text(keeper.get("/inbox"))
    assert one.id in text(send(keeper, "/kinships", "/kinships", q=one.name))
    page = f"/kinships/people/{one.id}"
    sought = text(send(keeper, page, page, step="find", q=other.name, relation="表兄弟"))
    assert f'value="{other.id}"' in sought
    assert 'value="表兄弟"' in sought
    wrong = send(keeper, page, page, relative=other.id, relation="", reason="报告")
    assert wrong.status_code == 422
    assert "请写明两人的关系" in text(wrong)
    done = send(keeper, page, page, relative=other.id, relation="表兄弟", reason="报告")
    assert done.status_code == 303
    assert "由另一人确认" in text(keeper.get(page))

    waiting = text(second.get("/kinships"))
    (confirm,) = re.findall(r'action="(/kinships/proposals/[^"]+/confirm)"', waiting)
    own = send(keeper, "/kinships", confirm)
    assert own.status_code == 403
    assert "须由另一人确认" in text(own)
    assert send(second, "/kinships", confirm).status_code == 303
    assert "表兄弟" in text(second.get(f"/kinships/people/{other.id}"))

    (end,) = re.findall(r'action="([^"]+/end)"', text(keeper.get(page)))
    assert send(keeper, page, end, ended_on="", reason="x").status_code == 422
    assert send(keeper, page, end, ended_on="2026-03-01", reason="登记有误").status_code == 303
    looks = select(AuditEvent.target).where(AuditEvent.verb == "kinship.read")
    with demo_tools.readers() as session:
        assert {one.id, other.id, "waiting"} <= set(session.scalars(looks))


def test_nobody_else_finds_the_page(sign_in: SignIn) -> None:
    for login in (ONE, "p.security_admin.head"):
        client = sign_in(login)
        assert client.get("/kinships").status_code in (403, 404)
        assert 'href="/kinships"' not in text(client.get("/me"))


def test_programs_do_the_same(sign_in: SignIn, demo_tools: Tools) -> None:
    app = sign_in(KEEPER).application
    keeper, second = program(app, KEEPER), program(app, SECOND)
    pair = {
        name: person(demo_tools, login).id for name, login in (("person", ONE), ("relative", OTHER))
    }
    asked = keeper.done("/kinships", {**pair, "relation": "夫妻", "reason": "履历表"})
    (waits,) = second.found("/kinships/proposals")["items"]
    assert (waits["id"], waits["actions"]) == (asked["id"], ["confirm", "refuse"])
    second.done(f"/kinships/proposals/{asked['id']}/confirm")
    (tie,) = keeper.found(f"/kinships?person={pair['relative']}")["items"]
    assert (tie["relative"]["id"], tie["relation"]) == (pair["person"], "夫妻")
    with demo_tools.readers() as session:
        assert len(session.scalars(select(kinship.c.id)).all()) == 2
    ending = {"ended_on": "2026-03-01", "reason": "离婚"}
    ended = second.done(f"/kinships/{tie['id']}/end", ending)
    keeper.done(f"/kinships/proposals/{ended['id']}/confirm")
    assert keeper.found(f"/kinships?person={pair['person']}")["items"][0]["ended_at"]


def person(tools: Tools, login: str) -> Person:
    with tools.readers() as session:
        return session.scalars(select(Person).where(Person.login == login)).one()


def send(client: FlaskClient, page: str, address: str, **fields: str) -> TestResponse:
    return client.post(address, data={"csrf_token": site.token(client, page), **fields})


def text(answer: TestResponse) -> str:
    return str(answer.get_data(as_text=True))
