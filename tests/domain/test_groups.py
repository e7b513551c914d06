"""A work group under random acts: it always ends, ends once, and ends with what was signed."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import groups
from server.domain.errors import Conflict
from server.domain.groups import Duty, Group, Seat, Turn
from server.domain.lifecycle import WorkState
from server.domain.tallies import Choice, tally
from server.domain.together import Kind, Share, Together, Who

SIGNING = st.sampled_from([Choice.AGREE, Choice.DISAGREE])
ADDED = st.lists(st.sampled_from(sorted(groups.SIGNERS)), max_size=6)


@st.composite
def rules(draw: st.DrawFn) -> Together:
    whole = draw(st.integers(1, 6))
    kind = draw(st.sampled_from(list(Kind)))
    return Together(
        node="sign",
        kind=kind,
        who=Who(of_office=True),
        share=Fraction(draw(st.integers(1, whole)), whole),
        of=draw(st.sampled_from(list(Share))),
        is_early=draw(st.booleans()),
        may_abstain=kind is not Kind.OR_SIGN and draw(st.booleans()),
        abstention_counts=draw(st.booleans()),
        has_main=draw(st.booleans()),
    )


@st.composite
def members(draw: st.DrawFn) -> Group:
    rule = draw(rules())
    weights = draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    seats = [
        Seat(
            id=f"m{number}",
            person_id=f"p{number}",
            duty=Duty.MEMBER,
            position=number if rule.kind is Kind.SEQUENCE else 0,
            weight=weight,
        )
        for number, weight in enumerate(weights)
    ]
    main = [Seat(id="main", person_id="boss")] if rule.has_main else []
    return Group(seats=(*main, *seats), rule=rule)


@given(ADDED, st.data())
def test_a_task_with_signers_always_ends_and_goes_on_once(
    duties: list[Duty], data: st.DataObject
) -> None:
    group = groups.add(
        Group(seats=(Seat(id="main", person_id="boss"),)),
        [Seat(id=f"s{n}", person_id=f"p{n}", duty=duty) for n, duty in enumerate(duties)],
    )
    went, turns = 0, 0
    while went == 0:
        assert groups.offered(group)
        turn = _any(group, data, may_disagree=turns < 12)
        assert "main" in {seat.id for seat in turn.group.seats}
        group, went, turns = _anew(turn, turns), went + turn.goes_on, turns + 1
    assert not group.open_of(Duty.BEFORE, Duty.BESIDE, Duty.AFTER)
    assert turns < 80


def _any(group: Group, data: st.DataObject, *, may_disagree: bool) -> Turn:
    """One act that is possible: hand in, sign, or let somebody off."""
    seat = group.seat(data.draw(st.sampled_from(sorted(groups.offered(group)))))
    if seat.duty is Duty.MAIN:
        return groups.hand_in(group, seat.id)
    waiting = [each.id for each in group.open_of(*groups.SIGNERS)]
    if data.draw(st.integers(0, 4)) == 0:
        return groups.remove(group, [data.draw(st.sampled_from(waiting))])
    return groups.sign(group, seat.id, data.draw(SIGNING) if may_disagree else Choice.AGREE)


def _anew(turn: Turn, number: int) -> Group:
    """The seats of those who sign anew, as a service opens them."""
    seats = [
        Seat(id=f"again{number}-{person}", person_id=person, duty=Duty.AFTER)
        for person in turn.again
    ]
    return groups.add(turn.group, seats) if seats else turn.group


@given(members(), st.data())
def test_those_who_sign_together_end_once_and_with_what_they_said(
    group: Group, data: st.DataObject
) -> None:
    went = 0
    while any(group.seat(each).duty is Duty.MEMBER for each in groups.offered(group)):
        turn = groups.offered(group) - {"main"}
        seat_id = data.draw(st.sampled_from(sorted(turn)))
        assert group.rule is not None
        choices = list(Choice) if group.rule.may_abstain else [Choice.AGREE, Choice.DISAGREE]
        others = [seat for seat in group.open_of(Duty.MEMBER) if seat.id != seat_id]
        if others and data.draw(st.integers(0, 5)) == 0:
            done = groups.excuse(group, seat_id)
        else:
            done = groups.sign(group, seat_id, data.draw(st.sampled_from(choices)))
        group, went = done.group, went + done.goes_on
    assert group.rule is not None
    assert went == (not group.rule.has_main)
    assert group.is_settled
    counted = tally(group.rule, [(seat.weight, seat.choice) for seat in _signed(group)])
    assert group.tally.agree == counted.agree
    assert group.tally.disagree == counted.disagree
    if group.rule.has_main:
        assert groups.hand_in(group, "main").goes_on


def _signed(group: Group) -> list[Seat]:
    return [
        seat for seat in group.seats if seat.duty is Duty.MEMBER and seat.state is WorkState.DONE
    ]


@given(rules(), st.lists(st.tuples(st.integers(1, 3), st.sampled_from([*Choice, None]))))
def test_a_result_that_is_certain_is_the_one_every_end_has(
    rule: Together, said: list[tuple[int, Choice | None]]
) -> None:
    now = tally(rule, said)
    if rule.kind is Kind.OR_SIGN or not now.is_certain:
        return
    for rest in Choice:
        if rest is Choice.ABSTAIN and not rule.may_abstain:
            continue
        end = tally(rule, [(weight, choice or rest) for weight, choice in said])
        assert end.is_agreed == now.is_agreed


@pytest.mark.parametrize(
    ("share", "is_more", "said", "counts", "agreed"),
    [
        ((2, 3), False, (2, 1, 0), True, True),
        ((2, 3), False, (2, 1, 1), True, False),
        ((2, 3), False, (2, 1, 1), False, True),
        ((1, 2), True, (2, 2, 0), True, False),
        ((1, 2), False, (2, 2, 0), True, True),
        ((1, 2), True, (0, 0, 3), False, False),
    ],
)
def test_the_share_is_counted_as_the_pack_says(
    share: tuple[int, int], is_more: bool, said: tuple[int, int, int], counts: bool, agreed: bool
) -> None:
    rule = Together(
        node="sign",
        kind=Kind.VOTE,
        who=Who(of_office=True),
        share=Fraction(*share),
        is_more=is_more,
        may_abstain=True,
        abstention_counts=counts,
    )
    assert tally(rule, list(zip(said, Choice, strict=True))).is_agreed is agreed


def test_nobody_signs_twice_nor_out_of_turn() -> None:
    group = Group(seats=(Seat(id="main", person_id="boss"),))
    one = Seat(id="a", person_id="p", duty=Duty.AFTER)
    with pytest.raises(Conflict):
        groups.add(group, [one, replace(one, id="b")])
    added = groups.add(group, [one])
    with pytest.raises(Conflict):
        groups.sign(added, "a", Choice.AGREE)
    with pytest.raises(Conflict):
        groups.remove(added, ["main"])
    handed_in = groups.hand_in(added, "main").group
    with pytest.raises(Conflict):
        groups.add(handed_in, [Seat(id="c", person_id="q", duty=Duty.BEFORE)])
    with pytest.raises(Conflict):
        groups.hand_in(handed_in, "main")
