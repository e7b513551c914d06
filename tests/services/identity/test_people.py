from datetime import date, datetime

import pytest

from server.adapters.packs import parse, read_folder
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import NotFound
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people, staffing

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("level", "key"),
    [
        ("province", "p.case_supervision"),
        ("city", "city1.case_supervision"),
        ("county", "county1.case_supervision"),
    ],
)
def test_the_competent_office_is_that_of_the_level_above_the_locality(
    tools: Tools, level: str, key: str
) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        for region in ("p/c1/d1", "p/c1/d1/t1"):
            found = people.office(ctx, "case_supervision_office", level=level, region=region)
            assert found is not None
            assert found.key == key


def test_a_locality_above_the_level_has_no_competent_office(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        assert people.office(ctx, "case_supervision_office", level="county", region="p/c1") is None


def test_a_closed_office_is_not_competent(tools: Tools) -> None:
    from_on = date(2026, 3, 1)
    with transaction(tools, SYSTEM, NOW) as ctx:
        staffing.close_unit(ctx, people.unit_by_key(ctx, "county1.petition").id, from_on)
    with reading(tools, SYSTEM, NOW) as ctx:
        assert people.office(ctx, "petition_office", level="county", region="p/c1/d1") is None


def test_every_office_of_the_national_roles_is_found_and_held_in_every_locality(
    tools: Tools,
) -> None:
    pack, _findings = parse(read_folder(tools.config.shipped / "processes" / "_national"))
    assert pack is not None
    wanted = {key for key, role in pack.roles.items() if role.organ not in ("", "unit")}
    places = {"province": ("p",), "city": ("p/c1", "p/c2")}
    places["county"] = ("p/c1/d1", "p/c1/d2", "p/c2/d3")
    with reading(tools, SYSTEM, NOW) as ctx:
        missing = [
            (role, region)
            for role in sorted(wanted)
            for level, regions in places.items()
            for region in regions
            if not headed(ctx, role, level, region)
        ]
    assert missing == []


def test_every_desk_has_three_people(tools: Tools) -> None:
    desks = (
        "petition_office",
        "case_supervision_office",
        "case_trial_office",
        "investigation_office",
        "cadre_supervision_section",
        "party_committee_office",
    )
    with reading(tools, SYSTEM, NOW) as ctx:
        for desk in desks:
            found = people.office(ctx, desk, level="county", region="p/c2/d3")
            assert found is not None
            assert len(people.holders(ctx, found.id, TODAY)) >= 3


def test_holders_are_those_of_the_day_head_first(tools: Tools) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        office = people.unit_by_key(ctx, "county1.case_supervision")
        new = staffing.create_person(ctx, login="new", name="新人")
        staffing.appoint(
            ctx,
            staffing.NewPost(
                person_id=new, unit_id=office.id, title="干部", from_on=date(2026, 3, 3)
            ),
        )
        head = people.holders(ctx, office.id, TODAY, head_only=True)
        ctx.session.flush()
        post = people.posts_on(ctx, head[0].person_id, TODAY)[0]
        staffing.end_post(ctx, post.id, date(2026, 3, 2))

    with reading(tools, SYSTEM, NOW) as ctx:
        today = people.holders(ctx, office.id, TODAY)
        tomorrow = people.holders(ctx, office.id, date(2026, 3, 3))
    assert [holder.is_head for holder in head] == [True]
    assert today[0] == head[0]
    assert new not in {holder.person_id for holder in today}
    assert new in {holder.person_id for holder in tomorrow}
    assert head[0] not in tomorrow


def test_one_person_may_hold_two_posts(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        secretary = people.person_by_login(ctx, "county1.party_secretary.head")
        held = people.posts_on(ctx, secretary.id, TODAY)
    assert {(post.office.kind, post.is_head) for post in held} == {
        ("party_secretary", True),
        ("leading_body", True),
    }


def test_the_main_post_comes_before_those_held_beside_it(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        actor = people.actor(ctx, "county1.case_supervision.head")
        posts = people.posts_on(ctx, actor.person_id, TODAY)
    held = [(post.office.kind, post.is_head) for post in posts]
    assert held[0] == ("case_supervision_office", True)
    assert set(held[1:]) == {("joint_meeting", True), ("special_meeting", False)}


def test_the_own_unit_of_an_official_has_its_head_and_its_personnel_office(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        official = people.person_by_login(ctx, "county1.housing_works.1")
        own = people.own_unit(ctx, official.id, TODAY)
        assert own is not None
        heads = people.office_of_unit(ctx, "unit_head", own.id)
        hr = people.office_of_unit(ctx, "unit_hr", own.id)
    assert (own.key, official.managed_by) == ("county1.housing", "county")
    assert heads is not None
    assert hr is not None
    assert (heads.key, hr.key) == ("county1.housing_head", "county1.housing_hr")


def test_somebody_without_a_post_has_no_unit(tools: Tools) -> None:
    with transaction(tools, SYSTEM, NOW) as ctx:
        person = staffing.create_person(ctx, login="retired", name="退休人员")
        ctx.session.flush()
        assert people.own_unit(ctx, person, TODAY) is None


def test_a_city_managed_cadre_works_in_a_county_unit(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        cadre = people.person_by_login(ctx, "county1.housing_works.3")
        own = people.own_unit(ctx, cadre.id, TODAY)
    assert own is not None
    assert (cadre.managed_by, own.level, own.affiliation) == ("city", "county", "county")


def test_a_vertically_led_unit_belongs_to_the_party_committee_above(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        unit = people.unit_by_key(ctx, "county1.environment_organ")
    assert (unit.level, unit.affiliation) == ("county", "city")


def test_what_does_not_exist_is_not_found(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        for look in (people.person, people.person_by_login, people.actor, people.unit_by_key):
            with pytest.raises(NotFound):
                look(ctx, "nobody")


def test_accounts_come_in_order_with_their_posts(tools: Tools) -> None:
    with reading(tools, SYSTEM, NOW) as ctx:
        found = people.accounts(ctx, TODAY)
    logins = [official.login for official, _posts in found]
    assert logins == sorted(logins)
    assert all(posts for _official, posts in found)


def headed(ctx: Context, role: str, level: str, region: str) -> bool:
    """True when the office exists there and somebody heads it."""
    found = people.office(ctx, role, level=level, region=region)
    return found is not None and bool(people.holders(ctx, found.id, TODAY, head_only=True))
