"""加签 in the browser: asked, signed against, changed, signed again, gone on."""

from collections.abc import Mapping

from playwright.sync_api import expect

from server.domain.expressions import Json
from tests.browser.conftest import Visit
from tests.browser.people import Visitor, name_of
from tests.browser.test_tasks import HANDLER, LATE, PROPOSAL, late

HEAD = "county1.case_supervision.head"


def test_who_signs_after_it_sends_it_back_and_then_lets_it_go_on(visit: Visit) -> None:
    handler, head = late(visit), visit(HEAD)
    handler.page.get_by_role("link", name="加签", exact=True).click()
    expect(handler.page.locator("h1")).to_contain_text("加签")
    handler.page.get_by_role("radio", name="后加签").check()
    handler.page.get_by_role("checkbox", name=name_of(HEAD)).check()
    handler.page.locator("#reason").fill("事项敏感，请先把关。")
    assert handler.check() == []
    handler.snap("加签")
    handler.page.get_by_role("button", name="加签", exact=True).click()
    expect(handler.page.locator("#signatures")).to_be_visible()
    handler.fill(PROPOSAL)
    handler.submit()
    sign(head, {"choice": "disagree", "opinion": "请补充依据。"})
    handler.open_task(LATE, "提出拟办意见")
    expect(handler.page.get_by_text("请补充依据。").first).to_be_visible()
    handler.page.locator("[data-drawn=true]").wait_for()
    assert handler.check() == []
    handler.snap("后加签退回")
    handler.submit()
    sign(head, {"choice": "agree"})
    handler.go("/inbox?view=done")
    rows = handler.page.locator("tr[data-row]").filter(has_text=LATE)
    expect(rows.filter(has_text="提出拟办意见")).to_have_count(1)
    rows.first.locator("a[href^='/cases/']").first.click()
    expect(handler.page.locator("#signatures")).to_be_visible()
    assert handler.check() == []
    handler.snap("案卷中的加签意见")


def sign(visitor: Visitor, given: Mapping[str, Json]) -> None:
    visitor.go("/inbox?view=mine")
    row = visitor.page.locator("tr[data-row]").filter(has_text=LATE)
    expect(row).to_contain_text(name_of(HANDLER))
    visitor.snap("待办中的加签")
    row.first.locator("a[href^='/tasks/']").first.click()
    expect(visitor.page.get_by_text("事项敏感，请先把关。").first).to_be_visible()
    expect(visitor.page.locator("#handed-in")).to_be_visible()
    visitor.fill(given)
    assert visitor.check() == []
    visitor.snap("签署")
    before = visitor.page.url
    visitor.page.get_by_role("button", name="签署", exact=True).click()
    visitor.page.wait_for_url(lambda url: url != before)
