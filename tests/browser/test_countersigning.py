"""会签 of five offices in the browser: signed for and against, wide and narrow, read together."""

from collections.abc import Iterator, Sequence
from functools import partial

import pytest
from playwright.sync_api import expect

from server.services.context import Tools
from server.services.packs import definitions
from server.services.verbs import work
from tests.browser.conftest import Visit
from tests.browser.sizes import too_wide
from tests.browser.test_decisions import apart
from tests.databases import SqliteDatabases
from tests.factories import joint, site, tiny
from tests.factories import tools as factory
from tests.factories.site import Clock
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny


@pytest.fixture
def drill_tools(sqlite_databases: SqliteDatabases) -> Iterator[Tools]:
    """A case that waits for five organs, in place of the drill."""
    with factory.copied(sqlite_databases, "five", fill) as tools:
        yield tools


def fill(url: str) -> None:
    def prepare() -> None:
        tiny.fill(url)
        site.set_secrets(url)

    apart(prepare)


def test_five_sign_one_task_and_everybody_reads_what_each_has_said(
    visit: Visit, drill_tools: Tools, clock: Clock
) -> None:
    clock.moment = NOW
    waits: list[tuple[str, str]] = []
    apart(lambda: waits.extend(asked(Tiny(tools=drill_tools))))
    (first, login), (second, other), *rest = waits
    signer = visit(login)
    signer.go("/inbox?view=queue")
    expect(signer.page.locator("tr[data-row] .tag")).to_have_text("会签")
    signer.go(f"/tasks/{first}")
    # nobody has claimed yet: the offices are named
    expect(signer.page.locator("article").filter(has_text="督查机构")).to_contain_text("待签收")
    signer.page.locator("button#claim").click()
    signer.fill({"choice": "agree", "opinion": "材料齐全。"})
    assert signer.check() == []
    signer.snap("会签")
    signer.page.get_by_role("button", name="签署", exact=True).click()
    signer.page.wait_for_url(lambda url: first not in url)

    narrow = visit(other, viewport={"width": 390, "height": 844})
    narrow.go(f"/tasks/{second}")
    narrow.page.locator("button#claim").click()
    narrow.fill({"choice": "disagree", "opinion": "金额还要核实。"})
    assert narrow.check() == []
    assert list(too_wide(narrow.page)) == []
    narrow.snap("会签（窄）")
    narrow.page.get_by_role("button", name="签署", exact=True).click()
    narrow.page.wait_for_url(lambda url: second not in url)

    apart(lambda: signed(Tiny(tools=drill_tools), rest))
    signer.go(f"/tasks/{first}")
    said = signer.page.locator("article").filter(has_text="会签")
    expect(said).to_have_count(5)
    expect(signer.page.locator("form#answers")).to_have_count(0)
    expect(said.filter(has_text="金额还要核实。")).to_contain_text("不同意")
    expect(signer.page.get_by_text("通过：同意4，不同意1，弃权0")).to_be_visible()
    assert signer.check() == []
    signer.snap("会签已毕")


def asked(tiny: Tiny) -> Sequence[tuple[str, str]]:
    """The five signatures that are asked for, each with the login of who may give it."""
    tiny.program(lambda ctx: definitions.publish(ctx, joint.of_five(), accept_warnings="测试"))
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": list(joint.ROLES)})
    return joint.waiting(tiny, case_id, "verify")


def signed(tiny: Tiny, rest: Sequence[tuple[str, str]]) -> None:
    given = {"choice": "agree", "opinion": "同意"}
    for item, login in rest:
        tiny.act(login, partial(work.claim, item_id=item))
        tiny.act(login, partial(work.complete, item_id=item, given=given))
