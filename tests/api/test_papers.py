"""Papers: looked at, issued with a number, kept as they were, handed over, read by who may."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from server.domain.access import SYSTEM
from server.models.identity import Unit
from server.models.paper import issued_paper, paper_file, paper_service
from server.services.case import search
from server.services.context import Tools, transaction
from tests.api.matters import APPLICANT, COLLEAGUE, DESK, STRANGER, offered, opened
from tests.factories import site
from tests.factories.programs import Program
from tests.factories.site import MONDAY
from tests.factories.together import at_once

ELSEWHERE, OTHER_DESK = "county2.housing_works.1", "county2.case_supervision.1"

Sign = Callable[[str], Program]


def test_a_paper_is_looked_at_issued_served_and_read_by_whom_it_was_served_on(signed: Sign) -> None:
    case = accepted(signed)
    desk, applicant = signed(DESK), signed(APPLICANT)
    offers = desk.found(f"/cases/{case}/papers")["offers"]
    assert {"paper": "acceptance_notice", "title": "受理通知书"} in offers
    draft = desk.found(f"/cases/{case}/drafts/acceptance_notice")
    assert draft["number"].startswith("容受〔2026〕")
    assert "予以受理" in draft["text"]
    body = {"paper": "acceptance_notice", "seen": draft["data_hash"]}
    desk.done(f"/cases/{case}/issue", body)
    [paper] = desk.found(f"/cases/{case}/papers")["items"]
    assert paper["number"] == "容受〔2026〕1号"
    assert paper["number"] in words(desk.get(f"/papers/{paper['id']}/docx").data)
    assert applicant.found(f"/cases/{case}/papers")["items"] == []
    assert applicant.get(f"/papers/{paper['id']}/docx").status_code == 404
    desk.done(f"/cases/{case}/serve", service(paper))
    [mine] = applicant.found(f"/cases/{case}/papers")["items"]
    assert (mine["number"], mine["services"][0]["way_text"]) == (paper["number"], "直接送达")
    assert applicant.get(f"/papers/{paper['id']}/docx").status_code == 200
    assert signed(STRANGER).get(f"/papers/{paper['id']}/docx").status_code == 404


def test_what_changed_since_it_was_looked_at_is_not_issued(signed: Sign) -> None:
    case = accepted(signed)
    body = {"paper": "acceptance_notice", "seen": "0" * 64}
    assert signed(DESK).post(f"/cases/{case}/issue", body).status_code == 409
    assert signed(DESK).found(f"/cases/{case}/papers")["items"] == []


def test_who_did_not_do_the_step_issues_nothing(signed: Sign) -> None:
    case = accepted(signed)
    seen = signed(DESK).found(f"/cases/{case}/drafts/acceptance_notice")["data_hash"]
    body = {"paper": "acceptance_notice", "seen": seen}
    assert signed(APPLICANT).post(f"/cases/{case}/issue", body).status_code == 403
    assert signed(APPLICANT).get(f"/cases/{case}/drafts/acceptance_notice").status_code == 404
    assert signed(STRANGER).post(f"/cases/{case}/issue", body).status_code == 404
    assert (
        signed(DESK).post(f"/cases/{case}/issue", {**body, "paper": "minutes"}).status_code == 403
    )
    # an office answers for its papers, not one person of it
    signed(COLLEAGUE).done(f"/cases/{case}/issue", body)


def test_a_correction_is_a_new_paper_that_names_the_one_it_replaces(signed: Sign) -> None:
    case = accepted(signed)
    desk = signed(DESK)
    first = issued(desk, case)
    again = {"paper": "acceptance_notice", "seen": seen(desk, case)}
    assert desk.post(f"/cases/{case}/issue", again).status_code == 409
    again["replaces"] = first["id"]
    assert desk.post(f"/cases/{case}/issue", again).status_code in (409, 422)
    shown = site_draft(desk, case, first["id"])
    desk.done(f"/cases/{case}/issue", {**again, "seen": shown, "reason": "日期有误"})
    old, new = desk.found(f"/cases/{case}/papers")["items"]
    assert (old["is_replaced"], new["replaces"]) == (True, old["id"])
    assert old["number"] != new["number"]
    late = desk.post(f"/cases/{case}/serve", {**service(new), "paper": old["id"]})
    assert late.status_code == 403


def test_no_row_of_an_issued_paper_is_ever_changed(signed: Sign, demo_tools: Tools) -> None:
    case = accepted(signed)
    desk = signed(DESK)
    paper = issued(desk, case)
    desk.done(f"/cases/{case}/serve", service(paper))
    changes: list[Any] = [
        update(issued_paper).values(title="改"),
        update(paper_file).values(content_hash="0" * 64),
        update(paper_service).values(addressee="改"),
        *(delete(each) for each in (paper_service, paper_file, issued_paper)),
    ]
    for change in changes:
        with (
            pytest.raises(DBAPIError, match="append-only"),
            transaction(demo_tools, SYSTEM, MONDAY) as ctx,
        ):
            ctx.session.execute(change)


def test_two_issuers_at_once_leave_no_gap_and_no_number_twice(
    signed: Sign, demo_tools: Tools
) -> None:
    cases = [accepted(signed) for _each in range(4)]
    desk = signed(DESK)
    bodies = [{"paper": "acceptance_notice", "seen": seen(desk, each)} for each in cases]
    refused = {**bodies[0], "seen": "0" * 64}

    def send(case: str, body: Any) -> Callable[[], int]:
        return lambda: desk.post(f"/cases/{case}/issue", body).status_code

    acts = [send(case, body) for case, body in zip(cases, bodies, strict=True)]
    statuses = at_once([*acts, send(cases[0], refused), send(cases[0], bodies[0])])
    assert sorted(statuses) == [200, 200, 200, 200, 409, 409]
    with demo_tools.readers() as session:
        numbers = sorted(session.scalars(select(issued_paper.c.number)))
    assert numbers == [f"容受〔2026〕{n}号" for n in range(1, 5)]


def test_each_organ_counts_its_papers_by_itself_also_at_once(
    signed: Sign, demo_tools: Tools
) -> None:
    desks = {
        desk: [accepted(signed, applicant, desk) for _each in range(2)]
        for applicant, desk in ((APPLICANT, DESK), (ELSEWHERE, OTHER_DESK))
    }

    def send(desk: Program, case: str) -> Callable[[], int]:
        body = {"paper": "acceptance_notice", "seen": seen(desk, case)}
        return lambda: desk.post(f"/cases/{case}/issue", body).status_code

    acts = [send(signed(desk), case) for desk, cases in desks.items() for case in cases]
    assert at_once(acts) == [200] * 4
    with demo_tools.readers() as session:
        rows = session.execute(
            select(Unit.key, issued_paper.c.number)
            .join(Unit, Unit.id == issued_paper.c.issuer_id)
            .order_by(Unit.key, issued_paper.c.number)
        )
        numbers = [(row.key, row.number) for row in rows]
    assert numbers == [
        (organ, f"容受〔2026〕{n}号")
        for organ in ("county1.discipline", "county2.discipline")
        for n in (1, 2)
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "applicant:nobody"}, "to"),
        ({"way": "pigeon"}, "way"),
        ({"served_on": "2027-01-01"}, "served_on"),
        ({"served_on": "2020-01-01"}, "served_on"),
    ],
)
def test_a_service_that_cannot_be_is_refused_at_its_field(
    signed: Sign, change: Any, field: str
) -> None:
    case = accepted(signed)
    desk = signed(DESK)
    paper = issued(desk, case)
    answer = desk.post(f"/cases/{case}/serve", service(paper) | change)
    assert answer.status_code == 422
    told: Any = answer.json
    assert [each["field"] for each in told["problems"]] == [field]


def test_the_page_shows_the_draft_before_it_issues(app: Flask, signed: Sign) -> None:
    case = accepted(signed)
    page = site.signed_in(app, DESK)
    token = site.token(page, f"/cases/{case}/issue")
    sent = {"csrf_token": token, "paper": "acceptance_notice"}
    looked = page.post(f"/cases/{case}/issue", data=sent)
    text = looked.get_data(as_text=True)
    assert looked.status_code == 200
    assert 'class="letter"' in text
    hidden = {name: value_of(text, name) for name in ("shown", "seen")}
    stamped = page.get(f"/cases/{case}/drafts/acceptance_notice")
    assert "草稿" in words(stamped.data)
    assert page.post(f"/cases/{case}/issue", data=sent | hidden).status_code == 303
    file = page.get(f"/cases/{case}").get_data(as_text=True)
    assert "容受〔2026〕1号" in file
    assert "还没有送达" in file
    paper = signed(DESK).found(f"/cases/{case}/papers")["items"][0]
    assert "受送达人" in words(page.get(f"/papers/{paper['id']}/receipt").data)
    served = {
        "csrf_token": token,
        **service(paper),
        "receipt": (io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "回证.pdf"),
    }
    assert page.post(f"/cases/{case}/serve", data=served).status_code == 303
    applicant = site.signed_in(app, APPLICANT)
    mine = applicant.get(f"/applications/{case}").get_data(as_text=True)
    assert "容受〔2026〕1号" in mine
    address = mine.split('href="/attachments/')[1].split('"')[0]
    assert applicant.get(f"/attachments/{address}").status_code == 200


def test_a_paper_is_found_by_number_and_title_by_whoever_may_read_it(
    app: Flask, signed: Sign, demo_tools: Tools
) -> None:
    case = accepted(signed)
    desk = signed(DESK)
    paper = issued(desk, case)
    for word in (paper["number"], "容受", "受理通知书"):
        assert f'href="/cases/{case}#issued">受理通知书容受〔2026〕1号' in searched(app, DESK, word)
        assert case not in searched(app, APPLICANT, word)
        assert case not in searched(app, STRANGER, word)
    assert case not in searched(app, DESK, "容受〔2026〕18号")
    desk.done(f"/cases/{case}/serve", service(paper))
    assert case in searched(app, APPLICANT, "容受")
    with transaction(demo_tools, SYSTEM, MONDAY) as ctx:
        search.rebuild(ctx)
    assert case in searched(app, DESK, "容受")
    assert case not in searched(app, STRANGER, "容受")


def test_the_printed_file_lists_the_papers_with_number_day_and_service(
    app: Flask, signed: Sign
) -> None:
    case = accepted(signed)
    desk = signed(DESK)
    paper = issued(desk, case)
    page = site.signed_in(app, DESK)
    assert "还没有送达" in page.get(f"/cases/{case}/print").get_data(as_text=True)
    desk.done(f"/cases/{case}/serve", service(paper))
    printed = page.get(f"/cases/{case}/print").get_data(as_text=True)
    row = printed.split("容受〔2026〕1号")[1].split("</tr>")[0]
    for words in ("受理通知书", "2026-03-02", "直接送达", paper["addressees"][0]["name"]):
        assert words in row, words
    assert "还没有送达" not in printed


def accepted(signed: Sign, applicant: str = APPLICANT, by: str = DESK) -> str:
    """A case that the desk took in."""
    case: str = opened(signed(applicant))["id"]
    desk = signed(by)
    task = offered(desk, case)["id"]
    desk.done(f"/tasks/{task}/claim")
    desk.done(f"/tasks/{task}/complete", {"variables": {"accepted": True}})
    return case


def seen(program: Program, case: str) -> str:
    """The hash of the draft."""
    found: str = program.found(f"/cases/{case}/drafts/acceptance_notice")["data_hash"]
    return found


def site_draft(program: Program, case: str, replaces: str) -> str:
    """The hash of the draft of a correction."""
    address = f"/cases/{case}/drafts/acceptance_notice?replaces={replaces}"
    found: str = program.found(address)["data_hash"]
    return found


def issued(program: Program, case: str) -> Any:
    """The notice, issued."""
    program.done(
        f"/cases/{case}/issue", {"paper": "acceptance_notice", "seen": seen(program, case)}
    )
    return program.found(f"/cases/{case}/papers")["items"][0]


def service(paper: Any) -> dict[str, Any]:
    """It is handed to the applicant himself."""
    return {
        "paper": paper["id"],
        "to": paper["addressees"][0]["to"],
        "way": "direct",
        "served_on": "2026-03-02",
    }


def searched(app: Flask, login: str, word: str) -> str:
    """What the search tells this person."""
    page = site.signed_in(app, login)
    headers = {"X-CSRFToken": site.token(page, "/me")}
    return page.post("/search", data={"q": word}, headers=headers).get_data(as_text=True)


def words(content: bytes) -> str:
    """Everything a letter says."""
    letter = Document(io.BytesIO(content))
    cells = [cell.text for table in letter.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in letter.paragraphs), *cells])


def value_of(text: str, name: str) -> str:
    """What a hidden field of the page holds."""
    return text.split(f'name="{name}" value="')[1].split('"')[0]
