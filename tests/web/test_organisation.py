"""Units, people and accounts on pages; every change is proposed by one and decided by another."""

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event, select

from server.domain.access import SYSTEM
from server.models.identity import Person, Unit
from server.services.context import Tools, reading, transaction
from server.services.identity import passwords, people, staffing
from server.services.identity.staffing import NewPost
from tests.factories import site as factory
from tests.factories.sheets import OFFICE, PERSON, book, newcomers

SignIn = Callable[[str], FlaskClient]

FIRST, SECOND = "p.security_admin.head", "p.security_admin.second"
SOMEBODY = "county1.housing_works.1"


def test_a_locality_comes_as_organs_with_their_offices_and_people(sign_in: SignIn) -> None:
    page = text(sign_in(FIRST), "/organisation?region=p/c1/d1")

    assert "案件监督管理室" in page
    assert "万明舟" in page
    assert "负责人" in page
    assert "county1.housing_works.1" not in page


def test_people_are_found_by_name_or_login(sign_in: SignIn) -> None:
    client = sign_in(FIRST)

    assert "薛新" in text(client, f"/organisation?q={SOMEBODY.upper()}")
    assert "工程管理科" in text(client, "/organisation?q=薛新")
    assert "没有找到" in text(client, "/organisation?q=%25")


@pytest.mark.parametrize("login", ["p.system_admin.head", "p.audit_admin.head", SOMEBODY])
@pytest.mark.parametrize("address", ["/organisation", "/organisation/import", "/admin/proposals"])
def test_nobody_else_comes_here(sign_in: SignIn, login: str, address: str) -> None:
    assert sign_in(login).get(address).status_code in (403, 404)


