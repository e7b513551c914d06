"""What people do in the browser: sign in, open a task from the inbox, fill its form, submit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.sync_api import Page, expect

from server.adapters.regions import read_region
from server.domain.expressions import Json
from server.services.rehearsing.demo import SHIPPED_REGION
from tests.browser.forms import Form
from tests.browser.report import Album
from tests.factories.site import SECRET, TOKEN

_AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
_RUN_AXE = """async () => {
    const found = await axe.run(document, {resultTypes: ["violations"]});
    const first = document.querySelectorAll("h1").length;
    return found.violations.map(
        one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.target.join(" ")).join(" | ")}`
    ).concat(first === 1 ? [] : [`${first} headings of the first level`]);
}"""


@dataclass
class Visitor:
    """Somebody at a browser of his own."""

    page: Page
    address: str
    #: where his pictures go in the report
    album: Album
    login: str = ""

    def sign_in(self, login: str, secret: str = SECRET) -> "Visitor":
        """Sign in without drawing that page (test_signing_in does), to where one begins."""
        request = self.page.context.request
        token = TOKEN.search(request.get(f"{self.address}/sign-in").text())
        assert token
        given = {"login": login, "secret": secret, "csrf_token": token[1]}
        answer = request.post(f"{self.address}/sign-in", form=given, max_redirects=0)
        assert answer.status == 303, answer.text()
        self.login = login
        self.go("/")
        return self

    def sign_out(self) -> None:
        """Sign out through the page."""
        self.page.get_by_role("button", name="退出").click()
        expect(self.page.locator("#secret")).to_be_visible()

    def go(self, path: str) -> int:
        """Open an address of the site; the status of the answer."""
        response = self.page.goto(self.address + path)
        return response.status if response else 0

    def open_task(self, reference: str, step: str) -> None:
        """Open the task of a case from the queue of the office, or from what is his; claim it."""
        for view in ("queue", "mine"):
            self.go(f"/inbox?view={view}")
            row = self.page.locator("tr[data-row]").filter(has_text=reference).filter(has_text=step)
            if row.count():
                row.first.locator("a[href^='/tasks/']").first.click()
                break
        else:
            raise AssertionError(f"{self.login} has no “{step}” of {reference}")
        expect(self.page.locator("h1")).to_contain_text(step)  # the only one
        claim = self.page.locator("button#claim")
        if claim.count():
            claim.click()
            expect(self.page.get_by_role("button", name="退签")).to_be_visible()

    def form(self) -> Form:
        """The form on the page, drawn or plain."""
        source = self.page.locator("[data-island=form]").get_attribute("data-src")
        answer = self.page.request.get(self.address + (source or "")).json()
        return Form(page=self.page, schema=answer["schema"], data=answer["data"], named=name_of)

    def fill(self, answers: Mapping[str, Json]) -> None:
        """Fill the form on the page once it is there."""
        self.page.locator("[data-drawn=true]").wait_for()
        self.form().fill(answers)

    def submit(self) -> None:
        """Hand the form in and see the next page."""
        before = self.page.url
        self.page.get_by_role("button", name=re.compile("^(提交|签署)$")).last.click()
        self.page.wait_for_url(lambda url: url != before)

    def check(self) -> list[str]:
        """What axe finds wrong on the page as it stands, and any but one heading at its head."""
        self.page.evaluate(_AXE)
        found: list[str] = self.page.evaluate(_RUN_AXE)
        return [f"{self.page.url}: {one}" for one in found]

    def snap(self, name: str) -> None:
        """Keep a picture of the page in the report."""
        self.album.take(
            self.page, name, f"{name_of(self.login)} {self.login}" if self.login else ""
        )


@cache
def _names() -> dict[str, str]:
    region, _findings = read_region(SHIPPED_REGION)
    found = {entry.login: entry.name for entry in region.people}
    units = {entry.kind: entry.name for entry in region.units if entry.region == "p/c1/d1"}
    return {**units, **found}


def name_of(who: str) -> str:
    """The name of a login, or of the home county's office with this role."""
    return _names()[who]


def reference_on(page: Page) -> str:
    """The reference of the case that the page tells first."""
    found = re.search(r"\w{2,6}〔\d{4}〕\d+号", page.inner_text("main"))
    assert found, page.inner_text("main")[:300]
    return found[0]
