"""What no page may ever do; noted while a test runs, and the test fails with all of it.

An error on the console or in a script, a breach of the content policy, a request to another
origin, an answer of 500 or more, a missing file, anything left in the browser's storage.
"""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError

#: an answer of 4xx to a form is no fault of the page, but the browser tells it on the console
_ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

_LEFT_BEHIND = """async () => [
    ...Object.keys(localStorage), ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map((one) => one.name), ...(await caches.keys()),
]"""


def left_behind(page: Page) -> list[str]:
    """What the page keeps in the browser, whatever kind of store it is in."""
    found: list[str] = page.evaluate(_LEFT_BEHIND)
    return found


@dataclass
class Watch:
    """Notes of one test."""

    origin: str
    problems: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of this browser context."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("response", self._response)

    def storage(self, page: Page) -> None:
        """Note what the page keeps in the browser."""
        if not page.url.startswith(self.origin):
            return
        kept = left_behind(page)
        if kept:
            self.problems.append(f"kept in the browser: {kept} ({page.url})")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _ANSWERED.match(message.text):
            self.problems.append(
                f"console {message.type}: {message.text} ({message.location['url']})"
            )

    def _error(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:", "about:")):
            self.problems.append(f"request to another origin: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status} {response.request.method} {response.url}")
        if response.status == 404 and "/static/" in response.url:
            self.problems.append(f"missing file: {response.url}")
