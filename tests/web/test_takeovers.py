"""接续办理 in the browser: a head uploads, reads what each row comes to, and confirms."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from server.domain.access import SYSTEM
from server.models.case import case
from server.services.context import Tools, reading
from server.services.packs import definitions
from server.services.takeover import columns as headings
from tests.factories import site, takeovers
from tests.factories.site import MONDAY, Clock

SignIn = Callable[[str], FlaskClient]

HEAD = "county1.case_supervision.head"
NANYANG = "nanyang_five_step"


def test_from_the_upload_to_the_opened_matters(sign_in: SignIn, demo_tools: Tools) -> None:
    browser = sign_in(HEAD)
    page = text(browser.get("/takeover"))
    assert f"/takeover/{NANYANG}/template.xlsx" in page
    assert 'href="/takeover"' in text(browser.get("/board"))
    template = browser.get(f"/takeover/{NANYANG}/template.xlsx")
    assert load_workbook(BytesIO(template.get_data())).sheetnames == ["接续办理", "说明"]

    checked = upload(browser, [row(demo_tools), row(demo_tools, headings.STEP, "nowhere")])
    shown = text(checked)
    assert checked.status_code == 200
    assert "共2行，可以接续1行，有问题1行" in shown
    assert "已逾期" in shown
    assert count(demo_tools) == 0
    done = confirm(browser, shown)
    assert done.status_code == 303
    assert count(demo_tools) == 1
    assert "接续" in text(browser.get("/cases"))
    again = text(upload(browser, [row(demo_tools)]))
    assert "已经接续" in again
    assert "接续这" not in again


def test_a_head_takes_over_what_his_own_office_has_in_hand(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    page = text(upload(sign_in("county1.petition.head"), [row(demo_tools)]))
    assert "不属于您负责的机构" in page
    assert "接续这" not in page


def test_nobody_takes_over_his_own_matter(sign_in: SignIn, demo_tools: Tools) -> None:
    page = text(upload(sign_in(HEAD), [row(demo_tools, headings.LOGIN, HEAD)]))
    assert "应当回避" in page
    assert "接续这" not in page


def test_what_is_no_workbook_is_refused_in_words(sign_in: SignIn) -> None:
    browser = sign_in(HEAD)
    token = site.token(browser, "/takeover")
    for file in ({}, {"file": (BytesIO(b"x"), "x.xlsx")}, {"file": (BytesIO(b"x"), "x.exe")}):
        answer = browser.post("/takeover", data={"csrf_token": token, **file})
        assert answer.status_code == 422
        assert 'role="alert"' in text(answer)


def test_it_is_for_heads_and_asks_for_the_password_again(sign_in: SignIn, clock: Clock) -> None:
    assert sign_in("county1.case_supervision.1").get("/takeover").status_code == 403
    browser = sign_in(HEAD)
    clock.forward(minutes=20)
    answer = browser.get("/takeover")
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


def test_the_file_of_somebody_else_is_confirmed_by_nobody(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    shown = text(upload(sign_in(HEAD), [row(demo_tools)]))
    other = sign_in("county2.case_supervision.head")
    kept = re.search(r'name="kept" value="([^"]+)"', shown)
    assert kept
    token = site.token(other, "/takeover")
    answer = other.post("/takeover/open", data={"csrf_token": token, "kept": kept[1]})
    assert answer.status_code == 404
    assert other.get("/takeover/open").status_code == 303
    assert count(demo_tools) == 0


def upload(browser: FlaskClient, rows: list[takeovers.Filled]) -> Any:
    token = site.token(browser, "/takeover")
    file = (BytesIO(takeovers.book(rows)), "接续.xlsx")
    return browser.post("/takeover", data={"csrf_token": token, "file": file})


def confirm(browser: FlaskClient, shown: str) -> Any:
    given = {
        name: found[1]
        for name in ("kept", "valid_rows", "csrf_token")
        if (found := re.search(rf'name="{name}" value="([^"]+)"', shown))
    }
    return browser.post("/takeover/open", data=given)


def row(tools: Tools, *change: str) -> takeovers.Filled:
    with reading(tools, SYSTEM, MONDAY) as ctx:
        release = definitions.in_force(ctx, NANYANG, ctx.today)
    people: takeovers.Filled = {headings.NAME: "赵某", headings.UNIT: "county1.housing"}
    given = {"accepted": True, "sanction_type": "discipline"}
    on = date(2026, 2, 9)
    filled = takeovers.row(release, NANYANG, "draft_proposal", given, people, on)
    if change:
        filled |= {change[0]: change[1], headings.OLD: "旧2号"}
    return filled


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def count(tools: Tools) -> int:
    with tools.readers() as session:
        return session.scalar(select(func.count()).select_from(case)) or 0
