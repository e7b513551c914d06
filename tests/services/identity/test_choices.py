"""Whom a form may name: the nearest first, found by what is typed, nobody who has no part."""

from server.services.identity import choices
from server.services.identity.choices import Choice, Kind
from tests.factories.tiny import DESK, Tiny


def test_the_nearest_come_first_and_namesakes_can_be_told_apart(tiny: Tiny) -> None:
    found = offered(tiny, "person")

    assert 100 < len(found) <= choices.MOST
    assert all("（" in each.label for each in found)
    own = tiny.actor(DESK)
    assert own.person_id in {each.value for each in found}


def test_every_word_that_is_typed_has_to_fit(tiny: Tiny) -> None:
    name = tiny.actor(DESK).name
    assert [each.value for each in offered(tiny, "person", typed=name)] == [tiny.person(DESK)]
    assert offered(tiny, "person", typed=f"{name} 不存在的单位") == ()
    assert offered(tiny, "person", typed="%") == ()
    assert offered(tiny, "person", typed="\x00") != ()


def test_people_are_found_by_their_organ(tiny: Tiny) -> None:
    found = offered(tiny, "person", typed="云溪县监察委员会 案件监督管理室")
    assert tiny.person(DESK) in {each.value for each in found}
    assert all("云溪县监察委员会" in each.label for each in found)


def test_units_are_organs_and_not_their_offices(tiny: Tiny) -> None:
    found = {each.label for each in offered(tiny, "unit", typed="云溪县")}
    assert "中共云溪县纪律检查委员会、云溪县监察委员会" in found
    assert "案件监督管理室" not in found


def test_administrators_are_not_offered(tiny: Tiny) -> None:
    assert offered(tiny, "person", typed="系统管理岗") == ()


def test_who_is_chosen_already_is_always_among_them(tiny: Tiny) -> None:
    chosen = tiny.person("county3.case_supervision.1")
    (first, *_rest) = offered(tiny, "person", typed="不存在", chosen=(chosen,))
    assert first.value == chosen


def offered(
    tiny: Tiny, kind: Kind, *, typed: str = "", chosen: tuple[str, ...] = ()
) -> tuple[Choice, ...]:
    return tiny.act(DESK, lambda ctx: choices.offered(ctx, kind, typed=typed, chosen=chosen))
