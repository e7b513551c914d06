"""One chromium per process, a new browser context per visitor, a server over a drill of its own."""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from server.services.context import Tools
from tests.browser.people import Visitor
from tests.browser.report import REPORT, Album
from tests.browser.server import fill_drill, served
from tests.browser.watch import Watch
from tests.databases import Databases
from tests.factories import tools as factory
from tests.factories.site import Clock

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: an official's screen
SCREEN: dict[str, Any] = {
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "viewport": {"width": 1366, "height": 768},
    "reduced_motion": "reduce",
}

#: opens a browser of his own for somebody; options are those of a browser context
Visit = Callable[..., Visitor]

#: pictures of the page at every step make a trace easier to read, and a test take twice as long
HAS_SNAPSHOTS = "RONGCUO_TRACE" in os.environ

_MEND = "apt-get update && apt-get install -y chromium-headless-shell fonts-noto-cjk"


_FAILED = pytest.StashKey[bool]()

#: a busy machine takes its time; whoever waits in vain learns of it late enough
expect.set_options(timeout=20_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether the test failed."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of this process."""
    # the shell draws the same pages without a window's machinery, in four fifths of the time
    executable = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert executable, f"no chromium: {_MEND}"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def clock() -> Clock:
    """The clock of the server; tests set it."""
    return Clock()


@pytest.fixture
def drill_tools(request: pytest.FixtureRequest) -> Iterator[Tools]:
    """Tools over a drill with everything ``rongcuo demo`` brings, on SQLite if not told."""
    kind = getattr(request, "param", "sqlite")
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    with factory.copied(databases, "drill", fill_drill) as tools:
        yield tools


@pytest.fixture
def address(drill_tools: Tools, clock: Clock) -> Iterator[str]:
    """Where the server answers."""
    with served(drill_tools, clock) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Opens browsers of their own; whatever no page may do fails the test."""
    watch = Watch(address)
    contexts: list[BrowserContext] = []
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    album = Album(name)

    def open_one(login: str = "", **options: Any) -> Visitor:
        context = browser.new_context(**{**SCREEN, **options})
        context.set_default_timeout(10_000)
        context.tracing.start(snapshots=HAS_SNAPSHOTS)
        watch.over(context)
        contexts.append(context)
        visitor = Visitor(page=context.new_page(), address=address, album=album)
        return visitor.sign_in(login) if login else visitor

    yield open_one
    has_failed = request.node.stash.get(_FAILED, False) or bool(watch.problems)
    for number, context in enumerate(contexts, 1):
        for page in context.pages:
            watch.storage(page)
            if has_failed:
                folder = REPORT / "failures" / name
                folder.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=folder / f"{number}.png", full_page=True)
        trace = {"path": REPORT / "failures" / name / f"{number}.zip"} if has_failed else {}
        context.tracing.stop(**trace)
        context.close()
    assert watch.problems == []
