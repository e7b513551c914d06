"""Every page people come to: axe, narrow and zoomed, large type, the keyboard alone.

In the gate each kind of page is looked at once in every state that looks different, whoever of the
twelve comes to it first, and of each of them the page he begins on, with his navigation; which
pages these are is found by walking all links without a browser (``tests/browser/pages.py``). The
slow test looks at up to three pages of every kind for each of the twelve, in either size of type.
"""

import fcntl
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from server.app import create_app
from server.services.context import Tools
from tests.browser.conftest import Visit
from tests.browser.keyboard import walk
from tests.browser.pages import Ways, beginnings, chosen, kind_of
from tests.browser.people import Visitor
from tests.browser.server import fill_drill
from tests.browser.sizes import too_wide
from tests.databases import SqliteDatabases
from tests.factories import tools as factory
from tests.factories.site import Clock, served

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

_LINKS = "() => [...document.querySelectorAll('main a[href], nav a[href]')].map((it) => it.href)"


@pytest.fixture(scope="session")
def plan(sqlite_databases: SqliteDatabases, run_folder: Path) -> dict[str, list[str]]:
    """Who looks at what; found once per run, whichever worker comes first."""
    file = run_folder / "plan.json"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            with factory.copied(sqlite_databases, "drill", fill_drill) as tools:
                file.write_text(json.dumps(chosen(served(tools, Clock()), PEOPLE)))
    found: dict[str, list[str]] = json.loads(file.read_text())
    return found


def test_everybody_begins_somewhere_and_most_kinds_of_page_are_looked_at(
    plan: dict[str, list[str]],
) -> None:
    assert [login for login, paths in plan.items() if paths[0] != "/"] == []
    assert len({kind_of(path).partition("?")[0] for paths in plan.values() for path in paths}) > 30


@pytest.mark.parametrize("login", PEOPLE)
def test_each_kind_of_page_is_accessible_narrow_large_and_with_the_keyboard_alone(
    visit: Visit, plan: dict[str, list[str]], login: str
) -> None:
    visitor = visit(login)
    problems: list[str] = []
    walked: set[str] = set()
    for path in plan[login]:
        assert _open(visitor, path) == 200, path
        problems += [*visitor.check(), *too_wide(visitor.page, [True])]
        if kind_of(path).partition("?")[0] not in walked:
            walked.add(kind_of(path).partition("?")[0])
            problems += walk(visitor.page)
    assert problems == []


@pytest.mark.slow
@pytest.mark.parametrize("login", PEOPLE)
def test_every_page_is_accessible_narrow_large_and_with_the_keyboard_alone(
    visit: Visit, drill_tools: Tools, clock: Clock, login: str
) -> None:
    visitor = visit(login)
    problems: list[str] = []
    seen: Counter[str] = Counter()
    for path in reachable(visitor, beginnings(create_app(drill_tools, clock))):
        kind = kind_of(path)
        seen[kind] += 1
        problems += [*visitor.check(), *too_wide(visitor.page)]
        if seen[kind] == 1:
            problems += walk(visitor.page)
    assert len(seen) > 3
    assert problems == []


def reachable(visitor: Visitor, start: list[str]) -> Iterator[str]:
    """Each page there is a way to for this person, some of each kind; it stands in the browser."""
    ways = Ways(start)
    for path in ways:
        status = _open(visitor, path)
        if status != 200:
            assert status in (403, 404), f"{status} {path}"
            assert path in start, f"a link leads nowhere: {path}"
            continue
        yield path
        for address in visitor.page.evaluate(_LINKS):
            ways.lead_to(address.removeprefix(visitor.address))


def _open(visitor: Visitor, path: str) -> int:
    """Open a page and wait for its islands; the status of the answer."""
    status = visitor.go(path)
    expect(visitor.page.locator("[data-island]:not([data-drawn=true])")).to_have_count(0)
    return status
