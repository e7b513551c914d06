"""What goes wrong in daily work, and must cost nobody what he typed."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.people import Visitor
from tests.factories.site import Clock

#: the case of the demo that was just filed, and the one whose proposal is late
FILED, LATE = "宛容〔2026〕4号", "宛容〔2026〕3号"
HANDLER = "county1.case_supervision.1"
PROPOSAL = {"proposal": "start", "opinion": "事实清楚，拟启动容错办理程序。"}


def test_the_back_button_after_handing_in_shows_the_task_as_done(visit: Visit) -> None:
    visitor = late(visit)
    visitor.fill(PROPOSAL)
    visitor.submit()
    visitor.page.go_back()
    visitor.page.reload()
    expect(visitor.page.get_by_role("button", name="提交", exact=True)).to_have_count(0)


def test_a_double_click_hands_in_once(visit: Visit) -> None:
    visitor = late(visit)
    visitor.fill(PROPOSAL)
    before = visitor.page.url
    visitor.page.get_by_role("button", name="提交", exact=True).last.dblclick()
    visitor.page.wait_for_url(lambda url: url != before)
    visitor.go("/inbox?view=done")
    rows = visitor.page.locator("tr[data-row]").filter(has_text=LATE)
    expect(rows.filter(has_text="提出拟办意见")).to_have_count(1)


def test_of_two_people_on_one_task_the_second_keeps_what_he_typed(visit: Visit) -> None:
    first, second = late(visit), late(visit)
    second.fill({**PROPOSAL, "opinion": "这是第二个窗口里写的意见。"})
    first.fill(PROPOSAL)
    first.submit()
    second.page.get_by_role("button", name="提交", exact=True).last.click()
    expect(second.page.get_by_role("link", name="重新打开")).to_be_visible()
    typed = [area.input_value() for area in second.page.locator("textarea").all()]
    assert "这是第二个窗口里写的意见。" in typed
    assert second.check() == []
    second.snap("他人已办结")


def test_two_windows_of_one_draft_do_not_overwrite_each_other(visit: Visit) -> None:
    visitor = late(visit)
    first, second = visitor.page, visitor.page.context.new_page()
    second.goto(first.url)
    opinion = "[data-drawn=true] textarea"
    expect(second.locator(opinion).first).to_be_visible()
    first.locator(opinion).first.fill("第一个窗口写的")
    expect(first.locator("[data-saved]")).to_contain_text("已自动保存")
    second.locator(opinion).first.fill("第二个窗口写的")
    expect(second.locator("[data-saved]")).to_contain_text("另一个窗口")
    expect(second.locator(opinion).first).to_have_value("第二个窗口写的")
    second.get_by_role("button", name="用这里的内容覆盖").click()
    expect(second.locator("[data-saved]")).to_contain_text("已自动保存")
    first.reload()
    expect(first.locator(opinion).first).to_have_value("第二个窗口写的")


def test_a_phrase_goes_in_where_somebody_writes(visit: Visit) -> None:
    visitor = late(visit)
    task = visitor.page.url
    visitor.go("/me/phrases")
    visitor.page.get_by_label("增加一条").first.fill("经查，反映的问题属实。")
    visitor.page.get_by_role("button", name="增加").first.click()
    visitor.snap("常用语")
    assert visitor.check() == []
    visitor.page.goto(task)
    opinion = visitor.page.locator("[data-drawn=true] textarea").first
    opinion.fill("综合意见：")
    visitor.page.keyboard.press("Shift+Tab")
    visitor.page.get_by_role("button", name="经查，反映的问题属实。").press("Enter")
    expect(opinion).to_have_value("综合意见：经查，反映的问题属实。")
    expect(opinion).to_be_focused()
    assert visitor.check() == []


def test_a_session_that_ends_in_mid_form_loses_nothing(visit: Visit, clock: Clock) -> None:
    visitor = late(visit)
    visitor.fill(PROPOSAL)
    clock.forward(minutes=31)
    visitor.page.get_by_role("button", name="提交", exact=True).last.click()
    link = visitor.page.get_by_role("link", name="在新窗口登录")
    expect(link).to_be_visible()
    visitor.snap("登录过期")
    with visitor.page.expect_popup() as opened:
        link.click()
    again = opened.value
    again.locator("#login").fill(HANDLER)
    again.locator("#secret").fill("rongcuo-demo")
    again.get_by_role("button", name="登录", exact=True).click()
    expect(again.get_by_role("button", name="退出")).to_be_visible()
    visitor.submit()
    visitor.go("/inbox?view=done")
    expect(visitor.page.locator("main")).to_contain_text(LATE)


def test_a_task_is_claimed_filled_and_handed_in_without_javascript(visit: Visit) -> None:
    visitor = visit(HANDLER, java_script_enabled=False)
    visitor.open_task(FILED, "受理登记")
    visitor.form().fill({"accepted": True, "docket_number": "登〔2026〕9号"})
    visitor.snap("不用脚本的表单")
    visitor.submit()
    visitor.open_task(FILED, "提出拟办意见")
    visitor.form().fill({"proposal": "start"})  # the opinion is missing
    visitor.page.get_by_role("button", name="提交", exact=True).last.click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("理由")
    expect(visitor.page.get_by_role("radio", name="启动", exact=False).first).to_be_checked()
    visitor.form().fill(PROPOSAL)
    visitor.submit()
    visitor.go("/inbox?view=done")
    expect(visitor.page.locator("main")).to_contain_text(FILED)


def test_a_step_is_done_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = late(visit)
    visitor.page.locator("[data-drawn=true]").wait_for()
    page = visitor.page
    tab_to(visitor, "input[type=radio]")
    page.keyboard.press("Space")
    tab_to(visitor, "textarea")
    page.keyboard.type("事实清楚，拟启动容错办理程序。")
    tab_to(visitor, "button.btn-primary")
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)


def tab_to(visitor: Visitor, selector: str) -> None:
    """Press the tabulator until the focus stands on such an element."""
    for _press in range(80):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("(what) => document.activeElement.matches(what)", selector):
            return
    raise AssertionError(f"the keyboard never comes to {selector}")


def late(visit: Visit) -> Visitor:
    """The handler on his late task."""
    visitor = visit(HANDLER)
    visitor.open_task(LATE, "提出拟办意见")
    return visitor
