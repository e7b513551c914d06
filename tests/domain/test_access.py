"""The closed table of permissions, and what posts give."""

import pytest

from server.domain.access import (
    ADMINISTRATORS,
    DESIGNER,
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


#: doors that open to everybody with an account: behind them sight follows the person
OPEN_DOORS = {Permission.ANYBODY, Permission.ACCOUNT, Permission.CASE_READ}


@pytest.mark.parametrize("permission", list(Permission))
def test_every_permission_has_its_rule_and_a_stranger_passes_the_open_doors_only(
    permission: Permission,
) -> None:
    assert permits(STRANGER, permission) is (permission in OPEN_DOORS)


@pytest.mark.parametrize("kind", sorted(ADMINISTRATORS | {DESIGNER}))
def test_administrators_and_designers_have_no_door_to_cases(kind: str) -> None:
    actor = Actor(person_id="p", posts=(PostHeld(unit_id="u", kind=kind, is_head=True),))
    doors = (Permission.CASE_READ, Permission.BOARD_READ, Permission.LEDGER_READ)
    assert not any(permits(actor, door) for door in doors)


def test_the_program_itself_looks_at_no_page() -> None:
    assert not permits(SYSTEM, Permission.ACCOUNT)
    assert not permits(SYSTEM, Permission.CASE_READ)


@pytest.mark.parametrize(
    ("kind", "duty"),
    [
        ("system_admin", Permission.SYSTEM_ADMINISTER),
        ("security_admin", Permission.SECURITY_ADMINISTER),
        ("audit_admin", Permission.AUDIT_READ),
        ("designer", Permission.PACK_PUBLISH),
    ],
)
def test_each_duty_opens_its_own_door_and_no_other(kind: str, duty: Permission) -> None:
    actor = Actor(person_id="p", posts=(PostHeld(unit_id="u", kind=kind),))
    duties = {
        Permission.SYSTEM_ADMINISTER,
        Permission.SECURITY_ADMINISTER,
        Permission.AUDIT_READ,
        Permission.PACK_PUBLISH,
    }
    assert {each for each in duties if permits(actor, each)} == {duty}
