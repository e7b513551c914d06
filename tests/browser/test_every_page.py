"""Every page that each role can come to: axe, narrow and zoomed, large type, the keyboard alone."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from server.app import create_app
from server.services.context import Tools
from tests.browser.conftest import Visit
from tests.browser.keyboard import walk
from tests.browser.people import Visitor
from tests.factories.site import Clock

#: what is looked at by a program, is a file, ends the visit, or is for who is not signed in
LEFT_OUT = re.compile(
    r"^/(api/|static/|healthz|readyz|metrics|attachments/|sign-in|forgotten)|\.json$|\.xlsx$"
)

#: one of each role of the demo, and whoever sees pages that nobody else does
PEOPLE = (
    "county1.housing_works.1",  # applicant
    "county1.case_supervision.1",  # desk
    "county1.case_supervision.head",
    "county1.investigation.1",  # team
    "county1.deputy_secretary.head",  # leader
    "county1.standing_member.1",  # decides in the meeting
    "county1.personnel_archive.1",
    "p.system_admin.head",
    "p.security_admin.head",
    "p.security_admin.1",  # confirms what the first proposed
    "p.audit_admin.head",
    "p.designer.head",
)

#: a window of 1366 pixels at twice its size, and the narrowest that is promised
NARROW = ({"width": 683, "height": 400}, {"width": 320, "height": 640})

#: pages of one kind that are looked at: cases and tasks in different states
OF_A_KIND = 3

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=[/=])\d+")
_LINKS = "() => [...document.querySelectorAll('main a[href], nav a[href]')].map((it) => it.href)"
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_LARGE = "(is) => document.documentElement.classList.toggle('large', is)"


@pytest.mark.slow
@pytest.mark.parametrize("login", PEOPLE)
def test_every_page_is_accessible_narrow_large_and_with_the_keyboard_alone(
    visit: Visit, drill_tools: Tools, clock: Clock, login: str
) -> None:
    visitor = visit(login)
    problems: list[str] = []
    seen: Counter[str] = Counter()
    for path in reachable(visitor, first(drill_tools, clock)):
        kind = _ID.sub("*", path)
        seen[kind] += 1
        problems += visitor.check()
        if not path.endswith("/print"):  # as wide as the paper
            problems += too_wide(visitor)
        if seen[kind] == 1:
            problems += walk(visitor.page)
    assert len(seen) > 3
    assert problems == []


def reachable(visitor: Visitor, start: list[str]) -> Iterator[str]:
    """Each page there is a way to for this person, some of each kind; it stands in the browser."""
    waiting, known, kinds = [*start], {*start}, Counter[str]()
    while waiting:
        path = waiting.pop(0)
        status = visitor.go(path)
        if status != 200:
            assert status in (403, 404), f"{status} {path}"
            assert path in start, f"a link leads nowhere: {path}"
            continue
        expect(visitor.page.locator("[data-island]:not([data-drawn=true])")).to_have_count(0)
        yield path
        for address in visitor.page.evaluate(_LINKS):
            found = address.removeprefix(visitor.address).partition("#")[0]
            kind = _ID.sub("*", found)
            if found.startswith("/") and found not in known and not LEFT_OUT.search(found):
                known.add(found)
                kinds[kind] += 1
                if kinds[kind] <= OF_A_KIND:
                    waiting.append(found)


def first(tools: Tools, clock: Clock) -> list[str]:
    """The addresses that need no case, task or person."""
    rules = create_app(tools, clock).url_map.iter_rules()
    return sorted(
        rule.rule
        for rule in rules
        if "GET" in (rule.methods or ()) and "<" not in rule.rule and not LEFT_OUT.search(rule.rule)
    )


def too_wide(visitor: Visitor) -> Iterator[str]:
    """Where the page as a whole would have to be scrolled sideways, in either size of type."""
    before = visitor.page.viewport_size
    for is_large in (True, False):
        visitor.page.evaluate(_LARGE, is_large)
        for size in NARROW:
            visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
            over = visitor.page.evaluate(_WIDER)
            if over > 0:
                large = ", large type" if is_large else ""
                yield f"{visitor.page.url}: {over}px wider than {size['width']}px{large}"
    if before:
        visitor.page.set_viewport_size(before)
