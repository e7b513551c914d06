"""The lists of an official as pages."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import delete

from server.domain.access import SYSTEM
from server.domain.proposals import ProposalKind
from server.models.identity import Post
from server.services.context import Tools, reading, transaction
from server.services.identity import people, proposals
from server.services.verbs import cases
from tests.factories.site import MONDAY, Clock

APPLICANT = "county1.housing_works.1"
DESK = "county1.case_supervision.1"
HEAD = "county1.case_supervision.head"
STRANGER = "county1.petition.1"

SignIn = Callable[[str], FlaskClient]

APPLICATION: Mapping[str, Any] = {
    "applicant_kind": "person",
    "managed_by": "county",
    "sanction_type": "discipline",
}


def test_new_work_stands_in_the_queue_with_its_day_and_who_sent_it(
    case_id: str, sign_in: SignIn
) -> None:
    page = opened(sign_in(DESK), "/inbox?view=queue")
    row = at(page, "//tr[@data-row]")[0]
    text = " ".join(row.text_content().split())
    assert "受理登记" in text
    assert "提出" in text
    assert "未签收" in text
    assert "个工作日" in text
    assert at(page, "//ul[@class='tabs']//a[@aria-current]")[0].text_content().split() == [
        "本室待领",
        "1",
    ]
    assert case_id


def test_a_row_leads_to_the_declaration_of_a_claim_and_the_work_is_then_mine(
    case_id: str, sign_in: SignIn
) -> None:
    browser = sign_in(DESK)
    queue = opened(browser, "/inbox?view=queue")
    assert at(queue, "//tr//form[contains(@action, '/claim')]") == []
    (link,) = at(queue, "//tr//a[contains(., '声明并签收')]/@href")
    (form,) = at(opened(browser, link), "//form[contains(@action, '/claim')]")
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    assert browser.post(form.get("action"), data=fields).status_code == 303
    assert rows(opened(browser, "/inbox?view=queue")) == 0
    mine = opened(browser, "/inbox")
    assert rows(mine) == 1
    assert "办理" in at(mine, "//tr[@data-row]")[0].text_content()
    assert case_id


def test_a_reset_that_waits_for_the_head_stands_above_his_work(
    sign_in: SignIn, demo_tools: Tools
) -> None:
    """Where a site has one security administrator left, the head of the office is the second."""
    with reading(demo_tools, SYSTEM, MONDAY) as ctx:
        admin = people.actor(ctx, "p.security_admin.head")
        forgetful = people.person_by_login(ctx, DESK).id
        second = people.person_by_login(ctx, "p.security_admin.1").id
    with transaction(demo_tools, admin, MONDAY) as ctx:
        proposals.propose(ctx, ProposalKind.RESET_SECRET, person_id=forgetful, reason="忘记口令")
        ctx.session.execute(delete(Post).where(Post.person_id == second))
    told = "有1项重置口令须您作为第二人批准"
    assert at(opened(sign_in(HEAD), "/inbox"), f"//a[text()='{told}']")
    assert told not in sign_in(DESK).get("/inbox").text
    assert told not in sign_in(f"{STRANGER[:-1]}head").get("/inbox").text


def test_a_row_opens_to_its_counted_days(case_id: str, sign_in: SignIn) -> None:
    browser = sign_in(DESK)
    link = at(opened(browser, "/inbox?view=queue"), "//a[@data-key='o']/@href")[0]
    page = opened(browser, link)
    assert at(page, "//ol[@class='days']/li[@aria-current='date']")
    assert "次日起算" in at(page, "//p[@class='worked']")[0].text_content()
    assert at(page, "//a[@data-key='o']")[0].get("aria-expanded") == "true"
    assert rows(opened(browser, at(page, "//a[@data-key='o']/@href")[0])) == 1
    assert case_id


def test_the_part_of_the_page_is_the_page_without_its_frame(case_id: str, sign_in: SignIn) -> None:
    browser = sign_in(DESK)
    whole = opened(browser, "/inbox?view=queue")
    part = browser.get("/inbox?view=queue", headers={"HX-Request": "true"})
    fragment: Any = html.fromstring(f"<div>{part.get_data(as_text=True)}</div>")
    assert not at(fragment, "//header")
    assert texts(fragment, "//table//tr") == texts(whole, "//table//tr")
    assert case_id


def test_overdue_work_is_red_on_the_first_moment_of_the_day_after(
    case_id: str, sign_in: SignIn, clock: Clock
) -> None:
    clock.forward(days=30)
    page = opened(sign_in(HEAD), "/inbox?view=queue")
    text = at(page, "//tr[@data-row]")[0].text_content()
    assert "超过提示" in text
    assert not at(page, "//tr[contains(@class, 'overdue')]")
    assert rows(opened(sign_in(HEAD), "/inbox?view=overdue")) == 0
    assert case_id


@pytest.mark.parametrize("view", ["mine", "queue", "overdue", "done"])
def test_an_empty_list_says_why_and_what_to_do(sign_in: SignIn, view: str) -> None:
    page = opened(sign_in(STRANGER), f"/inbox?view={view}")
    assert len(at(page, "//div[@class='empty']")[0].text_content().strip()) > 20


def test_a_filter_that_finds_nothing_can_be_cleared(case_id: str, sign_in: SignIn) -> None:
    page = opened(sign_in(DESK), "/inbox?view=queue&reference=没有")
    assert "没有符合筛选条件的待办" in page.text_content()
    assert at(page, "//div[@class='empty']//a/@href") == ["/inbox?view=queue"]
    assert case_id


def test_a_page_past_the_end_leads_back(case_id: str, sign_in: SignIn) -> None:
    page = opened(sign_in(DESK), "/inbox?view=queue&page=9")
    assert at(page, "//div[@class='empty']//a/@href") == ["/inbox?view=queue&page=1"]
    assert case_id


@pytest.mark.parametrize(
    "odd",
    [
        "view=all",
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999999999999",
        "urgency=never",
        "step=%00",
        "unit=%27",
        "reference=%25_",
        "open=x",
        "new=1",
    ],
)
def test_words_that_mean_nothing_break_nothing(sign_in: SignIn, odd: str) -> None:
    assert sign_in(DESK).get(f"/inbox?{odd}").status_code == 200


def test_what_came_since_the_last_sign_in_is_counted(
    demo_tools: Tools, sign_in: SignIn, clock: Clock
) -> None:
    sign_in(DESK)
    clock.forward(hours=1)
    apply(demo_tools, clock())
    clock.forward(hours=1)
    browser = sign_in(DESK)
    assert "新到 1" in words(opened(browser, "/inbox"))
    assert rows(opened(browser, "/inbox?view=queue&new=1")) == 1
    clock.forward(hours=1)
    assert "没有新到的待办" in words(opened(sign_in(DESK), "/inbox"))


def test_heads_read_from_november_that_next_year_is_missing(sign_in: SignIn, clock: Clock) -> None:
    assert "尚未导入" not in words(opened(sign_in(HEAD), "/inbox"))
    clock.moment = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
    for address in ("/inbox", "/board"):
        assert "2027年放假安排尚未导入" in words(opened(sign_in(HEAD), address))
    assert "尚未导入" not in words(opened(sign_in(DESK), "/inbox"))


def test_administrators_have_no_lists(sign_in: SignIn) -> None:
    assert sign_in("p.audit_admin.head").get("/inbox").status_code == 403


def opened(browser: FlaskClient, address: str) -> Any:
    answer = browser.get(address)
    assert answer.status_code == 200
    return html.fromstring(answer.get_data(as_text=True))


def at(page: Any, path: str) -> list[Any]:
    return list(page.xpath(path))


def rows(page: Any) -> int:
    return len(at(page, "//tr[@data-row]"))


def texts(page: Any, path: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in at(page, path)]


def words(page: Any) -> str:
    return " ".join(page.text_content().split())


def apply(tools: Tools, now: datetime) -> str:
    with reading(tools, SYSTEM, now) as ctx:
        actor = people.actor(ctx, APPLICANT)
    with transaction(tools, actor, now) as ctx:
        return cases.open_case(ctx, "nanyang_five_step", APPLICATION)


@pytest.fixture
def case_id(demo_tools: Tools) -> str:
    """A case whose application has come in."""
    return apply(demo_tools, MONDAY)
