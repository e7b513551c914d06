from dataclasses import replace
from functools import partial

import pytest

from server.domain.access import Actor, PostHeld
from server.domain.perspectives import (
    Matter,
    Perspective,
    Sight,
    Standing,
    Work,
    matter_of,
    sight,
)
from server.domain.roles import Capacities, Capacity, capacity_of

#: roles of an invented pack
ROLES: Capacities = {
    "intake": Capacity.DESK,
    "team_lead": Capacity.TEAM,
    "deciders": Capacity.BODY,
    "asked_office": Capacity.CONSULTED,
    "store": Capacity.ARCHIVE,
    "above": Capacity.HIGHER,
    "watchers": Capacity.OUTSIDE,
    "own_office": Capacity.UNIT,
    "signer": Capacity.LEADER,
    "letters": Capacity.PETITION,
}
stands = partial(Standing, roles=ROLES)

DESK = Work(unit_id="desk", role="intake")


def actor(*posts: PostHeld) -> Actor:
    return Actor(person_id="he", posts=posts)


def post(unit_id: str, kind: str, *, is_head: bool = False) -> PostHeld:
    return PostHeld(unit_id=unit_id, kind=kind, is_head=is_head)


OFFICIAL = actor(post("desk", "intake"))
CHIEF = actor(post("desk", "intake", is_head=True))


def seen(who: Actor, standing: Standing) -> Sight:
    found = sight(who, standing)
    assert found is not None
    return found


def readable(who: Actor, standing: Standing) -> set[Matter]:
    return {matter for matter in Matter if seen(who, standing).sees(matter)}


def test_without_any_fact_the_case_does_not_exist() -> None:
    assert sight(OFFICIAL, stands()) is None


@pytest.mark.parametrize("kind", ["system_admin", "security_admin", "audit_admin", "designer"])
def test_administrators_and_designers_see_no_case_whatever_part_they_have(kind: str) -> None:
    standing = stands(parts=frozenset({"applicant", "team_lead"}), is_own=True)
    assert sight(actor(post("x", kind)), standing) is None


def test_whoever_is_recused_sees_nothing_any_more() -> None:
    standing = stands(parts=frozenset({"team_lead"}), work=frozenset({DESK}))
    assert seen(OFFICIAL, standing).is_office
    assert sight(OFFICIAL, replace(standing, is_recused=True)) is None


@pytest.mark.parametrize("part", ["applicant", "subject"])
def test_a_party_is_nothing_else_whatever_posts_he_holds(part: str) -> None:
    found = seen(CHIEF, stands(parts=frozenset({part, "team_lead"}), work=frozenset({DESK})))
    assert (found.perspective, found.capacities) == (
        Perspective.PARTY,
        frozenset({Capacity.PARTY}),
    )
    assert not any(found.sees(matter) for matter in Matter)
    assert not found.wrote("somebody", "desk")
    assert found.wrote("he", None)


def test_the_person_a_case_is_about_is_party_to_it_even_without_a_part() -> None:
    assert seen(OFFICIAL, stands(is_own=True, work=frozenset({DESK}))).is_party


def test_a_desk_sees_every_step_but_not_what_the_team_writes_nor_who_voted_how() -> None:
    standing = stands(work=frozenset({DESK}))
    assert seen(OFFICIAL, standing).is_office
    assert readable(OFFICIAL, standing) == {Matter.OWN, Matter.HANDLING, Matter.DECISION}


def test_the_team_reads_everything_but_the_votes() -> None:
    standing = stands(parts=frozenset({"team_lead"}))
    assert readable(actor(), standing) == set(Matter) - {Matter.VOTES}


def test_the_head_of_an_office_whose_head_decides_reads_as_the_leader_he_is() -> None:
    standing = stands(work=frozenset({DESK, replace(DESK, head_only=True)}))
    assert readable(CHIEF, standing) == set(Matter)
    assert Matter.NOTES not in readable(OFFICIAL, standing)


def test_a_body_does_not_read_the_notes_of_the_team() -> None:
    member = actor(post("body", "deciders"))
    standing = stands(work=frozenset({Work(unit_id="body", role="deciders")}))
    assert readable(member, standing) == set(Matter) - {Matter.NOTES}


