"""消息: counted in the bar, read by going on, by saying so, or all at once; by keyboard too."""

from playwright.sync_api import expect

from server.services.context import Tools
from server.services.verbs import timers
from tests.browser.conftest import Visit
from tests.browser.keyboard import walk
from tests.browser.sizes import too_wide
from tests.factories.site import Clock

HEAD = "county1.case_supervision.head"
SUPERIOR = "city1.supervising_organ.head"


def test_a_head_reads_what_he_was_told_and_goes_on_to_the_matter(
    visit: Visit, drill_tools: Tools, clock: Clock
) -> None:
    clock.forward(days=14)
    while timers.sweep(drill_tools, clock.moment).done:
        pass
    visitor = visit(HEAD)
    page = visitor.page
    bell = page.get_by_role("navigation", name="主导航").get_by_role("link", name="消息")
    before = int(bell.locator(".count").inner_text().removesuffix("条未读"))
    bell.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("消息")
    assert [*visitor.check(), *too_wide(page), *walk(page)] == []
    unread = page.locator("tr.is-unread")
    expect(unread).to_have_count(before)
    unread.first.get_by_role("button", name="知道了").click()
    expect(unread).to_have_count(before - 1)
    # keys work once the page has its script
    expect(page.locator("html.scripted")).to_have_count(1)
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.locator("tr.is-current")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("消息")
    visitor.go("/notices?only=unread")
    expect(unread).to_have_count(before - 2)
    page.get_by_role("button", name="全部已读").click()
    expect(unread).to_have_count(0)
    expect(bell.locator(".count")).to_have_count(0)
    visitor.go("/board")
    expect(page.get_by_text("已读").first).to_be_visible()


def test_the_page_works_without_scripts(visit: Visit) -> None:
    visitor = visit(HEAD, java_script_enabled=False)
    page = visitor.page
    visitor.go("/notices")
    page.get_by_role("button", name="全部已读").click()
    expect(page.locator("tr.is-unread")).to_have_count(0)
