"""Who sees what of a case on its pages: the table of visibility, person by person."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select
from werkzeug.test import TestResponse

from server.models.audit import AuditEvent
from server.models.base import new_id
from server.models.identity import Person
from server.models.recusal import recusal
from server.services import limits, reads
from server.services.context import Tools
from tests.factories import site
from tests.factories.filed import (
    APPLICANT,
    ARCHIVE,
    CONSULTED,
    DESK,
    DESK_HEAD,
    LEADER,
    STRANGER,
    TEAM,
    Filed,
)

SignIn = Callable[[str], FlaskClient]

SYSTEM_ADMIN = "p.system_admin.head"
SECURITY_ADMIN = "p.security_admin.head"
AUDIT_ADMIN = "p.audit_admin.head"
DESIGNER = "p.designer.1"

#: papers of the closed case: application, proposal, hearing, reply of a consulted organ, report,
#: minutes, filing
PAPERS = (1, 3, 7, 9, 12, 14, 17)

#: person -> list, file, diagram, print, his own matter, then the papers
MATRIX = {
    APPLICANT: ("no", 303, 403, 404, 200, (200, 404, 404, 404, 404, 404, 404)),
    DESK: ("yes", 200, 200, 200, 404, (200, 200, 403, 403, 403, 200, 200)),
    TEAM: ("yes", 200, 200, 200, 404, (200, 200, 200, 200, 200, 200, 200)),
    LEADER: ("yes", 200, 200, 200, 404, (200, 200, 200, 200, 200, 200, 200)),
    CONSULTED: ("yes", 200, 403, 200, 404, (404, 404, 404, 200, 404, 404, 404)),
    ARCHIVE: ("yes", 200, 403, 200, 404, (404, 404, 404, 404, 404, 200, 200)),
    STRANGER: ("no", 404, 404, 404, 404, (404,) * 7),
    SYSTEM_ADMIN: ("refused", 403, 403, 403, 403, (403,) * 7),
    SECURITY_ADMIN: ("refused", 403, 403, 403, 403, (403,) * 7),
    AUDIT_ADMIN: ("refused", 403, 403, 403, 403, (403,) * 7),
    DESIGNER: ("refused", 403, 403, 403, 403, (403,) * 7),
}


@pytest.mark.parametrize("login", MATRIX)
def test_each_sees_what_the_table_says_and_no_more(login: str, enter: SignIn, filed: Filed) -> None:
    client, address = enter(login), f"/cases/{filed.closed}"
    listed, file, diagram, on_paper, own, papers = MATRIX[login]
    page = client.get("/cases")
    assert (page.status_code == 403) is (listed == "refused")
    assert (filed.closed in page.get_data(as_text=True)) is (listed == "yes")
    assert client.get(address).status_code == file
    assert client.get(f"{address}/diagram.json").status_code == diagram
    assert client.get(f"{address}/print").status_code == on_paper
    assert client.get(f"/applications/{filed.closed}").status_code == own
    found = tuple(client.get(f"{address}/papers/{seq}").status_code for seq in PAPERS)
    assert found == papers


@pytest.mark.parametrize("login", [STRANGER, APPLICANT, DESK, SYSTEM_ADMIN])
def test_what_one_may_not_see_answers_like_what_does_not_exist(
    login: str, enter: SignIn, filed: Filed
) -> None:
    client, nobody = enter(login), new_id()
    hidden = {
        STRANGER: ["/cases/{}", "/cases/{}/diagram.json", "/cases/{}/papers/1", "/cases/{}/print"],
        APPLICANT: ["/cases/{}/papers/3", "/cases/{}/papers/7", "/cases/{}/print"],
        DESK: ["/applications/{}", "/cases/{}/papers/99"],
        SYSTEM_ADMIN: ["/cases/{}", "/applications/{}", "/cases/{}/papers/1"],
    }[login]
    for address in hidden:
        client.get("/me")  # shows what is told once after signing in
        seen = client.get(address.format(filed.closed))
        unknown = client.get(address.format(nobody))
        assert seen.status_code == unknown.status_code
        # what was asked for is all the answer repeats
        assert bare(seen).replace(filed.closed, nobody) == bare(unknown)
        assert "ETag" not in seen.headers


def test_a_party_reads_nothing_of_those_who_handle_its_matter(enter: SignIn, filed: Filed) -> None:
    page = enter(APPLICANT).get(f"/applications/{filed.closed}").get_data(as_text=True)
    assert "不予追究责任" in page
    assert "容错申请书" in page
    for unseen in ("拟办意见：", "成立调查组", "六方面", "委员", "审查调查室"):
        assert unseen not in page


def test_an_extract_of_a_decision_tells_nobodys_vote(enter: SignIn, filed: Filed) -> None:
    desk = enter(DESK).get(f"/cases/{filed.closed}/papers/14").get_data(as_text=True)
    leader = enter(LEADER).get(f"/cases/{filed.closed}/papers/14").get_data(as_text=True)
    assert "不予追究责任" in desk
    assert "摘录" in desk
    for told in ("会议纪要", "表决"):
        assert told in leader
    assert "应到会成员" not in desk
    assert "应到会成员" in leader


def test_whoever_was_asked_learns_neither_names_nor_results(enter: SignIn, filed: Filed) -> None:
    client = enter(CONSULTED)
    for address in ("/cases", f"/cases/{filed.closed}"):
        page = client.get(address).get_data(as_text=True)
        assert "〔2026〕" in page
        for unseen in (filed.name, filed.unit, "不予追究责任", "审查调查室"):
            assert unseen not in page
    found = client.post(
        "/cases", data={"q": filed.name, "csrf_token": site.token(client, "/cases")}
    )
    assert filed.closed not in found.get_data(as_text=True)


def test_a_case_is_found_by_its_number_and_by_a_name(enter: SignIn, filed: Filed) -> None:
    client = enter(DESK)
    token = site.token(client, "/cases")
    for words in ("宛容〔2026〕", filed.name):
        page = client.post("/cases", data={"q": words, "csrf_token": token})
        assert filed.open in page.get_data(as_text=True)
    for words in ("宛容〔1999〕", "没有这个人", "%"):
        page = client.post("/cases", data={"q": words, "csrf_token": token})
        assert filed.open not in page.get_data(as_text=True)


def test_a_list_is_narrowed_by_status_and_procedure(enter: SignIn, filed: Filed) -> None:
    client = enter(DESK)
    closed = client.get("/cases?status=closed&procedure=nanyang_five_step").get_data(as_text=True)
    assert filed.closed in closed
    assert filed.open not in closed
    assert filed.closed not in client.get("/cases?procedure=chuzhou_four_step").get_data(True)
    assert client.get("/cases?status=%00&page=-3").status_code == 200


def test_every_look_is_on_record_before_the_page_leaves(
    enter: SignIn, filed: Filed, filed_tools: Tools
) -> None:
    desk, applicant = enter(DESK), enter(APPLICANT)
    address = f"/cases/{filed.open}"
    for client, path, verb in (
        (desk, address, "case.read"),
        (desk, f"{address}/diagram.json", "case.diagram"),
        (desk, f"{address}/papers/2", "paper.read"),
        (desk, f"{address}/print", "case.print"),
        (applicant, f"/applications/{filed.open}", "application.read"),
    ):
        before = looks(filed_tools)
        assert client.get(path).status_code == 200
        assert looks(filed_tools)[len(before) :] == [(verb, filed.open)]


def test_no_record_no_page(enter: SignIn, filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    client = enter(DESK)

    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("no record")

    monkeypatch.setattr(reads, "noted", broken)
    answer = client.get(f"/cases/{filed.open}")
    assert answer.status_code == 500
    assert filed.name not in answer.get_data(as_text=True)


def test_heads_see_who_looked_and_others_do_not(enter: SignIn, filed: Filed) -> None:
    enter(DESK).get(f"/cases/{filed.open}")
    assert "阅看记录" in enter(DESK_HEAD).get(f"/cases/{filed.open}").get_data(as_text=True)
    assert "阅看记录" not in enter(DESK).get(f"/cases/{filed.open}").get_data(as_text=True)


def test_the_diagram_says_what_is_done_going_on_and_done_again(enter: SignIn, filed: Filed) -> None:
    drawn = enter(DESK).get(f"/cases/{filed.open}/diagram.json").get_json()
    elements = drawn["elements"]
    assert "<bpmn:definitions" in drawn["xml"]
    assert elements["accept"]["done"] == 1
    assert elements["deliberate"] == {"done": 2, "active": 0, "overdue": 0, "returned": 1}
    assert elements["feedback_person"]["active"] == 1
    assert elements["feedback_person"]["label"].startswith("还剩")
    assert "consent" not in elements
    assert set(drawn["flows"])


def test_a_page_of_a_case_and_its_list_cost_the_same_however_long_they_are(
    enter: SignIn, filed: Filed, filed_tools: Tools
) -> None:
    client = enter(DESK)
    counts = []
    for address in (f"/cases/{filed.closed}", f"/cases/{filed.open}"):
        client.get(address)
        asked: list[str] = []

        def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
            asked.append(statement)  # noqa: B023  # called within this round

        event.listen(filed_tools.database, "before_cursor_execute", note)
        client.get(address)
        event.remove(filed_tools.database, "before_cursor_execute", note)
        counts.append(len([each for each in asked if each.startswith("SELECT")]))
    # a closed one may be reopened: one more is asked
    assert counts[0] - 1 <= counts[1] <= counts[0] <= 48


def test_a_print_needs_the_password_again_and_has_a_serial(
    enter: SignIn, filed: Filed, late: site.Clock
) -> None:
    client = enter(DESK)
    page = client.get(f"/cases/{filed.open}/print").get_data(as_text=True)
    assert re.search(r"序号[0-9A-F]{12}", page)
    assert "卷内目录" in page
    late.forward(minutes=16)
    assert client.get(f"/cases/{filed.open}/print").status_code in (302, 303)


def test_who_prints_too_often_is_told_when_to_come_back_and_reads_on(
    enter: SignIn, filed: Filed, late: site.Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PRINT", replace(limits.PRINT, most=2))
    client = enter(DESK)
    address = f"/cases/{filed.open}"
    assert [client.get(f"{address}/print").status_code for _each in range(2)] == [200, 200]
    answer = client.get(f"{address}/print")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "86400")
    assert filed.name not in answer.get_data(as_text=True)
    assert client.get(address).status_code == 200
    late.forward(days=1)
    assert enter(DESK).get(f"{address}/print").status_code == 200


def test_whoever_is_recused_loses_the_case_at_once(
    enter: SignIn, filed: Filed, filed_tools: Tools
) -> None:
    client = enter(TEAM)
    assert client.get(f"/cases/{filed.open}").status_code == 200
    recuse(filed_tools, filed.people[TEAM], filed.open)
    for path in ("", "/diagram.json", "/papers/2", "/print"):
        assert client.get(f"/cases/{filed.open}{path}").status_code == 404


def test_a_page_and_its_part_are_the_same(enter: SignIn, filed: Filed) -> None:
    client = enter(DESK)
    for address in ("/cases", f"/cases/{filed.open}", f"/cases/{filed.open}/papers/2"):
        whole = client.get(address).get_data(as_text=True)
        part = client.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
        assert "<html" not in part
        assert bare_text(part).strip() in bare_text(whole)


def bare(answer: TestResponse) -> str:
    return bare_text(answer.get_data(as_text=True))


def bare_text(page: str) -> str:
    """Without the anti-forgery tokens and keys of forms, which differ on every answer."""
    return re.sub(r'(csrf_token" value="|X-CSRFToken": "|name="once" value=")[^"]+', r"\1", page)


def looks(tools: Tools) -> list[tuple[str, str | None]]:
    with tools.readers() as session:
        rows = session.execute(
            select(AuditEvent.verb, AuditEvent.case_id)
            .where(AuditEvent.chain == "access")
            .order_by(AuditEvent.seq)
        )
        return [(row.verb, row.case_id) for row in rows]


def recuse(tools: Tools, login: str, case_id: str) -> None:
    with tools.database.begin() as connection:
        person_id = connection.scalar(select(Person.id).where(Person.login == login))
        connection.execute(
            insert(recusal).values(
                id=new_id(),
                case_id=case_id,
                person_id=person_id,
                capacity="team",
                ground="kinship",
                by_id=person_id,
                state="granted",
                at=site.MONDAY,
            )
        )