def test_a_post_is_proposed_by_one_and_held_after_another_approved(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    first, second = sign_in(FIRST), sign_in(SECOND)
    person, unit = ids(demo_tools, SOMEBODY, "county1.audit")
    place = propose(first, person, kind="post", unit_id=unit, title="审计员", from_on="2026-03-02")

    assert "由另一人批准" in text(first, place)
    assert post(first, f"{place}/approve", {}, place).status_code == 403
    assert "审计员" in text(second, place)
    assert post(second, f"{place}/approve", {}, place).status_code == 303
    page = text(first, f"/organisation/people/{person}")
    assert "审计员" in page
    assert "在任" in page
    assert "已批准" in text(first, "/admin/proposals")


def test_a_new_person_gets_a_first_password_that_is_told_once(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    first, second = sign_in(FIRST), sign_in(SECOND)
    unit = ids(demo_tools, SOMEBODY, "county1.audit")[1]
    given = {
        "name": "新来者",
        "login": "county1.audit.99",
        "managed_by": "county",
        "unit_id": unit,
        "title": "干部",
        "from_on": "2026-03-02",
        "is_head": "0",
        "is_main": "1",
        "reason": "调入",
    }
    answer = post(first, "/organisation/people/new", given)
    place = answer.headers["Location"]
    shown = post(second, f"{place}/approve", {}, place).get_data(as_text=True)
    secret = shown.split("<code>")[1].split("</code>")[0]

    assert "只显示这一次" in shown
    assert secret not in text(second, place)
    with reading(demo_tools, SYSTEM, factory.MONDAY) as ctx:
        row = ctx.session.scalars(select(Person).where(Person.login == "county1.audit.99")).one()
        assert passwords.matches(demo_tools.config, row.secret_hash, secret)
        assert row.must_change_secret


def test_what_is_missing_comes_back_at_its_field_with_what_was_typed(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    first = sign_in(FIRST)
    person, unit = ids(demo_tools, SOMEBODY, "county1.audit")
    answer = post(first, f"/organisation/people/{person}", {"kind": "post", "unit_id": unit})
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "请填写理由" in page
    answer = post(first, "/organisation/people/new", {"name": "<b>", "reason": "调入"})
    assert answer.status_code == 422
    assert "&lt;b&gt;" in answer.get_data(as_text=True)


def test_nobody_changes_himself(sign_in: SignIn, demo_tools: Tools) -> None:
    first = sign_in(FIRST)
    own = ids(demo_tools, FIRST, "county1.audit")[0]

    assert "涉及本人的变动须由他人提出和批准" in text(first, f"/organisation/people/{own}")
    answer = post(first, f"/organisation/people/{own}", {"kind": "disable", "reason": "x"})
    assert answer.status_code == 403


def test_a_proposal_is_refused_with_a_reason_or_taken_back(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    first, second = sign_in(FIRST), sign_in(SECOND)
    person = ids(demo_tools, SOMEBODY, "county1.audit")[0]
    place = propose(first, person, kind="disable")

    assert post(second, f"{place}/refuse", {"answer": ""}, place).status_code == 422
    assert post(second, f"{place}/refuse", {"answer": "仍在岗"}, place).status_code == 303
    assert "仍在岗" in text(first, place)
    again = propose(first, person, kind="disable")
    assert post(first, f"{again}/withdraw", {}, again).status_code == 303
    assert "没有待办理的变动" in text(second, "/admin/proposals")


def test_a_table_becomes_one_proposal_with_its_preview(sign_in: SignIn) -> None:
    first, second = sign_in(FIRST), sign_in(SECOND)
    place = upload(first, newcomers()).headers["Location"]
    page = text(second, place)

    assert "新单位2个，新人员1人，新任职1项，变更和结束0项" in page
    assert "县水利局" in page
    shown = post(second, f"{place}/approve", {}, place).get_data(as_text=True)
    assert "钱水清" in shown
    assert shown.count("<code>") == 1
    assert "县水利局" in text(first, "/organisation?region=p/c1/d1")


def test_a_table_with_problems_changes_nothing_and_lists_them_by_row_and_column(
    sign_in: SignIn,
) -> None:
    first = sign_in(FIRST)
    answer = upload(first, book([{**OFFICE, "层级": "村"}], [{**PERSON, "姓名": None}]))
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "“村”不是层级" in page
    assert "没有填写“姓名”" in page
    assert "没有待办理的变动" in text(first, "/admin/proposals")
    assert upload(first, b"no workbook").status_code == 422


def test_template_and_present_state_are_workbooks(sign_in: SignIn) -> None:
    first = sign_in(FIRST)
    empty = first.get("/organisation/template.xlsx")
    present = post(first, "/organisation/present.xlsx", {})

    assert load_workbook(BytesIO(empty.data)).sheetnames == ["单位", "人员", "任职", "说明"]
    assert load_workbook(BytesIO(present.data))["人员"].max_row > 100
    assert "attachment" in present.headers["Content-Disposition"]


def test_what_changes_rights_asks_for_a_fresh_sign_in(
    sign_in: SignIn, clock: factory.Clock, demo_tools: Tools
) -> None:
    first = sign_in(FIRST)
    person = ids(demo_tools, SOMEBODY, "county1.audit")[0]
    clock.forward(minutes=16)
    answer = first.get(f"/organisation/people/{person}")

    assert answer.status_code == 303
    assert "/sign-in/again" in answer.headers["Location"]


def test_an_unknown_unit_or_person_is_not_found(sign_in: SignIn) -> None:
    first = sign_in(FIRST)

    for address in ("units/x", "people/x", "people/%00", "units/%00"):
        assert first.get(f"/organisation/{address}").status_code == 404
    assert first.get("/admin/proposals/x").status_code == 404


def test_the_page_of_a_locality_asks_the_same_number_of_questions_however_large(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    first = sign_in(FIRST)
    text(first, "/organisation?region=p")

    assert asked(demo_tools, first, "/organisation?region=p/c1/d1") == asked(
        demo_tools, first, "/organisation?region=p/c1/d1/t1"
    )


@pytest.fixture(autouse=True)
def second_administrator(demo_tools: Tools) -> None:
    """Somebody who decides what the other proposed."""
    with transaction(demo_tools, SYSTEM, factory.MONDAY) as ctx:
        known = ctx.session.scalars(select(Person.login)).all()
        if SECOND in known:
            return
        person = staffing.create_person(ctx, login=SECOND, name="第二人")
        ctx.session.flush()
        unit = people.unit_by_key(ctx, "p.security_admin")
        new = NewPost(person_id=person, unit_id=unit.id, title="管理员", from_on=date(2026, 1, 1))
        staffing.appoint(ctx, new)
        hashed = passwords.hashed(demo_tools.config, factory.SECRET)
        ctx.session.get_one(Person, person).secret_hash = hashed


def ids(tools: Tools, login: str, key: str) -> tuple[str, str]:
    with reading(tools, SYSTEM, factory.MONDAY) as ctx:
        unit = ctx.session.scalars(select(Unit.id).where(Unit.key == key)).one()
        return people.person_by_login(ctx, login).id, unit


def propose(client: FlaskClient, person: str, **given: str) -> str:
    answer = post(client, f"/organisation/people/{person}", {"reason": "工作需要", **given})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def upload(client: FlaskClient, content: bytes) -> Any:
    given = {"file": (BytesIO(content), "名册.xlsx"), "reason": "机构改革"}
    return post(client, "/organisation/import", given)


def post(
    client: FlaskClient, address: str, given: Mapping[str, Any], at: str = "/organisation"
) -> Any:
    return client.post(address, data={**given, "csrf_token": factory.token(client, at)})


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def asked(tools: Tools, client: FlaskClient, address: str) -> int:
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(tools.database, "before_cursor_execute", note)
    try:
        text(client, address)
    finally:
        event.remove(tools.database, "before_cursor_execute", note)
    return len(statements)
