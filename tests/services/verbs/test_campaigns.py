"""专项活动: held, reached out, confirmed by each office, its cases opened exactly once."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, NotOffered
from server.models.case import case, case_state
from server.models.register import campaign_part, campaign_scope, campaign_target
from server.services.verbs import campaign_cases, campaign_lists, campaigns, offers
from server.services.verbs.campaigns import Plan
from server.services.verbs.offers import Wish
from tests.factories import books
from tests.factories.tiny import ACCEPT, APPLICATION, DESK, HEAD, NOW, Tiny
from tests.factories.tools import reading_only

CITY_HEAD = "city1.case_supervision.head"
PLAN = Plan(
    key="review_week",
    title="2026年回看周",
    from_on=NOW.date(),
    to_on=NOW.date() + timedelta(days=6),
    scope="本市受理登记在册的人员",
)
LATER = NOW + timedelta(hours=1)


def test_a_campaign_reaches_the_levels_below_and_each_office_confirms_its_own(tiny: Tiny) -> None:
    campaign_id = held(tiny)
    with tiny.tools.readers() as session:
        levels = session.scalars(select(campaign_part.c.level)).all()
    assert sorted(set(levels)) == ["city", "county"]
    assert levels.count("city") == 1

    assert campaign_cases.sweep(tiny.tools, LATER) == 0
    ((name, state, level),) = targets(tiny)
    assert (state, level) == ("proposed", "county")
    assert name

    part = part_of(tiny, "county", "p/c1/d1")
    with pytest.raises(NotFound):
        tiny.act(CITY_HEAD, lambda ctx: campaign_lists.confirm(ctx, part), LATER)
    with pytest.raises(Forbidden):
        tiny.act(DESK, lambda ctx: campaign_lists.confirm(ctx, part), LATER)
    assert tiny.act(HEAD, lambda ctx: campaign_lists.confirm(ctx, part), LATER) == 1

    before = cases(tiny)
    assert campaign_cases.sweep(tiny.tools, LATER) == 1
    # nothing is left: nothing is written
    assert campaign_cases.sweep(reading_only(tiny.tools), LATER) == 0
    assert cases(tiny) == before + 1
    assert [row[1] for row in targets(tiny)] == ["opened"]
    target = target_ids(tiny)[0]
    with pytest.raises(Conflict):
        tiny.act(HEAD, lambda ctx: campaign_lists.leave_out(ctx, target, reason="不列入"), LATER)
    assert campaign_id


def test_a_campaign_opens_cases_of_a_procedure_that_nobody_may_start(tiny: Tiny) -> None:
    held(tiny)
    campaign_cases.sweep(tiny.tools, LATER)
    closed = {"tiny_matter": Wish(is_offered=False, seen=0)}
    tiny.program(lambda ctx: offers.change(ctx, closed, "只在专项活动中启动"))
    with pytest.raises(NotOffered):
        tiny.open(now=LATER)
    part = part_of(tiny, "county", "p/c1/d1")
    tiny.act(HEAD, lambda ctx: campaign_lists.confirm(ctx, part), LATER)
    assert campaign_cases.sweep(tiny.tools, LATER) == 1


def test_whoever_is_left_out_gets_no_case_and_what_is_refused_is_said(tiny: Tiny) -> None:
    held(tiny)
    campaign_cases.sweep(tiny.tools, LATER)
    (target,) = target_ids(tiny)
    with pytest.raises(Invalid):
        tiny.act(HEAD, lambda ctx: campaign_lists.leave_out(ctx, target, reason=" "), LATER)
    tiny.act(HEAD, lambda ctx: campaign_lists.leave_out(ctx, target, reason="已调离"), LATER)
    part = part_of(tiny, "county", "p/c1/d1")
    assert tiny.act(HEAD, lambda ctx: campaign_lists.confirm(ctx, part), LATER) == 0
    assert campaign_cases.sweep(tiny.tools, LATER) == 0


def test_only_the_head_of_the_office_of_the_pack_holds_one_and_says_all_of_it(tiny: Tiny) -> None:
    books.at_work(tiny)
    for login in (DESK, "county1.audit.head", "county1.petition.1"):
        with pytest.raises(Forbidden):
            tiny.act(login, lambda ctx: campaigns.hold(ctx, PLAN))
    wrong = Plan(key="review_week", title="", from_on=NOW.date(), to_on=date(2026, 1, 1), scope="")
    with pytest.raises(Invalid) as refused:
        tiny.act(HEAD, lambda ctx: campaigns.hold(ctx, wrong))
    assert [each.field for each in refused.value.findings] == ["title", "to_on", "scope"]


def test_a_wider_scope_is_a_further_version_and_an_ended_campaign_opens_nothing(
    tiny: Tiny,
) -> None:
    campaign_id = held(tiny)
    campaign_cases.sweep(tiny.tools, LATER)
    widened = "并包括各镇街"
    number = tiny.act(
        CITY_HEAD, lambda ctx: campaigns.widen(ctx, campaign_id, text=widened, seen=None), LATER
    )
    assert number == 2
    part = part_of(tiny, "county", "p/c1/d1")
    tiny.act(HEAD, lambda ctx: campaign_lists.confirm(ctx, part), LATER)
    with pytest.raises(Forbidden):
        tiny.act(HEAD, lambda ctx: campaigns.end(ctx, campaign_id, reason="停", seen=None), LATER)
    tiny.act(CITY_HEAD, lambda ctx: campaigns.end(ctx, campaign_id, reason="停", seen=None), LATER)
    assert campaign_cases.sweep(tiny.tools, LATER) == 0


def test_a_scope_out_of_a_list_is_only_ever_widened(tiny: Tiny) -> None:
    """DOMAIN default 38: what the notice named first stays covered."""

    def change(entries: dict[str, Any]) -> None:
        items = [{"code": code, "text": f"领域{code}"} for code in ("a", "b")]
        entries["lists"]["areas"] = {"title": "领域", "basis": {"default": "x"}, "items": items}
        entries["campaigns"]["review_week"]["scope"] = "areas"

    books.at_work(tiny, change)
    with pytest.raises(Invalid) as refused:
        tiny.act(CITY_HEAD, lambda ctx: campaigns.hold(ctx, PLAN))
    assert [each.field for each in refused.value.findings] == ["codes"]
    narrow = replace(PLAN, codes=("a",))
    campaign_id = tiny.act(CITY_HEAD, lambda ctx: campaigns.hold(ctx, narrow))

    def widened(*codes: str, text: str = "扩大到各领域") -> int:
        return tiny.act(
            CITY_HEAD,
            lambda ctx: campaigns.widen(ctx, campaign_id, text=text, codes=codes, seen=None),
            LATER,
        )

    for codes in (("b",), ("a", "c"), ()):
        with pytest.raises(Invalid) as refused:
            widened(*codes)
        assert [each.field for each in refused.value.findings] == ["codes"], codes
    with pytest.raises(Invalid):
        widened("a", text=PLAN.scope)
    assert widened("a", "b") == 2
    with tiny.tools.readers() as session:
        found = select(campaign_scope.c.codes).order_by(campaign_scope.c.number)
        assert session.scalars(found).all() == [["a"], ["a", "b"]]


def test_somebody_may_be_named_by_hand_once_by_the_office_that_manages_him(tiny: Tiny) -> None:
    campaign_id = held(tiny)
    campaign_cases.sweep(tiny.tools, LATER)
    other = tiny.person("county1.petition.1")
    tiny.act(
        DESK, lambda ctx: campaign_lists.name(ctx, campaign_id, kind="person", who=other), LATER
    )
    with pytest.raises(Conflict):
        tiny.act(
            DESK, lambda ctx: campaign_lists.name(ctx, campaign_id, kind="person", who=other), LATER
        )
    assert [row[1] for row in targets(tiny)] == ["proposed", "proposed"]


def test_a_case_that_comes_in_within_the_period_belongs_to_the_campaign(tiny: Tiny) -> None:
    """DOMAIN scenario 24: half past eleven on the last evening is in, midnight is out."""

    def change(entries: dict[str, dict[str, dict[str, object]]]) -> None:
        entries["campaigns"]["review_week"] |= {"joins": True}
        del entries["campaigns"]["review_week"]["selects"]
        entries["campaigns"]["review_week"]["with"] = {"facts": "回看"}

    books.at_work(tiny, change)
    tiny.act(CITY_HEAD, lambda ctx: campaigns.hold(ctx, PLAN))
    last = datetime.combine(PLAN.to_on, time(23, 30), NOW.tzinfo)
    in_time = tiny.open(now=last)
    tiny.open(now=last + timedelta(minutes=30))
    with tiny.tools.readers() as session:
        assert session.scalars(select(campaign_target.c.case_id)).all() == [in_time]
        told = session.scalars(
            select(case_state.c.variables)
            .join(case, case.c.id == case_state.c.case_id)
            .order_by(case.c.opened_at)
        ).all()
    assert [each["campaign"]["in_period"] for each in told] == [True, False]


def held(tiny: Tiny) -> str:
    """A campaign of the city over a book with one entry of a county."""
    books.at_work(tiny)
    about = tiny.person("county1.audit.1")
    case_id = tiny.open({**APPLICATION, "concerned_person": about})
    tiny.do(DESK, case_id, "register", ACCEPT)
    return tiny.act(CITY_HEAD, lambda ctx: campaigns.hold(ctx, PLAN))


def targets(tiny: Tiny) -> list[tuple[str, str, str]]:
    with tiny.tools.readers() as session:
        rows = session.execute(
            select(campaign_target.c.name, campaign_target.c.state, campaign_part.c.level).join(
                campaign_part, campaign_part.c.id == campaign_target.c.part_id
            )
        )
        return [(row.name, row.state, row.level) for row in rows]


def target_ids(tiny: Tiny) -> list[str]:
    with tiny.tools.readers() as session:
        return list(session.scalars(select(campaign_target.c.id)))


def part_of(tiny: Tiny, level: str, region: str) -> str:
    with tiny.tools.readers() as session:
        wanted = select(campaign_part.c.id).where(
            campaign_part.c.level == level, campaign_part.c.region == region
        )
        return str(session.scalars(wanted).one())


def cases(tiny: Tiny) -> int:
    with tiny.tools.readers() as session:
        return session.scalar(select(func.count()).select_from(case)) or 0
