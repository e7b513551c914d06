"""The whole of the studio on the Nanyang pack: changed, checked, rehearsed, replayed, published,
and its running cases moved by the head of their office; no file of Python is touched."""

import re
from datetime import timedelta
from typing import Any, Final

from playwright.sync_api import Page, expect
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.models.case import case
from server.services.context import Tools, reading, transaction
from server.services.migrating import rounds
from server.services.packs import definitions
from server.services.rehearsing import region_gaps
from server.services.replaying import runs as replays
from tests.browser.conftest import Visit
from tests.browser.people import Visitor
from tests.browser.test_designer import SAVED, choose, panel, shape
from tests.browser.test_designer import opened as drawn
from tests.browser.test_editors import label
from tests.browser.test_editors import opened as edited
from tests.browser.test_rehearsing import acting, filled, task
from tests.factories.closed import closed, last_closed
from tests.factories.many import copies
from tests.factories.site import Clock

DESIGNER: Final = "p.designer.head"
HEAD: Final = "county1.case_supervision.head"
TABLE: Final = "/studio/nanyang/table?file=processes/nanyang/handling.dmn"
FORM: Final = "/studio/nanyang/form?file=forms/nanyang/accept.form.json"
DEADLINE: Final = "/studio/nanyang/entries/deadlines/proposal"
CLOSED: Final = 50


def test_a_designer_changes_the_procedure_and_the_head_moves_its_running_cases(
    visit: Visit, clock: Clock, drill_tools: Tools
) -> None:
    past(drill_tools)
    clock.moment = last_closed(drill_tools) + timedelta(days=1)
    designer = visit(DESIGNER)
    draw(designer)
    decide(designer)
    ask(designer)
    shorten(designer)
    rehearse(designer)
    replay(designer, drill_tools, clock)
    compare(designer)
    publish(designer)
    offer(designer, drill_tools, clock)
    move(visit(HEAD), drill_tools, clock)


def past(tools: Tools) -> None:
    """Fifty closed cases, and of one running case more than a few."""
    at = last_running(tools)
    with transaction(tools, SYSTEM, at.opened_at) as ctx:
        region_gaps.fill(ctx, definitions.in_force(ctx, "nanyang_five_step", ctx.today).pack)
    assert len(closed(tools, CLOSED)) == CLOSED
    copies(tools, at.id, 6)


def last_running(tools: Tools) -> Any:
    """An ordinary running case of the demo."""
    wanted = select(case).where(case.c.procedure == "nanyang_five_step", case.c.status == "open")
    with tools.readers() as session:
        return session.execute(wanted.order_by(case.c.opened_at)).first()


def draw(designer: Visitor) -> None:
    """A step is moved and renamed."""
    page = drawn(designer)
    before = place(page)
    choose(page, "talk")
    page.keyboard.press("ArrowRight")
    panel(page, "名称").fill("约谈提醒当事人")
    panel(page, "名称").blur()
    expect(page.locator("#kept")).to_have_text(SAVED)
    expect(shape(page, "talk")).to_contain_text("约谈提醒当事人")
    assert place(page) != before
    designer.snap("移动和改名")


def place(page: Page) -> str | None:
    return shape(page, "talk").get_attribute("transform")


def decide(designer: Visitor) -> None:
    """A rule of a table is changed; what is wrong is seen and mended."""
    page = edited(designer, TABLE)
    page.get_by_role("button", name="nanyang_handlers", exact=True).click()
    cell = page.locator('td[data-element-id="nanyang_handlers_rule_1_in_1"]')
    cell.click()
    page.keyboard.press("End")
    page.keyboard.type(",")
    expect(page.locator("#problems")).to_contain_text("个错误")
    designer.snap("决策表有错误")
    page.keyboard.type('"party_committee"')
    expect(page.locator("#problems")).not_to_contain_text("个错误")
    expect(page.locator("#kept")).to_have_text(SAVED)


def ask(designer: Visitor) -> None:
    """A field of a form has another name."""
    page = edited(designer, FORM)
    label(page).fill("予以受理本事项")
    expect(page.locator("#kept")).to_have_text(SAVED)
    designer.snap("改了表单")


def shorten(designer: Visitor) -> None:
    """The law gives one working day where it gave five."""
    designer.go(DEADLINE)
    page = designer.page
    page.get_by_label("数量").first.fill("1")
    page.get_by_role("button", name="保存").first.click()
    expect(page.locator("main")).to_contain_text("已存")
    designer.snap("改了期限")


