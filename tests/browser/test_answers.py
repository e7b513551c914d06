"""Pages no link leads to: what a form answers, what is refused, what is not there.

Each is looked at with axe, narrow, zoomed and in large type, as every other page.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.people import Visitor
from tests.browser.sizes import too_wide

#: as long as a name may be that is written without a break
LONG_NAME = "买买提吐尔逊阿卜杜热合曼·" * 7 + "阿不都"


def test_what_a_stranger_is_answered(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/sign-in")
    fill(visitor, {"login": "county1.case_supervision.1", "secret": "not this one"}, "登录")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    problems = look(visitor)
    visitor.page.get_by_role("link", name="忘记口令").click()
    problems += look(visitor)
    fill(visitor, {"login": "county1.case_supervision.1"}, "申请重置口令")
    expect(visitor.page.get_by_role("status").first).to_contain_text("已收到")
    assert [*problems, *look(visitor)] == []


def test_what_is_found_what_is_not_and_what_is_not_allowed(visit: Visit) -> None:
    visitor = visit("county1.case_supervision.head")
    problems: list[str] = []
    for text, heard in (("工程", "共2件"), ("没有这样的事", "没有找到")):
        visitor.page.get_by_role("searchbox").first.fill(text)
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.locator("main")).to_contain_text(heard)
        problems += look(visitor)
    for path, status in (("/nowhere", 404), ("/calendars", 403), ("/audit", 403)):
        assert visitor.go(path) == status
        problems += look(visitor)
    visitor.go("/cases?q=没有这样的事")
    assert [*problems, *look(visitor)] == []


def test_a_change_of_people_from_one_to_the_other(visit: Visit) -> None:
    first, second = visit("p.security_admin.head"), visit("p.security_admin.1")
    first.go("/organisation/people/new")
    typed = {"name": LONG_NAME, "login": "county1.new", "reason": "新进人员"}
    fill(first, {**typed, "login": "不是账号"}, "提出")
    expect(first.page.get_by_role("alert")).to_be_visible()
    problems = look(first)
    fill(first, typed, "提出")
    expect(first.page.get_by_role("heading", level=1)).not_to_have_text("新增人员")
    problems += look(first)

    second.go("/admin/proposals")
    problems += look(second)
    second.page.get_by_role("link", name=LONG_NAME).first.click()
    problems += look(second)
    second.page.get_by_role("button", name="批准", exact=True).click()
    expect(second.page.get_by_role("heading", level=1)).to_have_text("首次口令")
    assert [*problems, *look(second)] == []


def test_a_year_read_before_it_is_taken_and_a_refused_one(visit: Visit) -> None:
    visitor = visit("p.system_admin.head")
    visitor.go("/calendars")
    year = {"year": "2027", "source": "国务院办公厅关于2027年部分节假日安排的通知"}
    days = {"published_on": "2026-11-04", "days_off": "2027-01-01至2027-01-03"}
    fill(visitor, {**year, **days, "days_off": "元旦"}, "看看会改变什么")
    problems = look(visitor)
    fill(visitor, {**year, **days}, "看看会改变什么")
    assert [*problems, *look(visitor)] == []


@pytest.mark.parametrize(
    ("login", "path", "verb"),
    [
        ("p.audit_admin.head", "/audit", "核对两条记录链"),
        ("p.designer.head", "/packs/nanyang/1", "重新检查这一版"),
        ("p.system_admin.head", "/drill", "向前1日"),
    ],
)
def test_what_a_button_answers(visit: Visit, login: str, path: str, verb: str) -> None:
    visitor = visit(login)
    visitor.go(path)
    before = visitor.page.inner_text("main")
    visitor.page.get_by_role("button", name=verb, exact=True).click()
    expect(visitor.page.locator("main")).not_to_have_text(before, timeout=30_000)
    assert look(visitor) == []


def test_a_procedure_closed_without_a_reason_and_with_one(visit: Visit) -> None:
    visitor = visit("p.designer.head")
    visitor.go("/packs/offers")
    form = visitor.page.locator("main form")
    form.get_by_role("checkbox").first.uncheck()
    form.get_by_role("button").click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("请写明理由")
    problems = look(visitor)
    form.get_by_role("textbox").fill("本市没有这项制度" * 10)
    form.get_by_role("button").click()
    expect(visitor.page.get_by_role("status").first).to_contain_text("已保存，1个程序有变化")
    assert [*problems, *look(visitor)] == []


def test_a_password_that_is_refused(visit: Visit) -> None:
    visitor = visit("county1.case_supervision.1")
    visitor.go("/me/password")
    fill(visitor, {"old": "rongcuo-demo", "new": "short", "again": "other"}, "更改口令")
    expect(visitor.page.locator(".error").first).to_be_visible()
    assert look(visitor) == []


def fill(visitor: Visitor, answers: dict[str, str], verb: str) -> None:
    """Fill fields by their name and press the button."""
    for name, text in answers.items():
        visitor.page.locator(f"main [name={name}]").fill(text)
    visitor.page.locator("main").get_by_role("button", name=verb, exact=True).first.click()
    visitor.page.wait_for_load_state()


def look(visitor: Visitor) -> list[str]:
    """What is wrong on the page as it stands."""
    return [*visitor.check(), *too_wide(visitor.page)]
