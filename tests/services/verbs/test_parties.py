import pytest

from server.domain.access import SYSTEM
from server.domain.errors import Forbidden, Invalid
from server.services.context import Context, reading
from server.services.identity import people
from server.services.verbs import late_parties, parties
from server.services.verbs.appointed import Named
from tests.factories.tiny import ACCEPT, APPLICANT, COLLEAGUE, DESK, NOW, Tiny


def test_a_party_of_the_case_is_not_appointed_to_a_part_in_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    concerned = tiny.person(APPLICANT)
    with pytest.raises(Invalid) as refused:
        tiny.do(DESK, case_id, "verify", {"checker": concerned, "finding": "属实"})
    assert [(one.code, one.field) for one in refused.value.findings] == [
        ("ANSWER_BARRED", "checker")
    ]
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        assert parties.members(ctx, case_id, "checker") == frozenset()


def test_nobody_starts_his_own_matter_for_his_office(tiny: Tiny) -> None:
    own = tiny.person(DESK)
    with reading(tiny.tools, tiny.actor(DESK), NOW) as ctx:
        with pytest.raises(Forbidden):
            parties.refuse_own(ctx, [Named(role="subject", person_id=own)])
        parties.refuse_own(ctx, [Named(role="subject", person_id=tiny.person(COLLEAGUE))])


def test_completing_an_appointing_task_gives_the_role_in_this_case(tiny: Tiny) -> None:
    case_id, other = tiny.open(), tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    someone = tiny.person(COLLEAGUE)
    tiny.do(DESK, case_id, "verify", {"checker": someone, "finding": "属实"})
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        assert parties.members(ctx, case_id, "checker") == {someone}
        assert parties.members(ctx, other, "checker") == frozenset()


def test_a_person_who_does_not_exist_cannot_be_named(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    with pytest.raises(Invalid) as refused:
        tiny.do(DESK, case_id, "verify", {"checker": "nobody", "finding": "属实"})
    assert [finding.field for finding in refused.value.findings] == ["checker"]


def test_a_unit_stands_for_its_personnel_office_and_its_head(tiny: Tiny) -> None:
    case_id = tiny.open()

    def name_unit(ctx: Context) -> None:
        unit = people.unit_by_key(ctx, "county1.housing")
        parties.appoint(ctx, case_id, [Named(role="checker", unit_id=unit.id)])

    tiny.program(name_unit)
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = parties.members(ctx, case_id, "checker")
    assert found == {
        tiny.person(f"county1.{office}.{who}")
        for office, who in (
            ("housing_head", "head"),
            ("housing_hr", "head"),
            ("housing_hr", "1"),
        )
    }


def test_whoever_is_named_twice_has_the_role_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    someone = Named(role="checker", person_id=tiny.person(DESK))
    for _time in range(2):
        tiny.program(lambda ctx: parties.appoint(ctx, case_id, [someone]))
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        assert parties.members(ctx, case_id, "checker") == {tiny.person(DESK)}


def test_a_person_who_applies_for_himself_is_the_one_concerned(tiny: Tiny) -> None:
    case_id = tiny.open()
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = parties.of_case(ctx, case_id)
    assert found.subjects == {tiny.person(APPLICANT)}
    assert found.applicants == frozenset()


def test_a_named_subject_is_concerned_and_the_applicant_is_not(tiny: Tiny) -> None:
    case_id = tiny.open()
    other = Named(role="subject", person_id=tiny.person(COLLEAGUE))
    tiny.program(lambda ctx: parties.concern(ctx, case_id, [other]))
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = parties.of_case(ctx, case_id)
    assert found.subjects == {tiny.person(COLLEAGUE)}
    assert found.applicants == {tiny.person(APPLICANT)}


def test_whom_a_step_names_later_is_concerned_and_a_second_round_puts_another_in_his_place(
    tiny: Tiny,
) -> None:
    case_id = tiny.open()
    other = Named(role="subject", person_id=tiny.person(DESK))
    tiny.program(lambda ctx: parties.concern(ctx, case_id, [other]))

    def name(login: str) -> None:
        named = [Named(role="subject", person_id=tiny.person(login))]
        tiny.program(lambda ctx: late_parties.concern(ctx, case_id, named))

    for login in (COLLEAGUE, COLLEAGUE, DESK):
        name(login)
        with reading(tiny.tools, SYSTEM, NOW) as ctx:
            assert parties.of_case(ctx, case_id).subjects == {tiny.person(login)}


def test_whoever_applied_for_himself_is_named_with_those_a_step_adds(tiny: Tiny) -> None:
    case_id = tiny.open()
    own = Named(role="subject", field="parties", person_id=tiny.person(APPLICANT))
    other = Named(role="subject", field="parties", person_id=tiny.person(COLLEAGUE))
    for _round in range(2):
        with pytest.raises(Invalid) as refused:
            tiny.program(lambda ctx: late_parties.concern(ctx, case_id, [other]))
        assert [each.field for each in refused.value.findings] == ["parties"]
        tiny.program(lambda ctx: late_parties.concern(ctx, case_id, [own, other]))
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = parties.of_case(ctx, case_id).subjects
    assert found == {tiny.person(APPLICANT), tiny.person(COLLEAGUE)}
