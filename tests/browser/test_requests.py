"""请示: more time is asked for and granted; a case is moved with a second head's consent."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from server.adapters.packs import read_folder
from server.domain.access import SYSTEM
from server.models.time import deadline
from server.models.work import OPEN_STATES, work_item
from server.services.context import Tools, transaction
from server.services.packs import definitions
from tests.browser.conftest import Visit
from tests.browser.keyboard import walk
from tests.browser.people import Visitor
from tests.browser.sizes import too_wide
from tests.factories.asked import decider
from tests.factories.site import MONDAY
from tests.factories.tiny import PACK, Tiny

DESK = "county1.case_supervision.1"
HEAD = "county1.case_supervision.head"


def test_more_time_is_asked_for_seen_and_granted(visit: Visit, drill_tools: Tools) -> None:
    case_id = begun(drill_tools)
    desk, head = visit(DESK), visit(HEAD)
    desk.go(f"/cases/{case_id}")
    desk.page.get_by_role("link", name="申请延期").first.click()
    desk.page.get_by_label("延长多少").fill("1")
    desk.page.get_by_label("理由").fill("当事人在外地，材料尚未寄到")
    desk.page.get_by_role("button", name="看看结果").click()
    expect(desk.page.get_by_role("heading", name="这样做的结果")).to_be_visible()
    assert problems(desk) == []
    desk.page.get_by_role("button", name="申请延期").click()
    expect(desk.page.get_by_text("已经提出，由批准人决定")).to_be_visible()
    head.go("/requests")
    assert problems(head) == []
    head.page.get_by_role("link", name="延长期限").first.click()
    expect(head.page.get_by_role("heading", name="同意后的变化")).to_be_visible()
    assert problems(head) == []
    head.page.get_by_role("button", name="同意", exact=True).click()
    expect(head.page.get_by_text("已经同意，并已办理")).to_be_visible()
    desk.go("/requests")
    expect(desk.page.get_by_text("已同意").first).to_be_visible()


def test_a_case_is_moved_with_the_consent_of_a_second_head(
    visit: Visit, drill_tools: Tools
) -> None:
    case_id = waiting(drill_tools, "intake")
    head = visit(HEAD, java_script_enabled=False)
    head.go(f"/cases/{case_id}/move")
    choose(head.page)
    head.page.get_by_label("理由").fill("受理时填错了环节")
    head.page.get_by_role("button", name="看看结果").click()
    expect(head.page.get_by_text("打开的环节", exact=True)).to_be_visible()
    head.page.get_by_role("button", name="调整环节").click()
    expect(head.page.get_by_text("已经提出，由另一位负责人决定")).to_be_visible()
    link = head.page.get_by_role("link", name="调整环节：").first
    address = str(link.get_attribute("href"))
    above = visit(decider(drill_tools, address.rpartition("/")[2]))
    above.go(address)
    expect(above.page.get_by_text("关闭的环节", exact=True)).to_be_visible()
    assert problems(above) == []
    above.page.get_by_role("button", name="同意", exact=True).click()
    expect(above.page.get_by_text("已经同意，并已办理")).to_be_visible()


def begun(tools: Tools) -> str:
    """A new case of the small pack, whose first clock can be extended."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(_begun, tools).result()


def _begun(tools: Tools) -> str:
    with transaction(tools, SYSTEM, MONDAY) as ctx:
        definitions.publish(ctx, read_folder(PACK), accept_warnings="测试")
    return Tiny(tools).open(now=MONDAY)


def waiting(tools: Tools, rule_key: str) -> str:
    """A case that stands at the desk under a clock of this rule."""
    with tools.readers() as session:
        wanted = (
            select(work_item.c.case_id)
            .join(deadline, deadline.c.id == work_item.c.deadline_id)
            .where(
                work_item.c.state.in_(OPEN_STATES),
                work_item.c.deadline_key == rule_key,
                work_item.c.candidate_role == "case_supervision_office",
                deadline.c.state == "running",
            )
            .order_by(work_item.c.opened_at, work_item.c.id)
        )
        case_id: str = session.scalars(wanted.limit(1)).one()
    return case_id


def choose(page: Page) -> None:
    """The first step that is offered, in a list or among a few."""
    few: Any = page.locator("input[name=to]")
    if few.count():
        few.first.check()
    else:
        page.locator("select[name=to]").select_option(index=1)


def problems(visitor: Visitor) -> list[str]:
    return [*visitor.check(), *too_wide(visitor.page), *walk(visitor.page)]
