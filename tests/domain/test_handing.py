"""Delegation and hand-over, also as a walk of random acts: nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.access import Actor, Offered, PostHeld
from server.domain.errors import Conflict, Forbidden, RongcuoError
from server.domain.handing import (
    decline,
    delegate,
    hand_over,
    is_delegate,
    recall,
    resolve,
    take_back,
)
from server.domain.lifecycle import CaseStatus, WorkState
from server.domain.work import Work, claim, complete, give_up, transfer

OFFICE = PostHeld(unit_id="u1", kind="desk")
A, B = (Actor(person_id=name, posts=(OFFICE,)) for name in "ab")
HEAD = Actor(person_id="h", posts=(PostHeld(unit_id="u1", kind="desk", is_head=True),))
OTHER = Actor(person_id="o", posts=(PostHeld(unit_id="u2", kind="desk"),))
STRANGER = Actor(person_id="s")
EVERYBODY = (A, B, HEAD, OTHER, STRANGER)
OFFERED = Work(
    state=WorkState.OFFERED,
    case_status=CaseStatus.OPEN,
    offered=Offered(role="desk", unit_id="u1"),
)
THERE = Offered(role="desk", unit_id="u2")


def step(work: Work, verb: str, actor: Actor, to: Actor) -> Work:
    """One act on the item; a delegate who completes hands it back."""
    if verb == "complete":
        done = complete(work, actor)
        return resolve(work) if is_delegate(work, actor) else done
    if verb in ("delegate", "transfer"):
        return {"delegate": delegate, "transfer": transfer}[verb](work, actor, to.person_id)
    return {"claim": claim, "recall": recall, "give_up": give_up}[verb](work, actor)


ACTS = st.tuples(
    st.sampled_from(["claim", "delegate", "complete", "recall", "give_up", "transfer"]),
    st.sampled_from(EVERYBODY),
    st.sampled_from((A, B, HEAD)),
)


@given(st.lists(ACTS, max_size=20))
def test_in_every_walk_the_item_is_with_one_of_its_office_and_the_owner_alone_hands_it_in(
    acts: list[tuple[str, Actor, Actor]],
) -> None:
    work = OFFERED
    for verb, actor, to in acts:
        try:
            after = step(work, verb, actor, to)
        except RongcuoError:
            continue
        assert actor in (A, B, HEAD)
        if after.state is WorkState.DONE:
            assert work.owner_id is None
            return
        assert (after.offered.assignee_id is None) == (after.state is WorkState.OFFERED)
        assert after.offered.assignee_id in (None, "a", "b", "h")
        if after.owner_id is not None:
            assert after.state is WorkState.CLAIMED
            assert after.owner_id in ("a", "b", "h")
        work = after


def test_what_another_office_is_offered_is_taken_back_or_sent_back_until_it_takes_it() -> None:
    mine = claim(OFFERED, A)
    given_away, lying = hand_over(mine, A, THERE)

    assert given_away.state is WorkState.ENDED
    assert take_back(given_away, lying, A, "a") == mine
    assert take_back(given_away, lying, HEAD, "a") == mine
    assert decline(lying, OTHER).state is WorkState.ENDED
    taken = claim(lying, OTHER)
    assert not taken.is_on_its_way
    with pytest.raises(Conflict):
        take_back(given_away, taken, A, "a")
    with pytest.raises(Conflict):
        decline(taken, OTHER)


@pytest.mark.parametrize("actor", [B, OTHER, STRANGER])
def test_only_who_gave_it_or_his_head_takes_it_back(actor: Actor) -> None:
    given_away, lying = hand_over(claim(OFFERED, A), A, THERE)
    with pytest.raises(Forbidden):
        take_back(given_away, lying, actor, "a")


def test_what_lies_between_two_offices_goes_no_further() -> None:
    _given, lying = hand_over(claim(OFFERED, A), A, THERE)
    head = Actor(person_id="x", posts=(PostHeld(unit_id="u2", kind="desk", is_head=True),))
    with pytest.raises(Conflict):
        hand_over(lying, head, THERE)
