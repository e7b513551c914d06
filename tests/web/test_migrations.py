"""事项迁移: counts in steps for the designer, case by case for the head, nothing for others."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.adapters.packs import PackFiles
from server.models.audit import AuditEvent
from server.models.case import case
from server.models.definition import PackVersion
from server.models.migration import migration_run
from server.services.context import Context, Ending, Tools
from server.services.migrating import moving, proposals, rounds
from server.services.migrating.proposals import Wish
from tests.factories import newer, site
from tests.factories.many import copies
from tests.factories.newer import RENAMED, changed, longer
from tests.factories.tiny import ACCEPT, DESK, HEAD, NOW, STRANGER, Tiny
from tests.services.migrating.test_moving import OTHER_RULES, everything

DESIGNER, OTHER_HEAD = "p.designer.head", "county2.case_supervision.head"
NEW = "/migrations/new"
WHY = {"reason": "新期限对在办事项同样适用", "basis": "《办法》第五条"}

SignIn = Callable[[str], FlaskClient]


def test_a_designer_sees_counts_in_steps_by_element_and_no_case(
    tiny: Tiny, enter_tiny: SignIn
) -> None:
    copies(tiny.tools, tiny.open(), 6)
    stuck = tiny.open()
    tiny.do(DESK, stuck, "register", ACCEPT)
    copies(tiny.tools, stuck, 5)
    newer.publish(tiny, newer.second())
    client = enter_tiny(DESIGNER)
    address = propose(client)
    assert "系统正在逐件判断" in client.get(address).text
    rounds.work(tiny.tools, lambda: NOW)
    page = client.get(address).text
    assert "系统正在逐件判断" not in page
    # seven can, six cannot: in all, at each step, and why not (the step and its timer)
    assert plain(page).count("5件以上") == 6
    assert "核实：正在办理的环节在新版本中不存在" in plain(page)
    assert not re.search(r"(?<!第)[1-4679]件", page)
    with tiny.tools.readers() as session:
        known = session.execute(select(case.c.id, case.c.reference)).all()
    assert not [row for row in known if row.id in page or row.reference in page]
    assert client.get(f"{address}/cases/{stuck}").status_code == 403
    assert post(client, f"{address}/apply", address, every="1", reason="新规").status_code == 403


def test_fewer_than_five_are_not_told(tiny: Tiny, enter_tiny: SignIn) -> None:
    tiny.open()
    newer.publish(tiny, changed(yaml=longer))
    client = enter_tiny(DESIGNER)
    address = propose(client)
    rounds.work(tiny.tools, lambda: NOW)
    page = plain(client.get(address).text)
    assert "能迁移：不足5件；不能迁移：不足5件" in page
    assert "没有一个环节有5件以上在办事项" in page
    assert "登记" not in page


def test_a_head_looks_at_each_case_and_moves_those_he_chose(tiny: Tiny, enter_tiny: SignIn) -> None:
    chosen, other, stuck = (tiny.open() for _n in range(3))
    tiny.do(DESK, stuck, "register", ACCEPT)
    address = offered(tiny, newer.second())
    head = enter_tiny(HEAD)
    assert address in head.get("/migrations").text
    page = head.get(address).text
    assert "能迁移2件，不能迁移1件" in page
    assert all(reference(tiny, each) in page for each in (chosen, other, stuck))
    assert "期限“登记”：5个工作日改为10个工作日" in page
    assert "正在办理的环节在新版本中不存在" in page
    seen = head.get(f"{address}/cases/{chosen}").text
    assert "<strong>2026-03-04</strong>" in seen
    assert "正在办理的环节在新版本中不存在" in head.get(f"{address}/cases/{stuck}").text
    assert "migration.preview" in looks(tiny)
    without = post(head, f"{address}/apply", address, case=box(page, chosen), once="a" * 32)
    assert (without.status_code, "请写明理由" in without.text) == (422, True)
    begun = post(head, f"{address}/apply", address, case=box(page, chosen), reason="按新规定办")
    assert begun.status_code == 303
    progress = begun.headers["Location"]
    assert "等待迁移" in head.get(progress).text
    rounds.work(tiny.tools, lambda: NOW)
    page = head.get(progress).text
    assert "1/1件" in page
    assert 'hx-trigger="every' not in page
    assert versions(tiny, chosen, other, stuck) == [2, 1, 1]
    assert "能迁移1件，不能迁移1件" in head.get(address).text


def test_a_second_post_of_the_same_form_begins_nothing(tiny: Tiny, enter_tiny: SignIn) -> None:
    tiny.open()
    address = offered(tiny, changed(yaml=longer))
    head = enter_tiny(HEAD)
    data = {"every": "1", "reason": "按新规定办", "once": "b" * 32}
    first = post(head, f"{address}/apply", address, **data)
    again = post(head, f"{address}/apply", address, **data)
    assert first.headers["Location"] == again.headers["Location"]
    other = post(head, f"{address}/apply", address, every="1", reason="再来一次")
    assert (other.status_code, "没有选择可以迁移的事项" in other.text) == (422, True)
    with tiny.tools.readers() as session:
        assert len(session.scalars(select(migration_run.c.id)).all()) == 1
    designer = enter_tiny(DESIGNER)
    assert post(designer, f"{address}/offer", address).status_code == 409
    assert post(designer, f"{address}/withdraw", address).status_code == 409


def test_a_run_is_stopped_on_the_way_goes_on_and_says_so(tiny: Tiny, enter_tiny: SignIn) -> None:
    cases = [tiny.open() for _n in range(3)]
    address = offered(tiny, changed(yaml=longer))
    head = enter_tiny(HEAD)
    begun = post(head, f"{address}/apply", address, every="1", reason="按新规定办")
    progress = begun.headers["Location"]
    with pytest.raises(Ending):
        rounds.work(ending_after(tiny, 1), lambda: NOW)
    assert "1/3件" in head.get(progress).text
    assert post(head, f"{progress}/pause", progress).status_code == 303
    page = head.get(progress).text
    assert "已暂停" in page
    assert f"{progress}/resume" in page
    rounds.work(tiny.tools, lambda: NOW)
    assert "1/3件" in head.get(progress).text
    twice = post(head, f"{progress}/pause", progress)
    assert (twice.status_code, "已被他人更改" in twice.text) == (409, True)
    post(head, f"{progress}/resume", progress)
    rounds.work(tiny.tools, lambda: NOW)
    page = head.get(progress).text
    assert "3/3件" in page
    assert "已完成" in page
    assert versions(tiny, *cases) == [2, 2, 2]


def test_a_case_that_fails_is_shown_with_its_reason_and_is_as_it_was(
    tiny: Tiny, enter_tiny: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, changed_since = (tiny.open() for _n in range(3))
    address = offered(tiny, changed(yaml=longer))
    head = enter_tiny(HEAD)
    begun = post(head, f"{address}/apply", address, every="1", reason="按新规定办")
    tiny.do(DESK, changed_since, "register", ACCEPT)
    before = untouched(tiny, bad)
    move = moving.move

    def breaks(ctx: Any, case_id: str, order: Any) -> int:
        found = move(ctx, case_id, order)
        if case_id == bad:
            raise RuntimeError("midway")
        return found

    monkeypatch.setattr(moving, "move", breaks)
    rounds.work(tiny.tools, lambda: NOW)
    page = plain(head.get(begun.headers["Location"]).text)
    assert "没有迁移，程序不能继续" in page
    assert "程序出错，事项保持原样；请告知系统管理员" in page
    assert "该事项在预览以后又有变化" in page
    assert page.index(reference(tiny, bad)) < page.index(reference(tiny, good))
    assert untouched(tiny, bad) == before
    assert versions(tiny, good, bad, changed_since) == [2, 1, 1]


def test_a_period_that_is_gone_is_named_by_the_designer_and_shown_to_the_head(
    tiny: Tiny, enter_tiny: SignIn
) -> None:
    case_id = tiny.open()
    newer.publish(tiny, OTHER_RULES)
    client = enter_tiny(DESIGNER)
    form = client.get(f"{NEW}?pack=tiny&from_version=1&to_version=2").text
    assert '<option value="noting">受理登记（5个工作日）</option>' in form
    assert '<option value="mending" selected>' in form
    wrong = propose(client, {"map-deadline:registration": "decision"}, wants=422)
    assert "期限“登记”对应的期限在新版本中不存在，或者起算事由不同" in wrong
    without = propose(client)
    rounds.work(tiny.tools, lambda: NOW)
    post(client, f"{without}/offer", without)
    head = enter_tiny(HEAD)
    assert "期限“登记”（registration）正在计算，新版本没有规定" in head.get(without).text
    named = propose(client, {f"map-{old}": new for old, new in RULES.items()})
    rounds.work(tiny.tools, lambda: NOW)
    post(client, f"{named}/offer", named)
    assert "登记 → 受理登记" in head.get(named).text
    seen = head.get(f"{named}/cases/{case_id}").text
    assert "期限“登记”改为“受理登记”：仍为5个工作日，到期日仍为<strong>2026-02-26</strong>" in seen


def test_elements_that_are_gone_are_asked_for_with_the_likely_one_chosen(
    tiny: Tiny, enter_tiny: SignIn
) -> None:
    newer.publish(tiny, newer.second())
    client = enter_tiny(DESIGNER)
    form = client.get(f"{NEW}?pack=tiny&from_version=1&to_version=2").text
    assert '<option value="examine" selected>审核</option>' in form
    refused = propose(client, {"reason": " ", "map-verify": "decide_soon"}, wants=422)
    assert "请写明理由" in refused
    assert "“核实”对应的环节在新版本中不存在或者类型不同" in refused
    address = propose(client, {f"map-{old}": new for old, new in RENAMED.items()})
    assert "核实 → 审核" in client.get(address).text


def test_a_head_learns_of_a_proposal_once_it_is_offered_and_until_it_is_withdrawn(
    tiny: Tiny, enter_tiny: SignIn
) -> None:
    newer.publish(tiny, changed(yaml=longer))
    designer, head = enter_tiny(DESIGNER), enter_tiny(HEAD)
    assert "没有迁移方案" in designer.get("/migrations").text
    assert "没有等待您迁移的事项" in head.get("/migrations").text
    address = propose(designer)
    assert head.get(address).status_code == 404
    assert address not in head.get("/migrations").text
    post(designer, f"{address}/offer", address)
    assert "没有事项" in head.get(address).text
    post(designer, f"{address}/withdraw", address)
    assert head.get(address).status_code == 404
    assert "已撤回" in designer.get(address).text


def test_nobody_else_sees_or_moves_anything(tiny: Tiny, enter_tiny: SignIn) -> None:
    case_id = tiny.open()
    address = offered(tiny, changed(yaml=longer))
    head = enter_tiny(HEAD)
    page = head.get(address).text
    begun = post(head, f"{address}/apply", address, case=box(page, case_id), reason="新规")
    progress = begun.headers["Location"]
    for login in (DESK, STRANGER):
        client = enter_tiny(login)
        for path in ("/migrations", address, f"{address}/cases/{case_id}", progress, NEW):
            assert client.get(path).status_code == 403, (login, path)
    elsewhere = enter_tiny(OTHER_HEAD)
    assert reference(tiny, case_id) not in elsewhere.get(address).text
    assert elsewhere.get(f"{address}/cases/{case_id}").status_code == 404
    assert elsewhere.get(progress).status_code == 404
    tiny.recuse(case_id, HEAD)
    assert reference(tiny, case_id) not in head.get(address).text
    assert reference(tiny, case_id) not in head.get(progress).text
    assert head.get(f"{address}/cases/{case_id}").status_code == 404


RULES: Mapping[str, str] = {
    "deadline:registration": "noting",
    "deadline:supplement": "mending",
}


@pytest.fixture
def enter_tiny(tiny: Tiny) -> SignIn:
    app = site.served(tiny.tools, site.Clock(NOW))
    return lambda login: site.signed_in(app, login)


def propose(client: FlaskClient, data: Mapping[str, str] | None = None, wants: int = 303) -> str:
    """Propose to move the cases of the first version to the second: its address, or the page."""
    versions = {"pack": "tiny", "from_version": "1", "to_version": "2"}
    answer = post(client, NEW, f"{NEW}?pack=tiny", **{**versions, **WHY, **(data or {})})
    assert answer.status_code == wants, plain(answer.text)
    return str(answer.headers["Location"]) if wants == 303 else answer.text


def offered(tiny: Tiny, files: PackFiles) -> str:
    """Address of a proposal to move to these files, every case judged, the heads asked."""
    newer.publish(tiny, files)
    wish = Wish(pack="tiny", from_version=1, to_version=2, mapping={}, **WHY)

    def act(ctx: Context) -> str:
        migration_id = proposals.propose(ctx, wish)
        proposals.offer(ctx, migration_id)
        return migration_id

    migration_id = tiny.act(DESIGNER, act)
    rounds.work(tiny.tools, lambda: NOW)
    return f"/migrations/{migration_id}"


def post(client: FlaskClient, path: str, form: str, **data: str) -> TestResponse:
    """Send a form of this page."""
    return client.post(path, data={**data, "csrf_token": site.token(client, form)})


def box(page: str, case_id: str) -> str:
    """What the box beside a case stands for."""
    found = re.search(f'name="case" value="({case_id}:[0-9]+)"', page)
    assert found
    return found[1]


def plain(page: str) -> str:
    """What is read on a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.partition("<main")[2]))


def reference(tiny: Tiny, case_id: str) -> str:
    """What people call the case."""
    with tiny.tools.readers() as session:
        return str(
            session.execute(select(case.c.reference).where(case.c.id == case_id)).scalar_one()
        )


def versions(tiny: Tiny, *ids: str) -> list[int]:
    """Numbers of the versions these cases run on."""
    with tiny.tools.readers() as session:
        wanted = select(case.c.id, PackVersion.version).join(
            PackVersion, PackVersion.id == case.c.pack_version_id
        )
        found = {row.id: row.version for row in session.execute(wanted)}
    return [found[each] for each in ids]


def untouched(tiny: Tiny, case_id: str) -> dict[str, list[Any]]:
    """Every row of the case besides those that say what became of moving it."""
    found = everything(tiny.tools, case_id)
    return {name: rows for name, rows in found.items() if not name.startswith("migration")}


def looks(tiny: Tiny) -> list[str]:
    with tiny.tools.readers() as session:
        return list(session.scalars(select(AuditEvent.verb)))


def ending_after(tiny: Tiny, cases: int) -> Tools:
    """Tools of a process that is told to end once so many cases were begun."""
    left = iter([False] * cases)
    return replace(tiny.tools, is_ending=lambda: next(left, True))
