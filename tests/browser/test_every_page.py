"""Every page, as several people: no violation found by axe, nothing wider than a narrow screen."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from server.app import create_app
from server.models.case import case
from server.models.work import work_item
from server.services.context import Tools
from tests.browser.conftest import Visit
from tests.browser.people import Visitor
from tests.factories.site import Clock

#: what is looked at by a program, is a file, or ends the visit
LEFT_OUT = re.compile(
    r"^/(api/|static/|healthz|readyz|metrics|attachments/)|\.json$|\.xlsx$|/download|/export|/template"
)

PEOPLE = (
    "county1.case_supervision.1",
    "county1.case_supervision.head",
    "county1.housing_works.1",
    "p.system_admin.head",
    "p.security_admin.head",
    "p.audit_admin.head",
)

#: a window of 1366 pixels at twice its size, and the narrowest that is promised
NARROW = ({"width": 683, "height": 400}, {"width": 320, "height": 640})


@pytest.mark.parametrize("login", PEOPLE)
def test_no_page_has_a_violation_or_scrolls_sideways(
    visit: Visit, drill_tools: Tools, clock: Clock, login: str
) -> None:
    visitor = visit(login)
    problems: list[str] = []
    seen = 0
    for path in pages(drill_tools, clock):
        status = visitor.go(path)
        if status != 200:
            assert status in (403, 404), f"{status} {path}"
            continue
        seen += 1
        problems += visitor.check()
        if not path.endswith("/print"):  # as wide as the paper
            problems += too_wide(visitor)
    assert seen > 3
    assert problems == []


def too_wide(visitor: Visitor) -> Iterator[str]:
    """Where the page as a whole would have to be scrolled sideways."""
    before = visitor.page.viewport_size
    for size in NARROW:
        visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        over = visitor.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if over > 0:
            yield f"{visitor.page.url}: {over}px wider than {size['width']}px"
    if before:
        visitor.page.set_viewport_size(before)


def pages(tools: Tools, clock: Clock) -> list[str]:
    """The address of each page; what stands for a case or task is one there is, each in turn."""
    with tools.readers() as session:
        cases = list(session.scalars(select(case.c.id).order_by(case.c.opened_at)))
        tasks = list(
            session.scalars(
                select(work_item.c.id).where(work_item.c.state.in_(["offered", "claimed"]))
            )
        )
    found = []
    for rule in create_app(tools, clock).url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or LEFT_OUT.search(rule.rule):
            continue
        found += [*_addresses(rule.rule, cases, tasks)]
    return sorted(set(found))


def _addresses(rule: str, cases: list[str], tasks: list[str]) -> Iterator[str]:
    if "<" not in rule:
        yield rule
        return
    text = rule.replace("<int:seq>", "1").replace("<key>", "nanyang_five_step")
    for name, ids in (("item_id", tasks), ("case_id", cases)):
        pattern = re.compile(rf"<(\w+:)?{name}>")
        if pattern.search(text):
            for one in ids:
                address = pattern.sub(one, text)
                if "<" not in address:
                    yield address
            return
    if "<" not in text:
        yield text
