"""A head who is on the list, or whose relative is, does not confirm it: the next above does."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from server.domain.errors import Forbidden, NotFound
from server.models.identity import Person
from server.models.recusal import kinship
from server.models.register import campaign_part, campaign_target
from server.services.context import Context
from server.services.files import campaign_lists as files
from server.services.files.campaign_lists import Pages, Shown
from server.services.verbs import campaign_cases, campaign_heads, campaign_lists, campaigns
from server.services.verbs.campaigns import Plan
from tests.factories import books
from tests.factories.tiny import ACCEPT, APPLICATION, COLLEAGUE, DESK, HEAD, NOW, Tiny

CITY_HEAD = "city1.case_supervision.head"
LATER = NOW + timedelta(hours=1)


def test_a_head_on_the_list_does_not_confirm_it_and_the_next_above_does(tiny: Tiny) -> None:
    campaign_id, part = held(tiny, HEAD)
    with pytest.raises(Forbidden, match="主要负责人或者其近亲属在名单中"):
        tiny.act(HEAD, lambda ctx: campaign_lists.confirm(ctx, part), LATER)
    assert shown(tiny, HEAD, campaign_id).confirms == set()
    above = next_above(tiny, part)
    assert part in shown(tiny, above, campaign_id).confirms
    assert [each.name for each in shown(tiny, above, campaign_id).targets]
    assert tiny.act(above, lambda ctx: campaign_lists.confirm(ctx, part), LATER) == 1
    with pytest.raises(NotFound):
        tiny.act("county2.audit.1", lambda ctx: campaign_lists.confirm(ctx, part), LATER)


def test_a_head_whose_relative_is_on_the_list_keeps_away_as_well(tiny: Tiny) -> None:
    campaign_id, part = held(tiny, "county1.audit.1")
    assert shown(tiny, HEAD, campaign_id).confirms == {part}
    related(tiny, HEAD, "county1.audit.1")
    assert shown(tiny, HEAD, campaign_id).confirms == set()
    with pytest.raises(Forbidden):
        tiny.act(HEAD, lambda ctx: campaign_lists.confirm(ctx, part), LATER)


def test_nobody_sees_himself_or_a_relative_on_the_list_nor_takes_them_from_it(tiny: Tiny) -> None:
    campaign_id, _part = held(tiny, COLLEAGUE)
    target = the_target(tiny)
    assert shown(tiny, COLLEAGUE, campaign_id).total == 0
    assert shown(tiny, DESK, campaign_id).total == 1
    with pytest.raises(Forbidden):
        tiny.act(COLLEAGUE, lambda ctx: campaign_lists.leave_out(ctx, target, reason="无"), LATER)
    related(tiny, DESK, COLLEAGUE)
    assert shown(tiny, DESK, campaign_id).total == 0
    with pytest.raises(Forbidden):
        tiny.act(DESK, lambda ctx: campaign_lists.leave_out(ctx, target, reason="无"), LATER)
    tiny.act(HEAD, lambda ctx: campaign_lists.leave_out(ctx, target, reason="已调离"), LATER)


def test_nobody_takes_the_head_of_his_office_from_the_list_but_the_next_above(tiny: Tiny) -> None:
    _campaign, part = held(tiny, HEAD)
    target, above = the_target(tiny), next_above(tiny, part)
    with pytest.raises(Forbidden):
        tiny.act(DESK, lambda ctx: campaign_lists.leave_out(ctx, target, reason="无"), LATER)
    tiny.act(above, lambda ctx: campaign_lists.leave_out(ctx, target, reason="已调离"), LATER)
    # left out, he keeps nobody away any more
    assert tiny.act(HEAD, lambda ctx: campaign_lists.confirm(ctx, part), LATER) == 0


def shown(tiny: Tiny, login: str, campaign_id: str) -> Shown:
    """The campaign as this person sees it."""
    return tiny.act(login, lambda ctx: files.one(ctx, campaign_id, Pages()), LATER)


def held(tiny: Tiny, about: str) -> tuple[str, str]:
    """A campaign of the city with this person of the county as a target; and the county's share."""
    books.at_work(tiny)
    case_id = tiny.open({**APPLICATION, "concerned_person": tiny.person("county1.petition.1")})
    tiny.do(DESK, case_id, "register", ACCEPT)
    first = NOW.date()
    last = first + timedelta(days=6)
    plan = Plan(key="review_week", title="回看周", scope="在册", from_on=first, to_on=last)
    campaign_id = tiny.act(CITY_HEAD, lambda ctx: campaigns.hold(ctx, plan))
    campaign_cases.sweep(tiny.tools, LATER)
    with tiny.tools.writers() as session:
        session.execute(campaign_target.delete())
        part = session.scalars(
            select(campaign_part.c.id).where(campaign_part.c.region == "p/c1/d1")
        ).one()
        session.execute(
            insert(campaign_target).values(
                id="t1",
                campaign_id=campaign_id,
                part_id=part,
                about="person:x",
                kind="person",
                person_id=tiny.person(about),
                name="名单上的人",
                scope_version=1,
                state="proposed",
                at=NOW,
            )
        )
        session.commit()
    return campaign_id, part


def the_target(tiny: Tiny) -> str:
    with tiny.tools.readers() as session:
        return str(session.scalars(select(campaign_target.c.id)).one())


def next_above(tiny: Tiny, part_id: str) -> str:
    """Login of who confirms it for the office below."""

    def ask(ctx: Context) -> str:
        part = ctx.session.execute(select(campaign_part).where(campaign_part.c.id == part_id)).one()
        found = campaign_heads.confirming(ctx, part)
        assert found.is_above
        (person_id,) = found.people
        return str(person_id)

    person_id: str = tiny.program(ask)
    with tiny.tools.readers() as session:
        return session.scalars(select(Person.login).where(Person.id == person_id)).one()


def related(tiny: Tiny, one: str, other: str) -> None:
    """Record that they are near relatives, both ways."""
    with tiny.tools.writers() as session:
        for at, (first, second) in enumerate(((one, other), (other, one))):
            session.execute(
                insert(kinship).values(
                    id=f"k{at}",
                    person_id=tiny.person(first),
                    relative_id=tiny.person(second),
                    relation="配偶",
                    noted_by=tiny.person("county1.petition.1"),
                    noted_at=NOW,
                )
            )
        session.commit()
