import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.watch import left_behind


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
    visitor.page.get_by_role("heading", name="待办", level=1).wait_for()
    assert visitor.check() == []
    visitor.snap("待办")
    visitor.sign_out()


def test_nothing_is_left_in_the_browser_after_signing_out_in_mid_form(visit: Visit) -> None:
    visitor = visit("county1.case_supervision.1")
    visitor.open_task("宛容〔2026〕3号", "提出拟办意见")
    visitor.fill({"proposal": "start", "opinion": "写了一半"})
    visitor.page.on("dialog", lambda dialog: dialog.accept())  # leaving what was not handed in
    visitor.sign_out()
    assert left_behind(visitor.page) == []
    # only what guards the sign-in form itself, which says nothing of anybody
    assert {one.get("name") for one in visitor.page.context.cookies()} == {"form"}
    visitor.page.go_back()
    expect(visitor.page.locator("#secret")).to_be_visible()
    assert "写了一半" not in visitor.page.content()