def test_a_role_outside_of_cases_gives_no_sight_whatever_work_it_has() -> None:
    watcher = actor(post("watch", "watchers"))
    watching = Work(unit_id="watch", role="watchers")
    assert sight(watcher, stands(work=frozenset({watching}))) is None
    assert sight(watcher, stands(work=frozenset({watching}), opened=frozenset({"watch"}))) is None


@pytest.mark.parametrize("part", ["applicant", "subject"])
def test_whom_a_case_is_about_is_party_even_where_a_pack_says_otherwise(part: str) -> None:
    assert capacity_of({part: Capacity.LEADER}, part) is Capacity.PARTY


def test_the_petition_desk_reads_what_was_handed_in_and_nothing_else() -> None:
    clerk = actor(post("letters", "letters"))
    standing = stands(work=frozenset({Work(unit_id="letters", role="letters")}))
    assert seen(clerk, standing).perspective is Perspective.ASKED
    assert readable(clerk, standing) == {Matter.OWN}


@pytest.mark.parametrize("role", ["asked_office", "own_office", "a_role_no_pack_knows"])
def test_an_office_that_was_asked_or_is_unknown_sees_only_its_own_papers(role: str) -> None:
    who = actor(post("asked", role))
    standing = stands(work=frozenset({Work(unit_id="asked", role=role)}))
    found = seen(who, standing)
    assert found.perspective is Perspective.ASKED
    assert readable(who, standing) == set()
    assert found.wrote("a colleague", "asked")


def test_somebody_the_case_appoints_in_another_part_than_the_team_sees_no_more_than_asked() -> None:
    standing = stands(parts=frozenset({"expert_panel"}))
    assert seen(actor(), standing).perspective is Perspective.ASKED
    assert readable(actor(), standing) == set()


def test_the_archive_sees_the_decision_only() -> None:
    keeper = actor(post("archive", "store"))
    standing = stands(work=frozenset({Work(unit_id="archive", role="store")}))
    assert readable(keeper, standing) == {Matter.DECISION}


def test_the_higher_organ_sees_clocks_from_the_rung_and_papers_in_the_end() -> None:
    above = actor(post("above", "above"))
    standing = stands(told=frozenset({"above"}))
    assert seen(above, standing).perspective is Perspective.ASKED
    assert readable(above, standing) == set()
    assert readable(above, replace(standing, is_over=True)) == set(Matter) - {
        Matter.NOTES,
        Matter.VOTES,
    }


def test_an_office_that_was_only_told_never_reads_papers() -> None:
    standing = stands(told=frozenset({"intake"}), is_over=True)
    assert readable(OFFICIAL, standing) == set()


def test_the_office_that_opened_a_case_handles_it() -> None:
    assert seen(OFFICIAL, stands(opened=frozenset({"desk"}))).is_office


@pytest.mark.parametrize(
    ("role", "is_addressed", "matter"),
    [
        ("", False, Matter.OWN),
        ("applicant", False, Matter.OWN),
        ("own_office", False, Matter.OWN),
        ("team_lead", False, Matter.NOTES),
        ("team_lead", True, Matter.REPORT),
        ("asked_office", False, Matter.REPORT),
        ("deciders", True, Matter.VOTES),
        ("intake", True, Matter.HANDLING),
        ("signer", False, Matter.HANDLING),
    ],
)
def test_a_paper_is_what_its_writer_makes_it(
    role: str,
    is_addressed: bool,
    matter: Matter,
) -> None:
    writer = capacity_of(ROLES, role) if role else None
    assert matter_of(writer, is_addressed=is_addressed) is matter


def test_what_a_colleague_wrote_for_the_unit_that_applies_is_the_units() -> None:
    parts = frozenset({"applicant"})
    by_unit = seen(OFFICIAL, stands(parts=parts, unit_parts=parts))
    assert by_unit.wrote("a colleague", None, "applicant")
    assert not by_unit.wrote("somebody", None, "subject")
    assert not seen(OFFICIAL, stands(parts=parts)).wrote("another applicant", None, "applicant")
