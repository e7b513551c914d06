"""Drawing a procedure: nothing is lost, what is wrong is seen where it is, two do not collide."""

import re
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import Visitor

DESIGNER: Final = "p.designer.head"
COLLEAGUE: Final = "p.designer.1"
MINOR: Final = "/studio/nanyang/diagram?file=processes/nanyang/nanyang_minor.bpmn"
SAVED: Final = re.compile(r"已自动保存 \d\d:\d\d")

_UNCOVERED = """(link) => {
    const { x, y, width, height } = link.getBoundingClientRect();
    const there = document.elementFromPoint(x + width / 2, y + height / 2);
    return width > 0 && height > 0 && link.contains(there);
}"""


def test_a_step_is_renamed_kept_and_taken_back(visit: Visit) -> None:
    visitor = visit(DESIGNER)
    page = opened(visitor)
    expect(page.locator("#problems")).to_contain_text("没有问题")
    expect(page.locator("#draft")).to_contain_text("没有改动")
    choose(page, "talk")
    panel(page, "名称").fill("约谈提醒当事人")
    panel(page, "名称").blur()
    expect(page.locator("#kept")).to_have_text(SAVED)
    visitor.snap("改了名称")

    opened(visitor)
    expect(page.locator("#draft")).to_contain_text("改1")
    expect(shape(page, "talk")).to_contain_text("约谈提醒当事人")
    choose(page, "talk")
    panel(page, "名称").fill("约谈提醒")
    panel(page, "名称").blur()
    expect(page.locator("#kept")).to_have_text(SAVED)
    page.get_by_role("button", name="撤销（Ctrl+Z）").click()
    expect(shape(page, "talk")).to_contain_text("约谈提醒当事人")


def test_what_is_wrong_is_marked_on_the_drawing_and_keeps_it_from_being_published(
    visit: Visit,
) -> None:
    visitor = visit(DESIGNER)
    page = opened(visitor)
    expect(page.locator("#problems")).to_contain_text("没有问题")
    choose(page, "talk")
    panel(page, "表单").select_option("")
    expect(page.locator("#problems")).to_contain_text("个错误")
    expect(shape(page, "talk")).to_have_class(re.compile("is-wrong"))
    page.keyboard.press("F8")
    expect(page.locator("#problems tr.is-current")).to_be_visible()
    expect(page.locator("#panel .problem-error")).to_be_visible()
    red = page.locator(".problem-sign.problem-error").evaluate(
        "(sign) => getComputedStyle(sign).backgroundColor"
    )
    assert red == "rgb(179, 38, 30)"
    visitor.snap("有错误")
    assert visitor.check() == []


def test_two_designers_of_one_diagram_choose_whose_it_shall_be(visit: Visit) -> None:
    first, second = visit(DESIGNER), visit(COLLEAGUE)
    one, other = opened(first), opened(second)
    choose(one, "talk")
    panel(one, "名称").fill("甲写的")
    panel(one, "名称").blur()
    expect(one.locator("#kept")).to_have_text(SAVED)
    choose(other, "talk")
    panel(other, "名称").fill("乙写的")
    panel(other, "名称").blur()
    expect(other.get_by_role("heading", name="两个人改了同一份文件")).to_be_visible()
    # both texts stand side by side, and the keyboard reaches what is different
    dialog = other.get_by_role("dialog")
    changed = dialog.locator("tr.is-different", has_text="乙写的")
    expect(changed.locator("td").nth(0)).to_contain_text("乙写的")
    expect(changed.locator("td").nth(1)).to_contain_text("甲写的")
    expect(changed.locator("td").nth(0)).to_contain_text("两份不同")
    expect(dialog.get_by_role("region")).to_be_focused()
    assert second.check() == []
    second.snap("两个人改了同一份文件")
    other.get_by_role("button", name=re.compile("^改用")).click()
    expect(shape(other, "talk")).to_contain_text("甲写的")


def test_the_drawing_speaks_chinese_and_its_maker_is_named(visit: Visit) -> None:
    visitor = visit(DESIGNER)
    page = opened(visitor)
    assert page.locator("a.bjs-powered-by").evaluate(_UNCOVERED)
    choose(page, "talk")
    page.locator('[data-action="replace"]').click()
    menu = page.locator(".djs-popup")
    expect(menu).to_contain_text("自动判定")
    assert not re.search(r"[A-Za-z]{3,}", menu.inner_text()), menu.inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="列表").click()
    page.get_by_role("dialog", name="元素列表").get_by_role(
        "button", name="整改并提交报告"
    ).first.click()
    expect(page.locator("#panel h2")).to_be_visible()
    shape_words = page.locator(".djs-context-pad .entry").evaluate_all(
        "(entries) => entries.map((entry) => entry.title).join(' ')"
    )
    assert not re.search(r"[A-Za-z]{3,}", shape_words), shape_words


def test_what_a_step_may_do_with_a_field_is_chosen_beside_the_drawing(visit: Visit) -> None:
    page = opened(visit(DESIGNER))
    choose(page, "rectify")
    page.get_by_role("radio", name="：只读").first.check()
    expect(page.locator("#problems")).to_contain_text("没有写明依据")
    page.locator("#panel").get_by_label("限制的理由").fill("当事人只看，不改")
    page.locator("#panel").get_by_label("限制的理由").blur()
    expect(page.locator("#problems")).not_to_contain_text("没有写明依据")
    opened_again = page.url
    page.goto(opened_again)
    page.locator("[data-island=designer][data-drawn=true]").wait_for()
    choose(page, "rectify")
    expect(page.get_by_role("radio", name="：只读").first).to_be_checked()


def opened(visitor: Visitor, path: str = MINOR) -> Page:
    assert visitor.go(path) == 200
    visitor.page.locator("[data-island=designer][data-drawn=true]").wait_for()
    return visitor.page


def choose(page: Page, element: str) -> None:
    """Choose a step as a hand does."""
    hit = shape(page, element).locator(".djs-hit").first
    hit.click(position={"x": 8, "y": 8}, force=True)
    expect(page.locator("#panel")).to_contain_text("标识")


def shape(page: Page, element: str) -> Locator:
    return page.locator(f'.djs-shape[data-element-id="{element}"]')


def panel(page: Page, label: str) -> Locator:
    return page.locator("#panel").get_by_label(label, exact=True)
