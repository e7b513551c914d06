"""A new locality: from the template, in the browser alone, to the end of its first case."""

from typing import Final

from playwright.sync_api import expect

from server.services.context import Tools
from tests.browser.conftest import Visit
from tests.browser.keyboard import walk
from tests.browser.people import Visitor, reference_on
from tests.browser.sizes import too_wide
from tests.factories.site import Clock

DESIGNER: Final = "p.designer.head"
APPLICANT: Final = "county1.housing_works.1"
DESK: Final = "county1.case_supervision.1"
BODY: Final = "county1.standing_member.head"

TITLE: Final = "临海县容错纠错实施办法"


def test_a_new_locality_starts_from_the_template_and_ends_with_its_first_case_closed(
    visit: Visit, clock: Clock, drill_tools: Tools
) -> None:
    designer = visit(DESIGNER)
    begin(designer)
    change_a_deadline(designer)
    change_a_list(designer)
    publish(designer)
    assert "linhai" not in {
        each.name for each in (drill_tools.config.shipped / "processes").iterdir()
    }

    applicant = visit(APPLICANT)
    reference = apply(applicant)
    assert reference == "临容〔2026〕1号"
    desk, body = visit(DESK), visit(BODY)
    clock.forward(minutes=5)
    review(desk, reference)
    clock.forward(minutes=5)
    done(
        body,
        reference,
        "集体研究认定",
        {
            "determination": "no_pursuit",
            "decided_on": "2026-03-02",
            "decision_reasons": "符合情形，主动纠正。",
        },
    )
    clock.forward(minutes=5)
    done(
        desk,
        reference,
        "反馈结果",
        {"feedback_on": "2026-03-02", "feedback_explanation": "说明认定的理由。"},
    )
    applicant.go("/applications")
    row = applicant.page.locator("tr[data-row]").filter(has_text=reference)
    expect(row).to_contain_text("已办结")
    expect(row).to_contain_text("不予追究责任")
    applicant.snap("申请人看到已办结")


def begin(designer: Visitor) -> None:
    designer.go("/studio")
    designer.page.get_by_role("link", name="新建政策包").click()
    for label, text in (
        ("名称", TITLE),
        ("标识", "linhai"),
        ("地方", "临海县"),
        ("编号的代字", "临容"),
    ):
        designer.page.get_by_label(label).fill(text)
    assert designer.check() == []
    designer.snap("新建政策包")
    designer.page.get_by_role("button", name="建立").click()
    expect(designer.page.get_by_text(f"已建立“{TITLE}”，检查通过")).to_be_visible()
    expect(designer.page.locator("[data-island]:not([data-drawn=true])")).to_have_count(0)
    designer.snap("新政策包的流程图")


def change_a_deadline(designer: Visitor) -> None:
    page = designer.page
    designer.go("/studio/linhai/entries")
    assert [*designer.check(), *too_wide(page), *walk(page)] == []
    designer.snap("名单和期限")
    page.locator(".kinds").get_by_role("link", name="期限", exact=True).click()
    assert [*designer.check(), *too_wide(page)] == []
    page.get_by_role("link", name="review", exact=True).click()
    page.get_by_label("数量").fill("六")
    page.locator("#keep").click()
    expect(page.get_by_role("alert")).to_contain_text("应为整数")
    designer.snap("写错的期限")
    page.get_by_label("数量").fill("6")
    page.get_by_label("条款").fill("第八条")
    page.get_by_label("原文").fill("六个工作日内")
    page.locator("#keep").click()
    expect(page.get_by_text("这一条检查通过")).to_be_visible()
    assert [*designer.check(), *too_wide(page), *walk(page)] == []
    designer.snap("改好的期限")


def change_a_list(designer: Visitor) -> None:
    page = designer.page
    designer.go("/studio/linhai/entries/lists/situations")
    rows = page.get_by_role("group", name="条目")
    rows.get_by_label("内容", exact=True).first.fill("招商引资中手续不完善的")
    rows.get_by_role("button", name="删除条目第3项").click()
    rows.get_by_role("button", name="条目第2项上移").click()
    page.locator("#keep").click()
    expect(page.get_by_text("这一条检查通过")).to_be_visible()
    expect(rows.get_by_label("内容", exact=True)).to_have_count(2)
    expect(rows.get_by_label("内容", exact=True).nth(1)).to_have_value("招商引资中手续不完善的")
    designer.snap("改好的名单")


def publish(designer: Visitor) -> None:
    page = designer.page
    page.locator("#publish").click()
    expect(page.get_by_role("heading", name="发布为第1版")).to_be_visible()
    page.get_by_label("为什么修改").fill("当地的办法开始施行")
    page.get_by_label("依据").fill("临海县容错纠错实施办法")
    designer.snap("发布")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("main")).to_contain_text("第1版")
    designer.snap("已发布")


def apply(applicant: Visitor) -> str:
    applicant.go("/start")
    applicant.page.get_by_role("link", name=TITLE).first.click()
    applicant.fill(
        {
            "applicant_kind": "person",
            "managed_by": "county",
            "item_title": "开发区道路试点",
            "claimed_facts": "试点中手续不完善，没有造成损失。",
            "situations_claimed": ["T01"],
        }
    )
    expect(applicant.page.get_by_text("招商引资中手续不完善的")).to_be_visible()
    applicant.snap("第一件事项的申请")
    applicant.submit()
    applicant.snap("回执")
    return reference_on(applicant.page)


def review(desk: Visitor, reference: str) -> None:
    desk.open_task(reference, "审查申请")
    # six working days from Monday, 2 March 2026
    expect(desk.page.locator("main")).to_contain_text("3月10日")
    desk.fill(
        {
            "situations_found": ["T01"],
            "no_private_gain": "yes",
            "actively_corrected": "yes",
            "review_reasons": "属实。",
        }
    )
    desk.snap("审查申请")
    desk.submit()


def done(visitor: Visitor, reference: str, step: str, answers: dict[str, str]) -> None:
    visitor.open_task(reference, step)
    visitor.fill(answers)
    visitor.snap(step)
    visitor.submit()
