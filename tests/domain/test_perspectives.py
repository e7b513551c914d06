from dataclasses import replace

import pytest

from server.domain.access import Actor, PostHeld
from server.domain.perspectives import (
    Capacity,
    Matter,
    Perspective,
    Sight,
    Standing,
    Work,
    matter_of,
    sight,
)

DESK = Work(unit_id="desk", role="case_supervision_office")


def actor(*posts: PostHeld) -> Actor:
    return Actor(person_id="he", posts=posts)


def post(unit_id: str, kind: str, *, is_head: bool = False) -> PostHeld:
    return PostHeld(unit_id=unit_id, kind=kind, is_head=is_head)


OFFICIAL = actor(post("desk", "case_supervision_office"))
CHIEF = actor(post("desk", "case_supervision_office", is_head=True))


def seen(who: Actor, standing: Standing) -> Sight:
    found = sight(who, standing)
    assert found is not None
    return found


def readable(who: Actor, standing: Standing) -> set[Matter]:
    return {matter for matter in Matter if seen(who, standing).sees(matter)}


def test_without_any_fact_the_case_does_not_exist() -> None:
    assert sight(OFFICIAL, Standing()) is None


@pytest.mark.parametrize("kind", ["system_admin", "security_admin", "audit_admin", "designer"])
def test_administrators_and_designers_see_no_case_whatever_part_they_have(kind: str) -> None:
    standing = Standing(parts=frozenset({"applicant", "team_lead"}), is_own=True)
    assert sight(actor(post("x", kind)), standing) is None


def test_whoever_is_recused_sees_nothing_any_more() -> None:
    standing = Standing(parts=frozenset({"team_lead"}), work=frozenset({DESK}))
    assert seen(OFFICIAL, standing).is_office
    assert sight(OFFICIAL, replace(standing, is_recused=True)) is None


@pytest.mark.parametrize("part", ["applicant", "subject"])
def test_a_party_is_nothing_else_whatever_posts_he_holds(part: str) -> None:
    found = seen(CHIEF, Standing(parts=frozenset({part, "team_lead"}), work=frozenset({DESK})))
    assert (found.perspective, found.capacities) == (
        Perspective.PARTY,
        frozenset({Capacity.PARTY}),
    )
    assert not any(found.sees(matter) for matter in Matter)
    assert not found.wrote("somebody", "desk")
    assert found.wrote("he", None)


def test_the_person_a_case_is_about_is_party_to_it_even_without_a_part() -> None:
    assert seen(OFFICIAL, Standing(is_own=True, work=frozenset({DESK}))).is_party


def test_a_desk_sees_every_step_but_not_what_the_team_writes_nor_who_voted_how() -> None:
    standing = Standing(work=frozenset({DESK}))
    assert seen(OFFICIAL, standing).is_office
    assert readable(OFFICIAL, standing) == {Matter.OWN, Matter.HANDLING, Matter.DECISION}


def test_the_team_reads_everything_but_the_votes() -> None:
    standing = Standing(parts=frozenset({"team_member"}))
    assert readable(actor(), standing) == set(Matter) - {Matter.VOTES}


def test_the_head_of_an_office_whose_head_decides_reads_as_the_leader_he_is() -> None:
    standing = Standing(work=frozenset({DESK, replace(DESK, head_only=True)}))
    assert readable(CHIEF, standing) == set(Matter)
    assert Matter.NOTES not in readable(OFFICIAL, standing)


def test_a_body_does_not_read_the_notes_of_the_team() -> None:
    member = actor(post("body", "leading_body"))
    standing = Standing(work=frozenset({Work(unit_id="body", role="leading_body")}))
    assert readable(member, standing) == set(Matter) - {Matter.NOTES}


@pytest.mark.parametrize("role", ["audit_office", "expert_panel", "anything_a_pack_invents"])
def test_an_office_that_was_asked_or_is_unknown_sees_only_its_own_papers(role: str) -> None:
    who = actor(post("asked", role))
    standing = Standing(work=frozenset({Work(unit_id="asked", role=role)}))
    found = seen(who, standing)
    assert found.perspective is Perspective.ASKED
    assert readable(who, standing) == set()
    assert found.wrote("a colleague", "asked")


def test_somebody_the_case_appoints_in_another_part_than_the_team_sees_no_more_than_asked() -> None:
    standing = Standing(parts=frozenset({"expert_panel"}))
    assert seen(actor(), standing).perspective is Perspective.ASKED
    assert readable(actor(), standing) == set()


def test_the_archive_sees_the_decision_only() -> None:
    keeper = actor(post("archive", "personnel_archive"))
    standing = Standing(work=frozenset({Work(unit_id="archive", role="personnel_archive")}))
    assert readable(keeper, standing) == {Matter.DECISION}


def test_the_higher_organ_sees_clocks_from_the_rung_and_papers_in_the_end() -> None:
    above = actor(post("above", "supervising_organ"))
    standing = Standing(told=frozenset({"supervising_organ"}))
    assert seen(above, standing).perspective is Perspective.ASKED
    assert readable(above, standing) == set()
    assert readable(above, replace(standing, is_over=True)) == set(Matter) - {
        Matter.NOTES,
        Matter.VOTES,
    }


def test_an_office_that_was_only_told_never_reads_papers() -> None:
    standing = Standing(told=frozenset({"case_supervision_office"}), is_over=True)
    assert readable(OFFICIAL, standing) == set()


def test_the_office_that_opened_a_case_handles_it() -> None:
    assert seen(OFFICIAL, Standing(opened=frozenset({"desk"}))).is_office


@pytest.mark.parametrize(
    ("role", "is_addressed", "matter"),
    [
        ("", False, Matter.OWN),
        ("applicant", False, Matter.OWN),
        ("unit_hr", False, Matter.OWN),
        ("team_lead", False, Matter.NOTES),
        ("team_lead", True, Matter.REPORT),
        ("audit_office", False, Matter.REPORT),
        ("leading_body", True, Matter.VOTES),
        ("case_supervision_office", True, Matter.HANDLING),
        ("deputy_secretary", False, Matter.HANDLING),
    ],
)
def test_a_paper_is_what_its_writer_makes_it(
    role: str,
    is_addressed: bool,
    matter: Matter,
) -> None:
    assert matter_of(role, is_addressed=is_addressed) is matter


def test_what_a_colleague_wrote_for_the_unit_that_applies_is_the_units() -> None:
    parts = frozenset({"applicant"})
    by_unit = seen(OFFICIAL, Standing(parts=parts, unit_parts=parts))
    assert by_unit.wrote("a colleague", None, "applicant")
    assert not by_unit.wrote("somebody", None, "subject")
    assert not seen(OFFICIAL, Standing(parts=parts)).wrote("another applicant", None, "applicant")
