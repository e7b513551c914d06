"""Every page as everybody who has no business there; new routes join by themselves."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.config import SEARCHES_PER_MINUTE
from server.domain.access import Permission
from server.http.verbs.deciding import DECISION_VERBS
from server.models.case import case_step
from server.models.document import attachment
from server.models.work import work_item
from server.services import audit
from server.services.context import Tools
from tests.factories import site
from tests.factories.filed import APPLICANT, DESK, STRANGER, Filed
from tests.web.walking import ask, declared, filled, last, named, nowhere, plain, routes, since

ADMINISTRATORS = ("p.system_admin.head", "p.security_admin.head", "p.audit_admin.head")
DESIGNER = "p.designer.1"

Enter = Callable[[str], FlaskClient]

#: on PostgreSQL in every run, too
BOTH = pytest.mark.parametrize("databases", ["sqlite", "postgres"], indirect=True)


def test_nobody_and_an_expired_session_get_to_the_sign_in_and_nowhere_else(
    app: Flask, enter: Enter, late: site.Clock
) -> None:
    nobody, former = app.test_client(), enter(DESK)
    tokens = {nobody: site.token(nobody, "/sign-in"), former: site.token(former, "/me")}
    late.forward(minutes=31)
    for method, rule in routes(app):
        if declared(app, rule).permission is Permission.ANYBODY:
            continue
        for client, token in tokens.items():
            answer = ask(client, method, filled(rule.rule, nowhere()), token)
            assert answer.status_code == 303, rule
            assert answer.headers["Location"].startswith("/sign-in"), rule
            assert "ETag" not in answer.headers


def test_what_changes_something_asks_for_the_token_of_a_page(app: Flask, enter: Enter) -> None:
    client = enter(DESK)
    for method, rule in routes(app):
        if method == "POST":
            address = filled(rule.rule, nowhere())
            assert client.post(address).status_code == 400, rule
            assert client.post(address, json={}).status_code == 400, rule


def test_administrators_and_the_designer_see_no_case(
    app: Flask, enter: Enter, ids: dict[str, str]
) -> None:
    for login in (*ADMINISTRATORS, DESIGNER):
        client = enter(login)
        token = site.token(client, "/me")
        for method, rule in routes(app):
            wanted = declared(app, rule).permission
            if wanted in (Permission.CASE_READ, Permission.BOARD_READ, Permission.LEDGER_READ):
                answer = ask(client, method, filled(rule.rule, ids), token)
                assert answer.status_code == 403, (login, rule)


def test_a_duty_of_the_program_is_for_its_holder_alone(
    app: Flask, enter: Enter, ids: dict[str, str]
) -> None:
    holders = {
        Permission.SYSTEM_ADMINISTER: ADMINISTRATORS[0],
        Permission.SECURITY_ADMINISTER: ADMINISTRATORS[1],
        Permission.AUDIT_READ: ADMINISTRATORS[2],
        Permission.PACK_PUBLISH: DESIGNER,
    }
    for login in (*ADMINISTRATORS, DESIGNER, DESK, APPLICANT):
        client = enter(login)
        token = site.token(client, "/me")
        for method, rule in routes(app):
            if holders.get(declared(app, rule).permission, login) != login:
                answer = ask(client, method, filled(rule.rule, ids), token)
                assert answer.status_code == 403, (login, rule)


@pytest.mark.parametrize("part", [STRANGER, "county3.case_supervision.1"])
def test_a_stranger_cannot_tell_what_is_there_from_what_is_not(
    app: Flask, enter: Enter, ids: dict[str, str], filed: Filed, part: str
) -> None:
    client = enter(part)
    token = site.token(client, "/me")
    walked, ids = 0, {name: each for name, each in ids.items() if name != "seq"}
    for method, rule in routes(app):
        if not rule.arguments & ids.keys():
            continue
        if declared(app, rule).permission is not Permission.CASE_READ:
            continue
        none_ids = nowhere()
        there, none = (
            ask(client, method, filled(rule.rule, each), token) for each in (ids, none_ids)
        )
        if rule.endpoint in REOPENED and method == "GET":
            assert there.status_code == none.status_code == 303
            continue
        walked += 1
        assert there.status_code == none.status_code == 404, (method, rule)
        assert plain(there, ids) == plain(none, none_ids), rule
        assert named(there) == named(none), rule
        assert "ETag" not in there.headers
        assert filed.name not in there.get_data(as_text=True)
    assert walked >= 10


@BOTH
def test_lists_counts_and_searches_of_a_stranger_are_empty(
    app: Flask, enter: Enter, filed: Filed
) -> None:
    client = enter(STRANGER)
    token = site.token(client, "/me")
    for method, rule in routes(app):
        if rule.arguments or declared(app, rule).permission not in (
            Permission.CASE_READ,
            Permission.LEDGER_READ,
        ):
            continue
        if rule.rule in ("/people.json", "/units.json", "/cases.json"):
            continue
        answer = ask(client, method, rule.rule, token, {"q": "2026"})
        for secret in (filed.closed, filed.open, filed.name):
            assert secret.encode() not in answer.get_data(), rule


#: a page that a refused form left behind, asked for again: back to where the form stands
REOPENED = {
    *("tasks.reopened", "corrections.asked_again", "corrections.decided_again"),
    *(f"decisions.{name}_again" for name in DECISION_VERBS),
    *("recusals.decided_again", "reporters.again", "reporters.end_again"),
}

#: what shows no more of a case than the list somebody works from, or nothing of one at all
UNRECORDED = {
    *("inbox.index", "board.index", "cases.index", "applications.index", "start.index"),
    *(
        "start.form",
        "start.form_json",
        "start.people_json",
        "start.units_json",
        "start.cases_json",
        "tasks.reopened",
    ),
    *("start.receipt", "search.again", "notices.index", "requests.index", "talks.index"),
    *(
        "decisions.meetings",
        "absences.index",
        "absences.new",
        "phrases.index",
        "notice_paces.index",
        "registers.index",  # these three name nobody
        "campaigns.index",
        "campaigns.new",
        *REOPENED,
    ),
}


@BOTH
def test_each_page_with_content_of_a_case_leaves_exactly_one_record(
    app: Flask, enter: Enter, ids: dict[str, str], filed_tools: Tools
) -> None:
    client = enter(DESK)
    token, walked = site.token(client, "/me"), 0
    for method, rule in routes(app):
        is_content = declared(app, rule).permission in (
            Permission.CASE_READ,
            Permission.LEDGER_READ,
        )
        if not is_content or method != "GET" or rule.endpoint in UNRECORDED:
            continue
        before = last(filed_tools)
        answer = ask(client, "GET", filled(rule.rule, ids), token)
        records = since(filed_tools, before)
        walked += 1
        assert len(records) == 1, rule
        (record,) = records
        detail = json.loads(record.text)
        assert record.chain == audit.ACCESS, rule
        assert (record.verb == "denied") == (answer.status_code == 404), rule
        assert detail["session"], rule
        assert detail["address"] == "127.0.0.1", rule
    assert walked >= 7


def test_each_search_leaves_exactly_one_record_without_what_was_looked_for(
    app: Flask, enter: Enter, filed_tools: Tools
) -> None:
    client = enter(DESK)
    token = site.token(client, "/me")
    for address in ("/cases", "/search"):
        before = last(filed_tools)
        assert ask(client, "POST", address, token, {"q": "泄密哨兵"}).status_code == 200
        (record,) = since(filed_tools, before)
        assert (record.chain, record.verb) == (audit.ACCESS, "search")
        assert "泄密哨兵" not in record.text + record.target


def test_who_searches_too_often_is_told_when_to_come_back(
    app: Flask, enter: Enter, late: site.Clock
) -> None:
    client = enter(STRANGER)
    token = site.token(client, "/me")
    for _each in range(SEARCHES_PER_MINUTE):
        assert ask(client, "POST", "/search", token, {"q": "甲"}).status_code == 200
    answer = ask(client, "POST", "/search", token, {"q": "甲"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    late.forward(seconds=60)
    assert ask(client, "POST", "/search", token, {"q": "甲"}).status_code == 200


@pytest.fixture
def app(filed_tools: Tools, late: site.Clock) -> Flask:
    """The application over the played cases."""
    return site.served(filed_tools, late)


@pytest.fixture
def ids(filed_tools: Tools, filed: Filed) -> dict[str, str]:
    """A case that is there, with one of its tasks and files."""
    with filed_tools.readers() as session:
        item = session.scalars(
            select(work_item.c.id).where(work_item.c.case_id == filed.open).limit(1)
        ).one()
        file = session.scalars(select(attachment.c.id).limit(1)).first()
        seq = session.scalars(
            select(case_step.c.seq)
            .where(case_step.c.case_id == filed.open, case_step.c.answers.is_not(None))
            .limit(1)
        ).one()
    found = {"case_id": filed.open, "item_id": item, "seq": str(seq)}
    return found | {"attachment_id": file or str(uuid4())}
