import re

from tests.browser.conftest import Visit


def test_a_first_time_visitor_finds_whom_to_try_and_signs_in(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/sign-in")
    assert "rongcuo-demo" in visitor.page.inner_text("main")
    assert visitor.check() == []
    visitor.snap("登录")
    visitor.page.get_by_role(
        "link", name=re.compile(r"选用\s*county1\.case_supervision\.1$")
    ).click()
    visitor.page.locator("#secret").fill("rongcuo-demo")
    visitor.page.get_by_role("button", name="登录", exact=True).click()
    visitor.page.get_by_role("heading", name="待办").wait_for()
    assert visitor.check() == []
    visitor.snap("待办")
    visitor.sign_out()
