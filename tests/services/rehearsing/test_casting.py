from datetime import date

import pytest

from server.domain.access import SYSTEM, Actor
from server.domain.errors import Invalid
from server.domain.packs import PolicyPack
from server.services.context import Context, reading
from server.services.identity import people
from server.services.packs import definitions
from server.services.rehearsing import casting
from server.services.rehearsing.casting import Part
from tests.factories.tiny import ACCEPT, APPLICANT, DESK, HEAD, NOW, Tiny


@pytest.mark.parametrize(
    ("given", "level", "kind"),
    [
        ({"managed_by": "county"}, "county", "official"),
        ({"managed_by": "city"}, "city", "official"),
        ({"managed_by": "township"}, "township", "official"),
        ({}, "county", "official"),
        ({"managed_by": "county", "applicant_kind": "unit"}, "county", "unit_hr"),
    ],
)
def test_an_applicant_is_made_up_to_fit_the_start(
    tiny: Tiny, given: dict[str, str], level: str, kind: str
) -> None:
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = casting.starter(ctx, pack(ctx), Part(by="applicant"), given)
        person = people.person(ctx, found.person_id)
        held = people.posts_on(ctx, found.person_id, date(2026, 2, 12))
    if kind == "unit_hr":
        assert (held[0].office.kind, held[0].office.affiliation) == (kind, level)
    else:
        assert person.managed_by == level


def test_the_same_start_is_played_by_the_same_person(tiny: Tiny) -> None:
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = {
            casting.starter(ctx, pack(ctx), Part(by="applicant"), {"managed_by": "county"})
            for _time in range(3)
        }
    assert len(found) == 1


def test_an_office_that_starts_is_that_of_the_level(tiny: Tiny) -> None:
    role = "case_supervision_office"
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        logins = [
            login_of(ctx, casting.starter(ctx, pack(ctx), part, {"managed_by": "county"}))
            for part in (Part(by=role), Part(by=role, level="city"), Part(by=f"{role}.head"))
        ]
    assert logins == [DESK, "city1.case_supervision.1", HEAD]


def test_the_holder_of_a_task_plays_on_until_it_is_done(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    part = Part(by="case_supervision_office")
    item = tiny.item(case_id, "verify")
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        case = tiny.facts(case_id)
        place = casting.place_of(ctx, case)
        found = casting.actor(ctx, pack(ctx), part, case, item, place)
        assert login_of(ctx, found) == DESK


def test_a_role_of_the_case_is_played_by_whoever_has_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    case = tiny.facts(case_id)
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        place = casting.place_of(ctx, case)
        found = casting.actor(ctx, pack(ctx), Part(by="applicant"), case, None, place)
        assert login_of(ctx, found) == APPLICANT
        with pytest.raises(Invalid):
            casting.actor(ctx, pack(ctx), Part(by="checker"), case, None, place)


def test_names_become_ids_where_a_field_asks_for_somebody(tiny: Tiny) -> None:
    schema = {
        "components": [
            {"type": "textfield", "key": "who", "properties": {"kind": "person"}},
            {"type": "textfield", "key": "where", "properties": {"kind": "unit"}},
            {"type": "textfield", "key": "note"},
            {
                "type": "dynamiclist",
                "path": "team",
                "components": [
                    {"type": "textfield", "key": "member", "properties": {"kind": "person"}}
                ],
            },
        ]
    }
    office = "case_supervision_office"
    given = {
        "who": DESK,
        "where": "county1.housing",
        "note": DESK,
        "team": [{"member": office}, {"member": office}, {"member": f"{office}.head"}],
    }
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = casting.named(ctx, pack(ctx), schema, given, casting.start_place({}))
        unit = people.unit_by_key(ctx, "county1.housing").id
    assert found["who"] == tiny.person(DESK)
    assert found["where"] == unit
    assert found["note"] == DESK
    assert [row["member"] for row in found["team"]] == [
        tiny.person(DESK),
        tiny.person("county1.case_supervision.2"),
        tiny.person(HEAD),
    ]


def test_a_name_that_means_nobody_is_left_for_the_verb_to_refuse(tiny: Tiny) -> None:
    schema = {"components": [{"type": "textfield", "key": "who", "properties": {"kind": "person"}}]}
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = casting.named(ctx, pack(ctx), schema, {"who": "x"}, casting.start_place({}))
    assert found == {"who": "x"}


def pack(ctx: Context) -> PolicyPack:
    return definitions.in_force(ctx, "tiny_matter", date(2026, 2, 12)).pack


def login_of(ctx: Context, actor: Actor) -> str:
    return people.person(ctx, actor.person_id).login
