"""The numbers of a campaign against its targets, by level and office, for who answers for it."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import select, update

from server.models.register import campaign, campaign_part, campaign_target, register_entry
from server.services.files import campaign_exports, campaign_lists
from server.services.files.campaign_figures import Figures
from server.services.files.campaign_lists import Pages
from server.services.verbs import campaign_cases, campaigns
from server.services.verbs import campaign_lists as lists
from server.services.verbs.campaigns import Plan
from tests.factories import books
from tests.factories.tiny import ACCEPT, APPLICATION, DESK, HEAD, NOW, Tiny

CITY_HEAD = "city1.case_supervision.head"
OTHER_HEAD = "county2.case_supervision.head"
LATER = NOW + timedelta(hours=1)


def test_cases_and_what_they_entered_are_counted_for_their_share_their_level_and_in_all(
    tiny: Tiny,
) -> None:
    campaign_id, case_id = running(tiny)
    before = numbers(tiny, CITY_HEAD, campaign_id)
    assert before.headings == ("维持容错", "件数", "人数")
    assert (before.total.progress.targets, before.total.progress.rate) == (1, "0%")
    assert before.total.amounts == (0, 0, 0)

    tiny.do(DESK, case_id, "register", ACCEPT, now=LATER)
    found = numbers(tiny, CITY_HEAD, campaign_id)
    assert found.total.amounts == (0, 2, 1)
    assert {line.level: line.amounts for line in found.levels} == {
        "city": (0, 0, 0),
        "county": (0, 2, 1),
    }
    (share,) = [each for each in found.shares.values() if each.progress.targets]
    assert share.amounts == (0, 2, 1)


def test_an_office_reads_the_figures_of_its_locality_and_only_the_progress_of_others(
    tiny: Tiny,
) -> None:
    campaign_id, case_id = running(tiny)
    tiny.do(DESK, case_id, "register", ACCEPT, now=LATER)
    own = numbers(tiny, HEAD, campaign_id)
    assert own.total.amounts == (0, 2, 1)
    other = numbers(tiny, OTHER_HEAD, campaign_id)
    assert other.total.amounts == (0, 0, 0)
    (share,) = [each for each in other.shares.values() if each.progress.targets]
    assert not share.is_answered_for
    assert share.amounts == ()


def test_a_condition_that_cannot_be_asked_makes_its_figure_unknown_and_nothing_else(
    tiny: Tiny,
) -> None:
    campaign_id, case_id = running(tiny, where="=entry.facts")
    tiny.do(DESK, case_id, "register", ACCEPT, now=LATER)
    assert numbers(tiny, CITY_HEAD, campaign_id).total.amounts == (0, 2, None)


def test_what_was_struck_counts_no_more(tiny: Tiny) -> None:
    campaign_id, case_id = running(tiny)
    tiny.do(DESK, case_id, "register", ACCEPT, now=LATER)
    with tiny.tools.writers() as session:
        session.execute(update(register_entry).values(state="struck", struck_by="withdraw"))
        session.commit()
    assert numbers(tiny, CITY_HEAD, campaign_id).total.amounts == (0, 0, 0)


def test_the_spreadsheet_holds_what_the_page_shows_and_names_nobody(tiny: Tiny) -> None:
    campaign_id, case_id = running(tiny)
    tiny.do(DESK, case_id, "register", ACCEPT, now=LATER)
    content = tiny.act(HEAD, lambda ctx: campaign_exports.workbook(ctx, campaign_id, "A1"), LATER)
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    rows: list[Any] = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[3] == [
        *("机构或者层级", "层级", "对象", "已启动", "没有启动", "已办结", "办结率"),
        *("维持容错", "件数", "人数"),
    ]
    assert rows[-1] == ["合计", None, 1, 1, 0, 0, "0%", 0, 2, 1]
    name = tiny.tools.readers().scalars(select(register_entry.c.name)).first()
    assert name
    assert not any(name in str(cell) for row in rows for cell in row)


def test_a_case_that_a_campaign_opened_is_its_target_once(tiny: Tiny) -> None:
    campaign_id, _case = running(tiny, joins=True)
    assert numbers(tiny, CITY_HEAD, campaign_id).total.progress.targets == 1


def numbers(tiny: Tiny, login: str, campaign_id: str) -> Figures:
    """The numbers as this person is shown them."""
    shown = tiny.act(login, lambda ctx: campaign_lists.one(ctx, campaign_id, Pages()), LATER)
    return shown.figures


def running(tiny: Tiny, *, where: str = "", joins: bool = False) -> tuple[str, str]:
    """A campaign of the city with one target in a county, and the case that was opened for him."""

    def change(entries: dict[str, dict[str, dict[str, Any]]]) -> None:
        people = {"key": "people", "title": "人数", "register": "docket", "parties": True}
        entries["campaigns"]["review_week"]["figures"].append(
            {**people, **({"where": where} if where else {})}
        )
        entries["campaigns"]["review_week"]["joins"] = joins

    books.at_work(tiny, change)
    about = tiny.person("county1.audit.1")
    tiny.do(DESK, tiny.open({**APPLICATION, "concerned_person": about}), "register", ACCEPT)
    plan = Plan(
        key="review_week",
        title="2026年回看周",
        from_on=NOW.date(),
        to_on=NOW.date() + timedelta(days=6),
        scope="登记在册的人员",
    )
    campaign_id = tiny.act(CITY_HEAD, lambda ctx: campaigns.hold(ctx, plan))
    campaign_cases.sweep(tiny.tools, LATER)
    with tiny.tools.readers() as session:
        part = session.scalars(
            select(campaign_part.c.id)
            .join(campaign, campaign.c.id == campaign_part.c.campaign_id)
            .where(campaign_part.c.region == "p/c1/d1")
        ).one()
    tiny.act(HEAD, lambda ctx: lists.confirm(ctx, part), LATER)
    assert campaign_cases.sweep(tiny.tools, LATER) == 1
    with tiny.tools.readers() as session:
        opened = session.scalars(
            select(campaign_target.c.case_id).where(campaign_target.c.kind == "person")
        ).one()
    return campaign_id, str(opened)
