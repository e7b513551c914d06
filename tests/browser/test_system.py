"""The page of whoever runs the system in its states, and the page there is without a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, expect
from sqlalchemy import make_url, select

from server import jobs
from server.domain.chores import CHORES
from server.domain.errors import EngineError
from server.domain.incidents import IncidentKind
from server.models.case import case
from server.services import heartbeats
from server.services.case import incidents as case_incidents
from server.services.context import Tools
from server.services.operations import incidents
from server.telemetry import Meters
from tests.browser.conftest import SCREEN, Visit
from tests.browser.keyboard import walk
from tests.browser.people import Visitor
from tests.browser.report import Album
from tests.browser.test_answers import fill, look
from tests.factories.site import Clock
from tests.web.test_system import WORDS

REAL = datetime.now(UTC)
ADMIN = "p.system_admin.head"


def test_with_everything_fine_and_with_everything_wrong(visit: Visit, drill_tools: Tools) -> None:
    worker = jobs.worker(drill_tools, Clock(), Meters())
    for chore in CHORES:
        worker.do(chore)
    visitor = visit(ADMIN)
    visitor.go("/system")
    expect(visitor.page.locator("main")).to_contain_text("一切正常")
    visitor.snap("fine")
    problems = [*look(visitor), *walk(visitor.page)]

    for kind in IncidentKind:
        detail = WORDS.get(kind, {})
        incidents.met(drill_tools, kind, REAL, subject="rongcuo-app-1", detail=detail)
    heartbeats.note(drill_tools, "backup", REAL, {"ok": False})
    with drill_tools.readers() as session:
        found = select(case.c.id).where(case.c.status == "open").order_by(case.c.id).limit(1)
        case_id = session.scalars(found).one()
    case_incidents.suspend(drill_tools, Clock()(), case_id, EngineError("出错", element="accept"))
    visitor.go("/system")
    expect(visitor.page.locator("main")).to_contain_text("8件事需要处理")
    visitor.snap("wrong")
    problems += [*look(visitor), *walk(visitor.page)]

    fill(visitor, {"reason": "已与授时服务器核对"}, "确认时钟正确")
    expect(visitor.page.get_by_role("status").first).to_contain_text("已确认服务器时钟")
    visitor.page.get_by_role("button", name="重试").click()
    expect(visitor.page.get_by_role("status").first).to_contain_text("已恢复该事项")
    expect(visitor.page.locator("main")).to_contain_text("6件事需要处理")
    assert [*problems, *look(visitor)] == []


def test_what_was_typed_is_sent_again_when_the_database_is_back(
    browser: Browser, address: str, drill_tools: Tools
) -> None:
    # not by the visit: it lets no answer pass that says the server is in trouble
    context = browser.new_context(**SCREEN)
    album = Album("what-is-told-without-a-database")
    visitor = Visitor(page=context.new_page(), address=address, album=album)
    visitor.sign_in("county1.case_supervision.1")
    visitor.go("/me")
    with without_database(drill_tools):
        visitor.page.get_by_role("button", name="大字版").click()
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text("暂时不能使用")
        expect(visitor.page.locator("main")).to_contain_text("您填写的内容没有丢失")
        visitor.snap("away")
        problems = look(visitor)
    visitor.page.get_by_role("button", name="再试一次").click()
    expect(visitor.page.get_by_role("button", name="标准字")).to_be_visible()
    context.close()
    assert problems == []


@contextmanager
def without_database(tools: Tools) -> Iterator[None]:
    """The file of the database is gone, and a folder stands in its place."""
    tools.database.dispose()
    file = Path(make_url(tools.config.database_url).database or "")
    aside = file.rename(file.with_suffix(".aside"))
    file.mkdir()
    try:
        yield
    finally:
        tools.database.dispose()
        file.rmdir()
        aside.rename(file)
