"""Claim, release and complete: preconditions as one table and as a walk of random acts."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.access import Actor, Offered, PostHeld
from server.domain.errors import Conflict, Forbidden, RongcuoError
from server.domain.lifecycle import CaseStatus, WorkState
from server.domain.recusal import Parties
from server.domain.work import Work, claim, complete, release

POST = PostHeld(unit_id="u1", kind="desk")
MINE = Actor(person_id="a", posts=(POST,))
OTHER = Actor(person_id="b", posts=(POST,))
STRANGER = Actor(person_id="c")
OFFERED = Work(
    state=WorkState.OFFERED,
    case_status=CaseStatus.OPEN,
    offered=Offered(role="desk", unit_id="u1"),
)


def test_claiming_puts_the_item_in_my_hands_and_releasing_gives_it_back() -> None:
    mine = claim(OFFERED, MINE)

    assert mine.state is WorkState.CLAIMED
    assert mine.offered.assignee_id == "a"
    assert release(mine, MINE) == OFFERED
    assert complete(mine, MINE).state is WorkState.DONE


def test_claiming_a_claimed_item_is_a_conflict() -> None:
    mine = claim(OFFERED, MINE)

    with pytest.raises(Conflict, match="他人"):
        claim(mine, OTHER)
    with pytest.raises(Conflict, match="您已经"):
        claim(mine, MINE)


def test_what_somebody_left_behind_is_claimed_by_another() -> None:
    left = replace(claim(OFFERED, OTHER), is_abandoned=True)

    assert claim(left, MINE) == claim(OFFERED, MINE)


def test_a_stranger_cannot_claim() -> None:
    with pytest.raises(Forbidden):
        claim(OFFERED, STRANGER)


def test_the_person_concerned_cannot_claim() -> None:
    with pytest.raises(Forbidden, match="回避"):
        claim(replace(OFFERED, parties=Parties(subjects=frozenset({"a"}))), MINE)


def test_who_became_a_party_after_claiming_cannot_complete() -> None:
    mine = claim(OFFERED, MINE)

    with pytest.raises(Forbidden, match="回避"):
        complete(replace(mine, parties=Parties(applicants=frozenset({"a"}))), MINE)


def test_who_lost_the_post_cannot_complete() -> None:
    with pytest.raises(Forbidden, match="任职"):
        complete(claim(OFFERED, MINE), Actor(person_id="a"))


def test_an_unclaimed_item_is_not_completed() -> None:
    with pytest.raises(Conflict, match="签收"):
        complete(OFFERED, MINE)


def test_the_item_of_another_is_a_conflict() -> None:
    mine = claim(OFFERED, MINE)

    with pytest.raises(Conflict):
        complete(mine, OTHER)
    with pytest.raises(Conflict):
        release(mine, OTHER)


@pytest.mark.parametrize("status", [CaseStatus.SUSPENDED, CaseStatus.CLOSED, CaseStatus.CANCELLED])
def test_nothing_is_done_in_a_case_that_stands_still(status: CaseStatus) -> None:
    for act, work in ((claim, OFFERED), (release, claim(OFFERED, MINE))):
        with pytest.raises(Conflict):
            act(replace(work, case_status=status), MINE)


@settings(max_examples=60)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from([claim, release, complete]), st.sampled_from([MINE, OTHER])),
        max_size=12,
    )
)
def test_an_item_ends_once_and_has_an_assignee_exactly_while_claimed_or_done(
    acts: list[tuple[object, Actor]],
) -> None:
    work, ends = OFFERED, 0
    for act, actor in acts:
        assert callable(act)
        try:
            work = act(work, actor)
        except RongcuoError:
            continue
        ends += work.state is WorkState.DONE
        assert (work.offered.assignee_id is None) == (work.state is WorkState.OFFERED)
        assert work.offered.assignee_id in (None, actor.person_id)
    assert ends <= 1
