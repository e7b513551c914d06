"""集体研究: the chair convenes and closes in one browser, a member votes in another."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from server.services.context import Tools
from tests.browser.conftest import Visit
from tests.browser.sizes import too_wide
from tests.databases import SqliteDatabases
from tests.factories import meetings
from tests.factories import tools as factory
from tests.factories.meetings import Meeting


def apart(act: Callable[[], object]) -> None:
    """Do it in a thread of its own, away from the loop of the browser."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(act).result()


@pytest.fixture
def drill_tools(sqlite_databases: SqliteDatabases) -> Iterator[Tools]:
    """A case that waits for its leading body, in place of the drill."""

    def fill(url: str) -> None:
        apart(lambda: meetings.fill(url))

    with factory.copied(sqlite_databases, "meeting", fill) as tools:
        yield tools


def test_two_people_hold_a_meeting(visit: Visit, drill_tools: Tools) -> None:
    meeting = Meeting(drill_tools)
    chair, member = meeting.members[:2]
    leading = visit(chair)
    page = leading.page
    leading.go("/meetings")
    expect(page.get_by_text("没有要开的会议")).to_be_visible()
    leading.go(f"/tasks/{meeting.item_id}")
    page.get_by_role("link", name="会议表决").click()
    page.get_by_role("link", name="召开会议").click()
    assert [*leading.check(), *too_wide(page)] == []
    page.get_by_label("会议名称").fill("2026年第5次领导班子会议")
    page.get_by_label("记录人").select_option(meeting.ids[meeting.secretary])
    page.get_by_role("button", name="列入议题").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("集体研究")

    voting = visit(member, java_script_enabled=False)
    voting.go("/meetings")
    voting.page.get_by_role("link", name="议题1").click()
    voting.page.get_by_role("button", name="到会", exact=True).click()
    expect(voting.page.get_by_role("button", name="投票")).to_have_count(0)
    apart(lambda: others_attend_and_vote(meeting))
    voting.page.reload()
    choose(voting.page, "从轻追究责任")
    expect(voting.page.locator("tr", has_text="（您）")).to_contain_text("不赞成")
    assert [*too_wide(voting.page)] == []

    page.reload()
    choose(page, "不予追究责任")
    expect(page.get_by_text("赞成5人>1/2，通过")).to_be_visible()
    expect(page.get_by_role("button", name="结束议题")).to_be_disabled()
    assert [*leading.check(), *too_wide(page)] == []
    apart(lambda: meeting.sign(meeting.members[1:6]))
    page.reload()
    page.get_by_role("button", name="本人签名").click()
    page.get_by_role("button", name="结束议题").click()
    expect(page.get_by_text("结束后不能修改，只能另行更正")).to_be_visible()
    assert meeting.open_steps() == {"feedback_person", "feedback_unit"}
    page.get_by_role("link", name="打印表决单").click()
    expect(page.get_by_text("通过：不予追究责任")).to_be_visible()
    assert [*leading.check(), *too_wide(page)] == []


def choose(page: Page, option: str) -> None:
    """Vote for this option."""
    page.get_by_label(option, exact=True).check()
    page.get_by_role("button", name="投票").click()


def others_attend_and_vote(meeting: Meeting) -> None:
    """The chair and four more are there, three are not, one keeps away; the four vote for it."""
    meeting.attend(meeting.members[-1], "recused", ground="decision_author")
    for login in (meeting.chair, *meeting.members[2:6]):
        meeting.attend(login)
    for login in meeting.members[6:-1]:
        meeting.attend(login, "absent", reason="外出培训")
    for login in meeting.members[2:6]:
        meeting.vote(login, "no_pursuit")
