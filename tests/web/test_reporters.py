"""检举人 on pages and over the API: no name before a reason, none in an answer that is kept."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.models.access import idempotency
from server.models.case import case
from server.models.identity import Person
from server.services.context import Tools
from tests.api.matters import APPLICANT, DESK, HEAD, opened
from tests.factories import site
from tests.factories.programs import program

SignIn = Callable[[str], FlaskClient]
KEEPER = "county1.petition.1"
NAME, CONTACT = "哨兵廿卅卌页", "哨兵电话"
RECORD = {"kind": "real_name", "name": NAME, "contact": CONTACT, "note": "来信"}


def test_the_petition_office_records_opens_names_and_notes_feedback(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    keeper = sign_in(KEEPER)
    case_id = opened(program(keeper.application, APPLICANT))["id"]
    reference = of_case(demo_tools, case_id)
    assert 'href="/reporters"' in text(keeper.get("/inbox"))
    given = {**RECORD, "reference": reference}
    sought = send(keeper, "/reporters/new", "/reporters/new", **given, q="万明舟", step="find")
    (person,) = re.findall(r'name="person" value="([^"]+)"', text(sought))
    wrong = send(keeper, "/reporters/new", "/reporters/new", **{**given, "kind": "anonymous"})
    assert wrong.status_code == 422
    made = send(keeper, "/reporters/new", "/reporters/new", **given, person=person)
    assert made.status_code == 303
    page = made.headers["Location"]
    assert NAME not in text(keeper.get(page))
    assert NAME not in text(keeper.get("/reporters"))
    assert send(keeper, page, page, reason="").status_code == 422
    shown = send(keeper, page, page, reason="核对线索")
    assert NAME in text(shown)
    assert "核对线索" in text(shown)
    assert shown.headers["Cache-Control"] == "no-store"

    told = {"form": "written", "given_on": "2026-03-01", "content": "查无实据"}
    feedback = f"{page}/feedback"
    assert send(keeper, page, feedback, **told).status_code == 422
    assert send(keeper, page, feedback, **told, acknowledged="no").status_code == 303
    found = text(send(keeper, page, f"{page}/names", q="史安仁", step="find"))
    head = re.findall(r'name="person" value="([^"]+)"', found)[0]
    named = send(keeper, page, f"{page}/names", person=head, why="请其协助核实")
    assert named.status_code == 303
    leader = sign_in(HEAD)
    assert reference in text(leader.get("/reporters"))
    assert "检举人" in text(leader.get("/notices"))
    again = text(send(leader, page, page, reason="协助核实"))
    assert NAME in again
    assert "核对线索" not in again
    (end,) = re.findall(r'action="([^"]+/end)"', text(send(keeper, page, page, reason="再看")))
    assert send(keeper, page, end).status_code == 303
    assert leader.get(page).status_code == 404
    # he was found in the list and chosen: the case is none of his any more
    assert sign_in(DESK).get(f"/cases/{case_id}").status_code == 404
    assert sign_in(HEAD).get(f"/cases/{case_id}").status_code == 200


def test_programs_do_the_same_and_no_answer_that_is_kept_holds_a_name(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    app = sign_in(KEEPER).application
    keeper, desk = program(app, KEEPER), program(app, DESK)
    case_id = opened(program(app, APPLICANT))["id"]
    given = {**RECORD, "reference": of_case(demo_tools, case_id)}
    assert desk.post("/reporters", given).status_code == 403
    headers = {"Idempotency-Key": "one"}
    made = keeper.done("/reporters", given, headers=headers)["id"]
    assert keeper.done("/reporters", given, headers=headers)["id"] == made
    assert NAME not in str(keeper.found("/reporters"))
    assert desk.found("/reporters")["items"] == []
    assert desk.post(f"/reporters/{made}/open", {"reason": "x"}).status_code == 404
    seen = keeper.done(f"/reporters/{made}/open", {"reason": "核对"}, headers=headers)
    assert (seen["name"], seen["person"], len(seen["seen_by"])) == (NAME, "", 1)
    told = {"form": "face_to_face", "given_on": "2026-03-01", "content": "查无实据"}
    keeper.done(f"/reporters/{made}/feedback", {**told, "acknowledged": True})
    named = {"person": of_login(demo_tools, DESK), "reason": "协助"}
    entry = keeper.done(f"/reporters/{made}/names", named)["id"]
    assert desk.done(f"/reporters/{made}/open", {"reason": "协助"})["seen_by"] == []
    keeper.done(f"/reporters/{made}/names/{entry}/end", {})
    assert desk.post(f"/reporters/{made}/open", {"reason": "x"}).status_code == 404
    with demo_tools.readers() as session:
        kept = [str(tuple(row)) for row in session.execute(select(idempotency))]
    assert kept
    assert not any(NAME in row for row in kept)


def of_case(tools: Tools, case_id: str) -> str:
    with tools.readers() as session:
        return str(session.scalar(select(case.c.reference).where(case.c.id == case_id)))


def of_login(tools: Tools, login: str) -> str:
    with tools.readers() as session:
        return str(session.scalar(select(Person.id).where(Person.login == login)))


def send(client: FlaskClient, page: str, address: str, **fields: str) -> TestResponse:
    return client.post(address, data={"csrf_token": site.token(client, page), **fields})


def text(answer: TestResponse) -> str:
    return str(answer.get_data(as_text=True))
