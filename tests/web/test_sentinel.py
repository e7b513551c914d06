"""A word that stands in one form of one case is nowhere it has no business (AU-2, AU-12, RI-6).

It is typed at the start, in a draft, in an opinion and in input that is refused; procedures and
statements fail while it is at hand. Then everything the program tells is looked through.
So is who reported what came to a case, which those who handle the case never read either (RI-1).
"""

import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import Message
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from server import telemetry
from server.domain.access import SYSTEM
from server.domain.errors import EngineError
from server.domain.search_terms import marks
from server.models.audit import AuditEvent
from server.models.identity import Person
from server.services.auditing import exports
from server.services.context import Context, Tools, reading, transaction
from server.services.notices import delivery
from server.services.verbs import advance, reporters
from tests.api.matters import APPLICANT, DESK, HEAD, NANYANG, STRANGER, offered
from tests.factories import receivers, site
from tests.factories.planted import files_with, says, told_of
from tests.factories.programs import Program, program
from tests.factories.receivers import Mailbox, mail_server
from tests.web.walking import OTHERS, filled

WORD = "哨兵廿卅卌七"
OTHER_APPLICANT = "county2.housing_works.1"
KEEPER = "county1.petition.1"
#: who reported, how to reach him, what was noted, and why he was looked up, told of and answered
REPORTER = (
    *("哨兵检举廿卅", "13700004321卌", "哨兵来信廿卌"),
    *("哨兵核对廿页", "哨兵协助卅页", "哨兵答复卌页"),
)
WITHOUT_SIGHT = (
    *(STRANGER, OTHER_APPLICANT, "county1.petition.1", "city1.case_supervision.head"),
    *("p.system_admin.head", "p.security_admin.head", "p.audit_admin.head", "p.designer.1"),
)
APPLICATION = {
    "applicant_kind": "person",
    "managed_by": "county",
    "sanction_type": "discipline",
    "item_title": f"{WORD}的事项",
    "item_facts": f"经过：{WORD}",
}


