"""The closed table of permissions, and what posts give."""

import pytest

from server.domain.access import (
    SYSTEM,
    Actor,
    Offered,
    Opening,
    Permission,
    PostHeld,
    holds_role,
    is_candidate,
    permits,
)

DESK = PostHeld(unit_id="u1", kind="case_supervision_office")
HEAD = PostHeld(unit_id="u1", kind="case_supervision_office", is_head=True)
OFFICIAL = Actor(person_id="a", posts=(DESK,))
LEADER = Actor(person_id="b", posts=(HEAD,))
STRANGER = Actor(person_id="c")
ITEM = Offered(role="case_supervision_office", unit_id="u1")


def test_an_item_is_offered_to_everybody_with_a_post_in_the_unit() -> None:
    assert is_candidate(OFFICIAL, ITEM)
    assert is_candidate(LEADER, ITEM)
    assert not is_candidate(STRANGER, ITEM)


def test_the_same_office_elsewhere_gives_nothing() -> None:
    elsewhere = Actor(
        person_id="d", posts=(PostHeld(unit_id="u2", kind="case_supervision_office"),)
    )

    assert not permits(elsewhere, Permission.WORK_CLAIM, ITEM)


def test_an_item_for_the_head_is_for_holders_of_the_heads_post_only() -> None:
    item = Offered(role="case_supervision_office", unit_id="u1", head_only=True)

    assert not permits(OFFICIAL, Permission.WORK_CLAIM, item)
    assert permits(LEADER, Permission.WORK_CLAIM, item)


def test_an_item_for_people_of_the_case_is_for_them_whatever_posts_others_hold() -> None:
    item = Offered(role="team_lead", people=frozenset({"c"}))

    assert permits(STRANGER, Permission.WORK_CLAIM, item)
    assert not permits(OFFICIAL, Permission.WORK_CLAIM, item)


@pytest.mark.parametrize("permission", [Permission.WORK_RELEASE, Permission.WORK_COMPLETE])
def test_an_item_in_hand_is_its_assignees(permission: Permission) -> None:
    mine = Offered(role="case_supervision_office", unit_id="u1", assignee_id="a")

    assert permits(OFFICIAL, permission, mine)
    assert permits(Actor(person_id="z", on_behalf_of="a", posts=(DESK,)), permission, mine)
    assert not permits(LEADER, permission, mine)
    assert not permits(OFFICIAL, permission, ITEM)
    assert not permits(Actor(person_id="a"), permission, mine)


def test_a_case_is_opened_in_a_role_that_may_start_it() -> None:
    by_desk = Opening(roles=frozenset({"case_supervision_office"}))

    assert permits(OFFICIAL, Permission.CASE_OPEN, by_desk)
    assert not permits(STRANGER, Permission.CASE_OPEN, by_desk)
    assert permits(STRANGER, Permission.CASE_OPEN, Opening(roles=frozenset({"applicant"})))
    assert not permits(SYSTEM, Permission.CASE_OPEN, Opening(roles=frozenset({"applicant"})))
    assert not permits(OFFICIAL, Permission.CASE_OPEN, Opening(roles=frozenset()))


def test_a_head_role_asks_for_the_heads_post() -> None:
    assert holds_role(LEADER, "case_supervision_office.head")
    assert not holds_role(OFFICIAL, "case_supervision_office.head")


@pytest.mark.parametrize("permission", [Permission.TIMERS_SWEEP, Permission.MESSAGE_DELIVER])
def test_only_the_program_sweeps_and_delivers(permission: Permission) -> None:
    assert permits(SYSTEM, permission)
    assert not permits(LEADER, permission)


@pytest.mark.parametrize("permission", list(Permission))
def test_every_permission_has_its_rule_and_a_stranger_without_target_nothing(
    permission: Permission,
) -> None:
    assert not permits(STRANGER, permission)
