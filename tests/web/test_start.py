"""The pages by which something is started: what may be, the form with its guide, the receipt."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.domain.access import SYSTEM
from server.services.context import Tools, reading
from server.services.identity import people
from tests.factories import site as factory

SignIn = Callable[[str], FlaskClient]

APPLICANT = "county1.housing_works.1"
HR = "county1.housing_hr.head"
DESK = "county1.case_supervision.1"
FORM = "/start/nanyang_five_step?way=self-origin-self"
PLAIN = "/start/nanyang_five_step"

FILLED: Mapping[str, str] = {
    "a.origin": "self",
    "a.applicant_kind": "person",
    "a.managed_by": "county",
    "a.affiliated_to": "none",
    "a.sanction_type": "discipline",
    "a.filed_with": "recommended",
    "a.filed_level": "recommended",
    "a.item_title": "道路抢险未先办手续",
    "rows.item_evidence": "0",
}


def test_an_official_sees_what_he_may_start_and_nothing_of_the_offices(sign_in: SignIn) -> None:
    page = text(sign_in(APPLICANT), "/start")

    assert "为本人" in page
    assert "事前申请" in page
    assert "为本单位" not in page
    assert "组织研判" not in page


def test_the_personnel_office_finds_its_unit_and_the_desk_its_office(sign_in: SignIn) -> None:
    assert "为本单位" in text(sign_in(HR), "/start")
    desk = text(sign_in(DESK), "/start")

    assert "由本处室（岗位）" in desk
    assert "书面申请由受理机关代为登记" in desk
    assert "滁州容错纠错免责四步程序" in desk


@pytest.mark.parametrize("duty", ["system_admin", "security_admin", "audit_admin", "designer"])
def test_administrators_have_no_start_page(sign_in: SignIn, duty: str) -> None:
    client = sign_in(f"p.{duty}.head")

    assert client.get("/start").status_code == 403
    assert client.get("/people.json?q=张三").status_code == 403


def test_who_is_not_signed_in_is_sent_to_sign_in(stranger: FlaskClient) -> None:
    assert stranger.get("/start").status_code == 303
    answer = stranger.get("/units.json?q=住建", headers={"Accept": "application/json"})
    assert answer.status_code == 401


def test_the_form_comes_filled_and_says_where_it_will_go(sign_in: SignIn) -> None:
    page = text(sign_in(APPLICANT), FORM)

    assert '<option value="county" selected>' in page
    assert "提交以后由谁办理" in page
    assert "党委办公室" in page or "县委办公室" in page
    assert "NY-33" in page
    assert "受理登记" in page


def test_the_guide_follows_what_is_typed_and_keeps_it(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    page = post(client, f"{PLAIN}/guide", {**FILLED, "a.managed_by": "city"})

    assert "案件监督管理室" in page
    assert "与记录不一致" in page
    assert "道路抢险未先办手续" in page
    assert "2026-03-09（周一）" in page


def test_the_guide_alone_is_a_part_of_the_page(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    given = {"variables": {"applicant_kind": "person", "sanction_type": "both"}}
    answer = client.post(
        f"{PLAIN}/guide",
        json=given,
        headers={"X-CSRFToken": factory.token(client, FORM), "HX-Request": "true"},
    )
    page = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert "<html" not in page
    assert "再填以下各项就能告诉您" in page
    assert "管理层级" in page


def test_filing_gives_a_receipt_with_number_office_and_clock(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    answer = filed(client, FILLED)

    assert answer.status_code == 303
    page = text(client, answer.headers["Location"])
    assert "宛容〔2026〕1号" in page
    assert "案件监督管理室" in page
    assert "提出拟办意见" in page
    assert "2026-03-09（周一）" in page


def test_the_same_form_sent_twice_opens_one_case(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    first = filed(client, FILLED, once="a-key")
    second = filed(client, FILLED, once="a-key")
    other = filed(client, FILLED, once="another")

    assert first.headers["Location"] == second.headers["Location"]
    assert first.headers["Location"] != other.headers["Location"]


def test_a_refused_form_comes_back_with_everything_typed(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    answer = filed(client, {**FILLED, "a.managed_by": "", "a.item_reasons": "汛期<b>塌方"})
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert 'href="#f-managed_by"' in page
    assert "汛期&lt;b&gt;塌方" in page
    assert "道路抢险未先办手续" in page


def test_a_way_that_is_not_his_is_refused(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    given = {
        "origin": "organization",
        "applicant_kind": "person",
        "managed_by": "county",
        "subject_person": "",
        "on_paper": True,
    }
    token = factory.token(client, FORM)
    headers = {"X-CSRFToken": token, "Accept": "application/json"}

    assert client.post(FORM, json={"variables": given}, headers=headers).status_code in (403, 422)


def test_what_the_way_has_settled_is_not_asked(sign_in: SignIn) -> None:
    page = text(sign_in(APPLICANT), FORM)
    desk = text(sign_in(DESK), f"{PLAIN}?way=office-case_supervision_office-on_paper-true")

    assert 'name="a.origin"' not in page
    assert "交办函号" not in page
    assert "书面申请由受理机关代为登记</label>" not in page
    assert 'name="a.applicant_person"' in desk
    assert 'name="a.item_facts"' in page


def test_the_form_is_filed_as_it_is_shown(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    shown = set(re.findall(r'name="(a\.[^"]+)"', text(client, FORM)))
    answer = filed(client, {key: value for key, value in FILLED.items() if key in shown})

    assert "a.origin" not in shown
    assert answer.status_code == 303
    assert "宛容〔2026〕1号" in text(client, answer.headers["Location"])


def test_the_drawn_form_is_filed_as_it_is_shown(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    keys = {
        each.get("key") for each in json(client.get(f"{PLAIN}/form.json"))["schema"]["components"]
    }
    given = {"managed_by": "county", "sanction_type": "discipline"}
    headers = {"X-CSRFToken": factory.token(client, FORM), "Accept": "application/json"}
    answer = client.post(FORM, json={"variables": given}, headers=headers)

    assert "origin" not in keys
    assert answer.status_code == 200
    assert "案件监督管理室" in text(client, json(answer)["location"])


def test_a_program_files_the_same_form_as_json(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    token = factory.token(client, FORM)
    given = {key.removeprefix("a."): value for key, value in FILLED.items() if "rows" not in key}
    headers = {"X-CSRFToken": token, "Idempotency-Key": "k-1", "Accept": "application/json"}
    answers = [client.post(FORM, json={"variables": given}, headers=headers) for _n in range(2)]
    refused = client.post(FORM, json={"variables": {}}, headers={**headers, "Idempotency-Key": "2"})
    shapeless = client.post(FORM, json=[], headers={**headers, "Idempotency-Key": "3"})

    assert [answer.status_code for answer in answers] == [200, 200]
    assert json(answers[0])["location"] == json(answers[1])["location"]
    assert refused.status_code == 422
    assert {each["field"] for each in json(refused)["problems"]} >= {"managed_by"}
    assert shapeless.status_code == 422


def test_the_form_of_the_island_has_schema_lists_and_what_is_known(sign_in: SignIn) -> None:
    found = json(sign_in(APPLICANT).get(f"{PLAIN}/form.json"))

    assert found["data"]["managed_by"] == "county"
    assert len(found["data"]["list_situations"]) >= 7
    assert found["schema"]["components"]


def test_rows_are_added_without_submitting(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    page = post(client, FORM, {**FILLED, "add": "item_evidence"})

    assert 'name="a.item_evidence[0].item_evidence_name"' in page


def test_the_desk_starts_a_chuzhou_case_and_the_window_waits_for_the_applicant(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    desk = sign_in(DESK)
    given = {
        "a.accountability_reference": "云纪问〔2026〕3号",
        "a.accountability_matter": "道路抢险未先办手续",
        "a.applicant_kind": "person",
        "a.applicant_person": person(demo_tools, APPLICANT),
        "a.managed_by": "county",
        "a.started_on": "2026-03-02",
        "a.notified_on": "2026-03-02",
    }
    answer = filed(desk, given, at="/start/chuzhou_four_step")
    receipt = text(desk, answer.headers["Location"])
    page = text(sign_in(APPLICANT), "/start")

    assert "滁容〔2026〕1号" in receipt
    assert "2026-03-11（周三）" in receipt
    assert "正在等您办理" in page
    assert "2026-03-11（周三）" in page
    assert "正在等您办理" not in text(sign_in(HR), "/start")


def test_a_receipt_is_nothing_to_others(sign_in: SignIn) -> None:
    location = filed(sign_in(APPLICANT), FILLED).headers["Location"]

    assert sign_in("county2.case_supervision.1").get(location).status_code == 404
    assert sign_in(APPLICANT).get("/start/receipts/nothing").status_code == 404


def test_names_are_found_by_two_letters_and_never_more_than_twenty(sign_in: SignIn) -> None:
    client = sign_in(DESK)

    assert json(client.get("/people.json?q=干"))["items"] == []
    found = json(client.get("/people.json?q=干部"))["items"]
    assert 0 < len(found) <= 20
    assert set(found[0]) == {"id", "label"}
    again = json(client.get(f"/people.json?id={found[0]['id']}"))["items"]
    assert again == [found[0]]
    assert json(client.get("/units.json?q=住房"))["items"]


def test_a_part_of_the_page_is_the_main_of_the_page(sign_in: SignIn) -> None:
    client = sign_in(APPLICANT)
    part = client.get("/start", headers={"HX-Request": "true"}).get_data(as_text=True)

    assert "<html" not in part
    assert part.strip() in text(client, "/start")


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def post(client: FlaskClient, address: str, given: Mapping[str, str]) -> str:
    token = factory.token(client, FORM)
    answer = client.post(address, data={**given, "csrf_token": token})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def filed(client: FlaskClient, given: Mapping[str, str], once: str = "", at: str = FORM) -> Any:
    token = factory.token(client, at)
    return client.post(at, data={**given, "once": once, "csrf_token": token})


def json(answer: Any) -> Any:
    return answer.get_json(force=True)


def person(tools: Tools, login: str) -> str:
    with reading(tools, SYSTEM, factory.MONDAY) as ctx:
        return people.person_by_login(ctx, login).id
