"""What the islands promise besides a whole case: nothing typed is lost, marks stay in sight."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.people import Visitor

OFFICIAL = "county1.case_supervision.1"
COMPLETE = "**/complete?*"

#: an official's own, the same at twice its size, and the narrowest that is promised
SCREENS: Final = ((1366, 768), (683, 384), (320, 640))

#: words that are names, wherever they are read
_LATIN: Final = re.compile(r"[A-Za-z]{2,}")
_NAMES: Final = frozenset({"Esc", "Enter", "BPMN", "bpmn", "io", "NY", "KB", "MB"})

_UNCOVERED = """(link, asItOpened) => {
    if (!asItOpened) link.scrollIntoView({ block: "center" });
    const { x, y, width, height } = link.getBoundingClientRect();
    const there = document.elementFromPoint(x + width / 2, y + height / 2);
    return width > 0 && height > 0 && link.contains(there);
}"""


@pytest.mark.parametrize(
    "is_large",
    [pytest.param(False, id="usual", marks=pytest.mark.slow), pytest.param(True, id="large")],
)
def test_the_marks_of_bpmn_io_are_in_sight_on_every_screen_in_either_size_of_type(
    visit: Visit, is_large: bool
) -> None:
    visitor = visit(OFFICIAL)
    if is_large:
        visitor.page.get_by_role("button", name="大字版").click()
        expect(visitor.page.locator("html.large")).to_be_attached()
    for (width, height), opened in product(SCREENS, (_task, _case)):
        visitor.page.set_viewport_size({"width": width, "height": height})
        page = opened(visitor)
        mark = page.locator("a.bjs-powered-by, a.fjs-powered-by-link")
        assert mark.evaluate(_UNCOVERED), page.url
        assert not page.evaluate("() => document.documentElement.scrollWidth > innerWidth"), (
            page.url
        )
        assert visitor.check() == []


def test_nothing_lies_over_the_mark_of_a_form_as_the_page_opens(visit: Visit) -> None:
    page = _task(visit(OFFICIAL), claim=True)
    assert page.locator(".verbs").is_visible()
    assert page.locator("a.fjs-powered-by-link").evaluate(_UNCOVERED, True)


def test_a_form_speaks_chinese_and_keeps_what_was_typed(visit: Visit) -> None:
    visitor = visit(OFFICIAL)
    page = _task(visitor, claim=True)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_contain_text("请选择“暂不受理的处理”")
    assert visitor.check() == []
    assert list(_english(page.locator(".drawn"))) == []

    page.get_by_role("radio", name="请申请人补充材料").check()
    page.locator(".drawn").get_by_role("textbox").last.fill("请补充会议纪要")
    page.evaluate("() => { window.kept = fetch; window.fetch = () => Promise.reject(Error()); }")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".errors")).to_contain_text("没有连上服务器，填写的内容还在")

    page.evaluate("() => { window.fetch = window.kept; }")
    page.route(COMPLETE, _refused)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".errors a")).to_have_text("写明要补充什么")
    expect(page.locator(".drawn").get_by_role("textbox").last).to_have_value("请补充会议纪要")
    expect(page.get_by_role("radio", name="请申请人补充材料")).to_be_checked()


def test_the_diagram_and_its_list_show_each_other_and_esc_leaves(visit: Visit) -> None:
    page = _case(visit(OFFICIAL))
    row = page.locator("#steps [data-element]").first
    key = row.get_attribute("data-element")

    row.click()
    shape = page.locator(f'.canvas g[data-element-id="{key}"]')
    expect(shape).to_have_class(re.compile("is-shown"))
    expect(page.locator("#live")).to_contain_text("图上已标出")

    page.locator(".canvas").focus()
    before = page.locator(".viewport").get_attribute("transform")
    page.keyboard.press("ArrowRight")
    assert page.locator(".viewport").get_attribute("transform") != before
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="当前环节")).to_be_focused()


def _task(visitor: Visitor, *, claim: bool = False) -> Page:
    """A task that waits for the office: the first step of the newest case of the drill."""
    page = visitor.page
    visitor.go("/inbox?view=queue")
    row = page.locator("tr[data-row]").filter(has_text="受理登记").first
    row.locator("a[href^='/tasks/']").first.click()
    if claim:
        page.get_by_role("button", name="签收（本人没有应当回避的情形）").click()
    page.locator("[data-island=form][data-drawn=true]").wait_for()
    return page


def _case(visitor: Visitor) -> Page:
    page = visitor.page
    visitor.go("/cases")
    page.locator(".list tbody tr.overdue a").first.click()
    page.locator("[data-island=viewer][data-drawn=true]").wait_for()
    return page


def _refused(route: Route) -> None:
    sent = route.request.post_data_json or {}
    texts = [key for key, value in sent["variables"].items() if value == "请补充会议纪要"]
    problem = {"field": texts[0], "message": "写明要补充什么"}
    route.fulfill(
        status=422,
        content_type="application/problem+json",
        json={"detail": "填写的内容有1处问题", "problems": [problem]},
    )


def _english(part: Locator) -> Iterator[str]:
    """Words people read, or hear, that are not Chinese."""
    texts = part.evaluate(
        "(part) => [part.innerText, ...[...part.querySelectorAll('*')]"
        ".flatMap((it) => [it.ariaLabel, it.placeholder, it.title])].filter(Boolean).join('\\n')"
    )
    for word in _LATIN.findall(texts):
        if word not in _NAMES:
            yield word