def rehearse(designer: Visitor) -> None:
    """The draft is played with the simulated clock."""
    designer.go("/studio/nanyang/rehearse")
    page = designer.page
    island = page.locator("[data-island=rehearse]")
    expect(island).to_have_attribute("data-drawn", "true", timeout=60_000)
    page.get_by_role("button", name="填写并提出").click()
    filled(page)
    task(page, "accept").get_by_role("button", name="办理").click()
    expect(acting(page)).to_contain_text("予以受理本事项")
    acting(page).get_by_label("予以受理本事项").check()
    acting(page).get_by_role("button", name="办理").click()
    expect(task(page, "draft_proposal")).to_contain_text("到期")
    page.get_by_role("button", name="过下一期限").click()
    expect(task(page, "draft_proposal")).to_contain_text("已逾期1个工作日")
    designer.snap("演练草稿")


def replay(designer: Visitor, tools: Tools, clock: Clock) -> None:
    """Last year's closed cases on the draft: counts, and no case."""
    designer.go("/studio/nanyang/replays")
    page = designer.page
    page.get_by_role("button", name="开始重放").click()
    expect(page.locator("main")).to_contain_text("正在重放")
    while replays.work(tools, clock):
        pass
    page.reload()
    expect(page.locator("main")).to_contain_text("件以上")
    expect(page.locator("main")).to_contain_text("提出拟办意见")
    assert "〔" not in page.locator("main").inner_text()
    designer.snap("重放旧案")


def compare(designer: Visitor) -> None:
    """What is other than in force, drawn and in words."""
    page = designer.page
    page.get_by_role("link", name="与第1版比较").click()
    expect(page.locator("[data-island=diff][data-drawn=true]")).to_be_visible()
    expect(page.locator(".diff-sign").first).to_be_visible()
    for words in ("约谈提醒当事人", "1个工作日", "予以受理本事项"):
        expect(page.locator("main")).to_contain_text(words)
    designer.snap("版本比较")
    assert designer.check() == []


def publish(designer: Visitor) -> None:
    designer.go("/packs/nanyang/publish")
    page = designer.page
    page.get_by_label("版本名").fill("1.2")
    page.get_by_label("为什么修改").fill("缩短提出拟办意见的期限")
    page.get_by_label("依据").fill("实施办法（试行）NY-12")
    warnings = page.get_by_label("接受警告的理由")
    if warnings.count():
        warnings.fill("已逐条核对")
    page.locator("main form.plain").get_by_role("button", name="发布").click()
    expect(page.locator("main")).to_contain_text("已发布第2版")
    expect(page.locator("main")).to_contain_text(["件以上", "不足5件", "件"][2])
    designer.snap("发布以后的版本")


def offer(designer: Visitor, tools: Tools, clock: Clock) -> None:
    """How many running cases can move, by step; the heads are asked to move them."""
    designer.go("/migrations/new?pack=nanyang&from_version=1&to_version=2")
    page = designer.page
    page.get_by_label("为什么迁移").fill("新期限对在办事项同样适用")
    page.get_by_label("依据").fill("实施办法（试行）附则")
    page.get_by_role("button", name="提出", exact=True).click()
    expect(page.locator("h1")).to_be_visible()
    while rounds.work(tools, clock):
        pass
    page.reload()
    expect(page.locator("main")).to_contain_text("能迁移：")
    assert "〔" not in page.locator("main").inner_text()
    designer.snap("能迁移多少")
    page.get_by_role("button", name="请各机构迁移").click()
    expect(page.get_by_role("button", name="请各机构迁移")).to_have_count(0)


def move(head: Visitor, tools: Tools, clock: Clock) -> None:
    """The head sees the cases, looks at one, and moves them."""
    head.go("/migrations")
    page = head.page
    page.locator("main tbody a").first.click()
    expect(page.locator("main")).to_contain_text("本机构的在办事项")
    head.snap("负责人逐件看")
    page.get_by_label(re.compile("全部迁移")).check()
    page.get_by_label("迁移的理由").fill("按新规定办理")
    page.get_by_role("button", name="迁移所选事项").click()
    expect(page.locator("h1")).to_have_text("迁移进度")
    while rounds.work(tools, clock):
        pass
    page.reload()
    expect(page.locator("main")).to_contain_text("已迁移")
    expect(page.locator("progress")).to_have_attribute("value", re.compile("[1-9]"))
    head.snap("迁移完成")
    page.locator("tr", has_text="已迁移").get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("由第1版迁移到第2版")
    head.snap("案卷写明迁移")
    with reading(tools, SYSTEM, clock()) as ctx:
        known = definitions.in_force(ctx, "nanyang_five_step", ctx.today)
    assert known.version == 2
