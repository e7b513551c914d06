"""演练 on the diagram: Nanyang's first steps by hand, the clock past a deadline, all of it kept."""

import re
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit

DESIGNER: Final = "p.designer.head"
BASE: Final = "/studio/nanyang/rehearse"


def test_a_designer_plays_the_first_steps_by_hand_and_keeps_them(visit: Visit) -> None:
    visitor = visit(DESIGNER)
    page = visitor.page
    visitor.go(BASE)
    island = page.locator("[data-island=rehearse]")
    expect(island).to_have_attribute("data-drawn", "true", timeout=60_000)

    # the start, from what another scenario says
    page.get_by_role("button", name="填写并提出").click()
    filled(page)
    expect(page.locator("#session")).to_contain_text("待办1项")
    expect(page.locator("#clock")).to_have_text("2026-03-02（周一）09:00")

    # an answer that is missing is refused, and that is part of the scenario
    task(page, "accept").get_by_role("button", name="办理").click()
    dialog = acting(page)
    dialog.get_by_role("button", name="办理").click()
    expect(dialog).to_contain_text("请选择“暂不受理的处理”")
    visitor.snap("被拒绝的一步")
    dialog.get_by_role("button", name="记为“应被拒绝”").click()
    expect(dialog).to_have_count(0)
    task(page, "accept").get_by_role("button", name="办理").click()
    acting(page).get_by_label("予以受理").check()
    acting(page).get_by_role("button", name="办理").click()
    expect(task(page, "draft_proposal")).to_contain_text("2026-03-09到期")
    expect(shape(page, "draft_proposal")).to_have_class(re.compile("is-open"))

    page.get_by_role("button", name="过下一期限").click()
    expect(task(page, "draft_proposal")).to_contain_text("已逾期1个工作日")
    expect(shape(page, "draft_proposal")).to_have_class(re.compile("is-late"))
    visitor.snap("走过期限")
    assert visitor.check() == []

    # a step back, and on again
    page.get_by_role("button", name="退一步").click()
    expect(page.locator("#clock")).to_have_text("2026-03-02（周一）09:00")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("#clock")).to_have_text("2026-03-10（周二）09:00")

    page.get_by_label("标题").fill("受理以后五个工作日没有提出拟办意见")
    page.get_by_label("文件名").fill("93_by_hand")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator("#session")).to_contain_text("已存为草稿：scenarios/93_by_hand.yaml")
    kept = page.request.get(
        f"{visitor.address}/studio/nanyang/file?path=processes/nanyang/scenarios/93_by_hand.yaml"
    ).json()
    assert kept["content"].split("\n", 3)[3] == KEPT
    page.evaluate("() => window.scrollTo(0, 0)")


def filled(page: Page) -> None:
    """Take what the first scenario says, and hand it in."""
    dialog = acting(page)
    dialog.get_by_label("填入示例").select_option(index=1)
    expect(dialog.locator(".drawn")).not_to_have_attribute("aria-busy", "true")
    dialog.get_by_role("button", name="提出").click()
    expect(dialog).to_have_count(0)


def acting(page: Page) -> Locator:
    """The dialog in which a step is done; its form is there."""
    dialog = page.locator("dialog.acting[data-drawn=true]")
    expect(dialog).to_be_visible()
    return dialog


def task(page: Page, element: str) -> Locator:
    return page.locator(f"#session [data-element={element}]")


def shape(page: Page, element: str) -> Locator:
    return page.locator(f".djs-element[data-element-id={element}]")


KEPT: Final = """\
start:
  as: applicant
  with:
    origin: self
    applicant_kind: person
    managed_by: county
    affiliated_to: none
    sanction_type: discipline
    filed_with: recommended
    filed_level: recommended
    inquiry_open: false
    on_paper: false
  expect: {open: [accept], due_on: 2026-03-09}
steps:
  - do: accept
    as: case_supervision_office
    with: {accepted: false, sanction_type: discipline, managed_by: county}
    refused: invalid
    problems: [intake_action]
  - do: accept
    as: case_supervision_office
    with:
      accepted: true
      accepted_on: 2026-03-02
      candidate: false
      sanction_type: discipline
      managed_by: county
    expect: {open: [draft_proposal], due_on: 2026-03-09}
  - until: 2026-03-10T09:00+08:00
    expect: {open: [draft_proposal], due_on: 2026-03-09, overdue: [draft_proposal]}
expect: {status: open}
"""