def test_no_line_no_figure_and_no_record_holds_what_was_written(
    app: Flask, demo_tools: Tools, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, _task = written(app)
    for trouble in (broken_procedure, broken_program, broken_statement):
        with monkeypatch.context() as patch:
            patch.setattr(advance, "step", trouble)
            answer = program(app, APPLICANT).post(
                "/cases", {"procedure": NANYANG, "variables": APPLICATION}
            )
        assert answer.status_code in (409, 500)
        assert WORD not in answer.get_data(as_text=True)
    told = lines.getvalue()
    assert told.count("\n") > 10
    assert "RuntimeError" in errors(told)
    assert {"OperationalError", "ProgrammingError"} & errors(told)
    for place in (told, figures(app), records(demo_tools)):
        assert place
        assert WORD not in place
        assert json.dumps(WORD)[1:-1] not in place
    assert case_id in records(demo_tools)


def test_an_error_page_does_not_repeat_what_was_typed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.signed_in(app, APPLICANT)
    address = f"/start/{NANYANG}"
    page = client.get(address)
    assert page.status_code == 200
    given = {f"a.{key}": value for key, value in APPLICATION.items()}
    given["csrf_token"] = site.token(client, address)
    for trouble in (broken_program, broken_statement):
        with monkeypatch.context() as patch:
            patch.setattr(advance, "step", trouble)
            answer = client.post(address, data=given)
        assert answer.status_code == 500
        assert WORD not in answer.get_data(as_text=True)


def test_whoever_handles_the_case_reads_it_and_whoever_does_not_never_does(app: Flask) -> None:
    case_id, task = written(app)
    ids = {"case_id": case_id, "item_id": task, "case": case_id, "task": task, "seq": "1"}
    assert WORD in site.signed_in(app, DESK).get(f"/cases/{case_id}").get_data(as_text=True)
    nobody = app.test_client()
    for client in (nobody, *(site.signed_in(app, login) for login in WITHOUT_SIGHT)):
        walked = 0
        for address in pages(app, ids):
            walked += 1
            answer = client.get(address)
            assert WORD.encode() not in answer.get_data(), address
            assert WORD not in str(answer.headers), address
        assert walked > 40


def test_no_program_of_anybody_without_sight_is_told(app: Flask) -> None:
    case_id, task = written(app)
    ids = {"case": case_id, "task": task, "seq": "1", "attachment": case_id, "pack": "nanyang"}
    assert WORD in str(program(app, DESK).found(f"/cases/{case_id}"))
    for one in (Program(app), *(program(app, login) for login in WITHOUT_SIGHT)):
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/api/v1") and "GET" in (rule.methods or ()):
                answer = one.get(filled(rule.rule, ids).removeprefix("/api/v1"))
                assert WORD.encode() not in answer.get_data(), rule


def test_who_reported_stands_in_nothing_that_is_kept_logged_sent_or_handed_out(
    app: Flask, demo_tools: Tools, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, _task = written(app)
    papered(app, case_id)
    made = reported(app, demo_tools, case_id, monkeypatch)
    for login in (DESK, HEAD, KEEPER, APPLICANT):
        client = site.signed_in(app, login)
        for word in REPORTER:
            headers = {"X-CSRFToken": site.token(client, "/me")}
            found = client.post("/search", data={"q": word}, headers=headers).text
            assert case_id not in found
            assert made not in found
    assert told_of(demo_tools, [*REPORTER, *(" ".join(marks(one)) for one in REPORTER)]) == set()
    assert told_of(demo_tools, [WORD]) != set()
    with reading(demo_tools, SYSTEM, site.MONDAY) as ctx, io.BytesIO() as export:
        exports.write(ctx, export, site.MONDAY)
        handed = [export.getvalue()]
    handed += [letter.as_bytes() for letter in mailed(demo_tools)]
    handed += [lines.getvalue().encode(), figures(app).encode()]
    assert min(map(len, handed)) > 100
    assert not any(says(one, REPORTER) for one in handed)
    assert files_with(demo_tools.config.data, REPORTER) == set()
    assert files_with(demo_tools.config.data, ["受理通知书"]) != set()


@pytest.mark.parametrize("login", [HEAD, KEEPER])
def test_who_reported_is_on_no_page_and_in_no_sheet_before_a_reason_is_given(
    app: Flask, demo_tools: Tools, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    case_id, task = written(app)
    paper = papered(app, case_id)
    made = reported(app, demo_tools, case_id, monkeypatch)
    ids = {"case_id": case_id, "item_id": task, "paper_id": paper, "paper": paper}
    ids |= {"case": case_id, "task": task, "reporter_id": made, "reporter": made, "kind": "docx"}
    client, one = site.signed_in(app, login), program(app, login)
    shown = set()
    for address in pages(app, ids):
        answer = client.get(address)
        assert not says(answer.get_data(), REPORTER), address
        shown |= {address} if answer.status_code == 200 else set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1") and "GET" in (rule.methods or ()):
            answer = one.get(filled(rule.rule, ids).removeprefix("/api/v1"))
            assert not says(answer.get_data(), REPORTER), rule
    wanted = {
        HEAD: {f"/cases/{case_id}/print", f"/papers/{paper}/docx", "/ledger.xlsx"},
        KEEPER: {f"/reporters/{made}", "/reporters"},
    }
    assert wanted[login] <= shown


def papered(app: Flask, case_id: str) -> str:
    """A paper of the case, issued by the desk."""
    desk = program(app, DESK)
    seen = desk.found(f"/cases/{case_id}/drafts/acceptance_notice")["data_hash"]
    desk.done(f"/cases/{case_id}/issue", {"paper": "acceptance_notice", "seen": seen})
    paper: str = desk.found(f"/cases/{case_id}/papers")["items"][0]["id"]
    return paper


def reported(app: Flask, tools: Tools, case_id: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who reported what came to the case: recorded, opened, fed back to, another one let in."""
    keeper = program(app, KEEPER)
    name, contact, note, reason, why, answer = REPORTER
    reference = program(app, DESK).found(f"/cases/{case_id}")["reference"]
    given = {"kind": "real_name", "name": name, "contact": contact, "note": note}
    for trouble in (broken_program, broken_statement):
        with monkeypatch.context() as patch:
            patch.setattr(reporters, "_belong", trouble)
            patch.setattr(sys.modules[__name__], "WORD", name)
            failed = keeper.post("/reporters", {**given, "reference": reference})
        assert failed.status_code == 500
        assert not says(failed.get_data(), REPORTER)
    refused = keeper.post("/reporters", {**given, "kind": "anonymous", "reference": reference})
    assert refused.status_code == 422
    made: str = keeper.done("/reporters", {**given, "reference": reference})["id"]
    assert keeper.done(f"/reporters/{made}/open", {"reason": reason})["name"] == name
    with tools.readers() as session:
        head = session.scalars(select(Person.id).where(Person.login == HEAD)).one()
    keeper.done(f"/reporters/{made}/names", {"person": head, "reason": why})
    told = {"form": "written", "given_on": "2026-03-01", "content": answer}
    keeper.done(f"/reporters/{made}/feedback", {**told, "acknowledged": True})
    return made


def mailed(tools: Tools) -> list[Message]:
    """The letters about everything that waits to be told, to everybody."""
    with transaction(tools, SYSTEM, site.MONDAY) as ctx:
        ctx.session.execute(update(Person).values(email=Person.login + "@example.cn"))
    box = Mailbox()
    later = site.MONDAY + timedelta(days=1)
    with mail_server(box):
        reaching = replace(tools, ways=receivers.ways(box.way()))
        delivery.deliver(reaching, lambda: later, lambda: later)
    assert box.letters
    return box.letters


def written(app: Flask) -> tuple[str, str]:
    """A case into whose forms the word was typed wherever there is room, and its open task."""
    applicant, desk = program(app, APPLICANT), program(app, DESK)
    asked = {"procedure": NANYANG, "variables": {**APPLICATION, "managed_by": WORD}}
    assert applicant.post("/cases", asked).status_code == 422
    case_id = applicant.done("/cases", {"procedure": NANYANG, "variables": APPLICATION})["id"]
    task = offered(desk, case_id)["id"]
    desk.done(f"/tasks/{task}/claim")
    assert (
        desk.post(f"/tasks/{task}/complete", {"variables": {"accepted": WORD}}).status_code == 422
    )
    desk.done(f"/tasks/{task}/complete", {"variables": {"accepted": True, "docket_number": WORD}})
    following = offered(desk, case_id)["id"]
    desk.done(f"/tasks/{following}/claim")
    desk.done(f"/tasks/{following}/draft", {"variables": {"opinion": WORD}})
    assert desk.post(f"/tasks/{following}/{WORD}").status_code == 404
    found = site.signed_in(app, DESK)
    headers = {"X-CSRFToken": site.token(found, "/me")}
    assert WORD in found.post("/search", data={"q": WORD}, headers=headers).text
    return case_id, following


def broken_procedure(*_given: Any) -> None:
    raise EngineError("流程出错", detail=WORD)


def broken_program(*_given: Any) -> None:
    raise RuntimeError(WORD)


def broken_statement(ctx: Context, *_given: Any) -> None:
    ctx.session.execute(text("SELECT 1 FROM nowhere WHERE word = :word"), {"word": WORD})


def errors(told: str) -> set[str]:
    return {json.loads(line).get("error", "") for line in told.splitlines()}


def figures(app: Flask) -> str:
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def records(tools: Tools) -> str:
    """Everything in both chains."""
    with tools.readers() as session:
        columns = AuditEvent.__table__.columns
        return "\n".join(str(tuple(row)) for row in session.execute(select(*columns)))


def pages(app: Flask, ids: dict[str, str]) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/api/", "/static/")) or "GET" not in (rule.methods or ()):
            continue
        assert rule.endpoint in app.view_functions
        yield filled(rule.rule, {**OTHERS, **ids})


@pytest.fixture
def app(demo_tools: Tools) -> Flask:
    """The application as it runs: what goes wrong becomes an error page."""
    return site.application(demo_tools, site.Clock())


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, down to the smallest line, until the test ends."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    telemetry.configure(stream, logging.DEBUG)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
