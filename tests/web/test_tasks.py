"""The page of a task: shown, claimed, filled in and handed in without a line of JavaScript."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, cast
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.models.audit import AuditEvent
from server.models.document import attachment
from server.models.work import work_item
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people
from server.services.verbs import cases, work
from tests.factories.files import EXE, PDF
from tests.factories.site import MONDAY
from tests.web.plain_forms.browser import sent

APPLICANT = "county1.housing_works.1"
DESK = "county1.case_supervision.1"
COLLEAGUE = "county1.case_supervision.2"
STRANGER = "county1.petition.1"

SignIn = Callable[[str], FlaskClient]

ACCEPT = {"a.accepted": "true"}
APPLICATION: Mapping[str, Any] = {
    "applicant_kind": "person",
    "managed_by": "county",
    "sanction_type": "discipline",
}


def test_a_task_is_shown_before_it_is_claimed_and_cannot_be_filled_in(
    accept: str, sign_in: SignIn
) -> None:
    page = opened(sign_in(DESK), accept)

    assert at(page, "//h1")[0].text_content() == "受理登记"
    assert at(page, "//form[contains(@action, '/claim')]")
    assert not at(page, "//form[@id='answers']//textarea")
    assert "签收后填写" in page.text_content()
    assert at(page, "//ol[contains(@class, 'days')]")


def test_claimed_filled_in_and_handed_in_it_goes_on_to_the_same_persons_next_task(
    accept: str, sign_in: SignIn
) -> None:
    client = sign_in(DESK)
    claimed(client, accept)

    answer = handed_in(client, accept, ACCEPT)

    assert answer.status_code == 303
    following = answer.headers["Location"]
    assert re.fullmatch(r"/tasks/[0-9a-f-]{36}", following)
    page: Any = html.fromstring(client.get(following).get_data(as_text=True))
    assert "请接着办理本事项的下一步" in page.text_content()
    assert at(page, "//h1")[0].text_content() != "受理登记"


def test_refused_answers_come_back_at_their_fields_with_everything_typed(
    accept: str, sign_in: SignIn
) -> None:
    client = sign_in(DESK)
    claimed(client, accept)

    answer = handed_in(client, accept, {"a.intake_action": "reroute", "a.docket_number": "甲<b>1"})

    assert answer.status_code == 422
    page: Any = html.fromstring(answer.get_data(as_text=True))
    links = at(page, "//div[@id='errors']//a/@href")
    assert links
    for link in links:
        assert at(page, f"//*[@id='{link[1:]}']"), link
    assert at(page, "//*[@class='error']")
    assert at(page, "//input[@value='reroute'][@checked]")


def test_somebody_else_has_it_meanwhile_and_what_was_typed_can_be_copied(
    accept: str, sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESK)
    claimed(client, accept)
    page = opened(client, accept)
    act(demo_tools, DESK, lambda ctx: work.release(ctx, accept))
    act(demo_tools, COLLEAGUE, lambda ctx: work.claim(ctx, accept))

    fields = sent(page)
    fields["a.docket_number"] = "登记〔2026〕9号"
    answer = client.post(f"/tasks/{accept}/complete", data=fields)

    assert answer.status_code == 409
    shown = answer.get_data(as_text=True)
    assert name(demo_tools, COLLEAGUE) in shown
    assert "没有保存，可以复制" in shown


def test_claiming_what_a_colleague_has_says_who_has_it(
    accept: str, sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESK)
    token = opened(client, accept).xpath("//input[@name='csrf_token']/@value")[0]
    act(demo_tools, COLLEAGUE, lambda ctx: work.claim(ctx, accept))

    answer = client.post(f"/tasks/{accept}/claim", data={"csrf_token": token})

    assert answer.status_code == 409
    assert name(demo_tools, COLLEAGUE) in answer.get_data(as_text=True)


def test_the_same_form_sent_twice_is_done_once_and_answered_the_same(
    accept: str, sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(DESK)
    claimed(client, accept)
    fields = sent(opened(client, accept), ACCEPT)

    first = client.post(f"/tasks/{accept}/complete", data=fields)
    second = client.post(f"/tasks/{accept}/complete", data=fields)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    with demo_tools.readers() as session:
        done = session.scalars(
            select(AuditEvent.seq).where(AuditEvent.verb == "work.complete")
        ).all()
    assert len(done) == 1


def test_given_back_it_is_offered_again(accept: str, sign_in: SignIn) -> None:
    client = sign_in(DESK)
    claimed(client, accept)
    page = opened(client, accept)
    (form,) = at(page, "//form[contains(@action, '/release')]")
    fields = {each.get("name"): each.get("value") for each in at(form, ".//input")}

    answer = client.post(form.get("action"), data=fields)

    assert answer.status_code == 303
    assert "已退签" in client.get(answer.headers["Location"]).get_data(as_text=True)


@pytest.mark.parametrize("address", ["", "/form.json"])
def test_who_may_not_see_the_case_gets_the_answer_of_what_does_not_exist(
    accept: str, sign_in: SignIn, address: str
) -> None:
    client = sign_in(STRANGER)
    client.get("/tasks/nothing")  # what is told once on the first page has been told
    hidden = client.get(f"/tasks/{accept}{address}")
    other = str(uuid4())
    nothing = client.get(f"/tasks/{other}{address}")
    assert hidden.status_code == nothing.status_code == 404
    assert words(hidden) == words(nothing)


def test_the_applicant_does_not_see_the_task_of_the_desk(accept: str, sign_in: SignIn) -> None:
    assert sign_in(APPLICANT).get(f"/tasks/{accept}").status_code == 404


def test_opening_the_page_is_on_the_record_of_accesses(
    accept: str, sign_in: SignIn, demo_tools: Tools
) -> None:
    opened(sign_in(DESK), accept)
    with demo_tools.readers() as session:
        seen = session.scalars(
            select(AuditEvent.target).where(AuditEvent.verb == "task.read")
        ).all()
    assert seen == [accept]


def test_the_island_gets_what_it_draws_and_sends_json(accept: str, sign_in: SignIn) -> None:
    client = sign_in(DESK)
    before = client.get(f"/tasks/{accept}/form.json").get_json()
    assert before["readonly"] is True
    claimed(client, accept)
    after = client.get(f"/tasks/{accept}/form.json").get_json()
    assert after["readonly"] is False
    assert after["schema"]["components"]

    headers = {"X-CSRFToken": csrf(client, accept), "Accept": "application/json"}
    refused = client.post(
        f"/tasks/{accept}/complete", json={"variables": {"intake_action": "x"}}, headers=headers
    )
    assert refused.status_code == 422
    assert refused.get_json()["problems"]
    done = client.post(
        f"/tasks/{accept}/complete", json={"variables": {"accepted": True}}, headers=headers
    )
    assert done.status_code == 200
    assert done.get_json()["location"].startswith("/tasks/")


def test_a_stale_page_is_refused_and_loses_nothing(accept: str, sign_in: SignIn) -> None:
    client = sign_in(DESK)
    claimed(client, accept)
    page = opened(client, accept)
    fields = sent(page, ACCEPT)
    fields["version"] = "1"

    answer = client.post(f"/tasks/{accept}/complete", data=fields)

    assert answer.status_code == 409
    assert "可以复制" in answer.get_data(as_text=True)


def test_a_page_without_a_token_changes_nothing(accept: str, sign_in: SignIn) -> None:
    client = sign_in(DESK)
    assert client.post(f"/tasks/{accept}/claim").status_code == 400


def test_page_and_part_are_the_same(accept: str, sign_in: SignIn) -> None:
    client = sign_in(DESK)
    part = client.get(f"/tasks/{accept}", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in part
    assert "受理" in part


def test_files_of_a_plain_form_are_taken_in_and_handed_in(
    supplement: str, sign_in: SignIn, demo_tools: Tools
) -> None:
    client = sign_in(APPLICANT)
    claimed(client, supplement)
    page = opened(client, supplement)
    (name_,) = at(page, "//input[@type='file']/@name")
    fields = dict(filled(page))

    bad = client.post(
        f"/tasks/{supplement}/complete",
        data={**fields, name_: (BytesIO(EXE), "合同.pdf")},
        content_type="multipart/form-data",
    )
    assert bad.status_code == 422
    assert "合同.pdf" in bad.get_data(as_text=True)

    done = client.post(
        f"/tasks/{supplement}/complete",
        data={**fields, name_: (BytesIO(PDF), "合同.pdf")},
        content_type="multipart/form-data",
    )
    assert done.status_code == 303, done.get_data(as_text=True)
    with demo_tools.readers() as session:
        (kept,) = session.execute(select(attachment)).all()
    assert (kept.state, kept.name) == ("bound", "合同.pdf")

    download = client.get(f"/attachments/{kept.id}")
    assert download.get_data() == PDF
    assert download.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert sign_in(STRANGER).get(f"/attachments/{kept.id}").status_code == 404


def test_what_is_kept_without_handing_in_is_offered_again(accept: str, sign_in: SignIn) -> None:
    client = sign_in(DESK)
    claimed(client, accept)
    fields = sent(opened(client, accept))
    fields["a.docket_number"] = "甲字1号"

    answer = client.post(f"/tasks/{accept}/draft", data=fields)

    assert answer.status_code == 303
    page = opened(client, accept)
    assert "已暂存，还没有提交" in page.text_content()
    assert sent(page)["a.docket_number"] == "甲字1号"
    dropped = at(page, "//form[contains(@action, '/draft/drop')]/@action")[0]
    client.post(dropped, data={"csrf_token": csrf(client, accept)})
    assert sent(opened(client, accept)).get("a.docket_number", "") == ""


def test_the_drawn_form_is_told_when_its_draft_was_kept(accept: str, sign_in: SignIn) -> None:
    client = sign_in(DESK)
    claimed(client, accept)
    address = at(opened(client, accept), "//@data-draft")[0]
    headers = {"X-CSRFToken": csrf(client, accept)}
    sending = {"variables": {"docket_number": "甲字1号"}}

    answer = client.post(address, json=sending, headers=headers)

    assert answer.status_code == 200
    assert re.fullmatch(r"[0-2][0-9]:[0-5][0-9]", answer.get_json()["at"])
    client.post(f"/tasks/{accept}/release", data={"csrf_token": csrf(client, accept)})
    refused = client.post(address, json=sending, headers=headers)
    assert refused.status_code == 409


def test_the_bar_says_how_much_is_in_ones_hands(accept: str, sign_in: SignIn) -> None:
    client = sign_in(DESK)
    counted = "//nav[@aria-label='主导航']//span[@class='count']/text()"

    assert at(opened(client, accept), counted) == ["0"]
    claimed(client, accept)
    assert at(opened(client, accept), counted) == ["1"]


def test_the_task_says_what_is_to_be_done(accept: str, sign_in: SignIn) -> None:
    page = opened(sign_in(DESK), accept)

    assert "核对申请材料和管理权限" in page.text_content()


def at(page: Any, path: str) -> list[Any]:
    return cast("list[Any]", page.xpath(path))


def words(answer: Any) -> str:
    page: Any = html.fromstring(answer.get_data(as_text=True))
    return str(page.text_content())


def opened(client: FlaskClient, item: str) -> Any:
    answer = client.get(f"/tasks/{item}")
    assert answer.status_code == 200
    return html.fromstring(answer.get_data(as_text=True))


def csrf(client: FlaskClient, item: str) -> str:
    return str(opened(client, item).xpath("//input[@name='csrf_token']/@value")[0])


def claimed(client: FlaskClient, item: str) -> None:
    answer = client.post(f"/tasks/{item}/claim", data={"csrf_token": csrf(client, item)})
    assert answer.status_code == 303


def handed_in(client: FlaskClient, item: str, given: Mapping[str, str]) -> Any:
    fields = sent(opened(client, item))
    for key, value in given.items():
        fields[key] = value
    return client.post(f"/tasks/{item}/complete", data=fields)


def filled(page: html.HtmlElement) -> Mapping[str, str]:
    """The form with something in every text area."""
    fields = dict(sent(page).items())
    texts = at(page, "//form[@id='answers']//textarea/@name")
    return {**fields, **dict.fromkeys(texts, "已经补充")}


def act(tools: Tools, login: str, verb: Callable[[Context], Any]) -> Any:
    with reading(tools, SYSTEM, MONDAY) as ctx:
        actor = people.actor(ctx, login)
    with transaction(tools, actor, MONDAY) as ctx:
        return verb(ctx)


def name(tools: Tools, login: str) -> str:
    with reading(tools, SYSTEM, MONDAY) as ctx:
        return people.person_by_login(ctx, login).name


def waiting(tools: Tools, node: str) -> str:
    with tools.readers() as session:
        found = select(work_item.c.id).where(
            work_item.c.node_key == node, work_item.c.state == "offered"
        )
        return str(session.scalars(found).one())


@pytest.fixture
def accept(demo_tools: Tools) -> str:
    """A task of the desk: the application has come in."""
    act(demo_tools, APPLICANT, lambda ctx: cases.open_case(ctx, "nanyang_five_step", APPLICATION))
    return waiting(demo_tools, "accept")


@pytest.fixture
def supplement(demo_tools: Tools, accept: str) -> str:
    """A task of the applicant: he is asked for more."""
    answers = {"intake_action": "supplement", "supplement_items": "补充合同"}
    act(demo_tools, DESK, lambda ctx: work.claim(ctx, accept))
    act(demo_tools, DESK, lambda ctx: work.complete(ctx, accept, answers))
    return waiting(demo_tools, "supplement")
