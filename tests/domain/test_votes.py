"""Quorum, base and majority: DOMAIN scenario 18 as a table, the rest by property."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.decision_rules import Base, Equal
from server.domain.votes import (
    ABSTAIN,
    AGAINST,
    Attendance,
    Ballot,
    Member,
    Rule,
    Share,
    sentence,
    tally,
)

OPTIONS = ("no_pursuit", "lenient", "supplement")
RULE = Rule(
    quorum=Share(numerator=2, denominator=3, at_least=True),
    majority=Share(numerator=1, denominator=2, at_least=False),
    options=OPTIONS,
)


def meeting(total: int, recused: int, present: int) -> list[Member]:
    """A body of so many, the first in the chair; those who are there have voted."""
    return [
        Member(
            person_id=str(number),
            attendance=Attendance.PRESENT
            if number < present
            else Attendance.RECUSED
            if number >= total - recused
            else Attendance.ABSENT,
            has_voted=number < present,
            is_chair=number == 0,
        )
        for number in range(total)
    ]


def cast(votes_for: int, others: int = 0, choice: str = "lenient") -> list[Ballot]:
    """Ballots for no pursuit, and others, by the members in their order."""
    choices = ["no_pursuit"] * votes_for + [choice] * others
    return [Ballot(choice=each, person_id=str(n)) for n, each in enumerate(choices)]


@pytest.mark.parametrize(
    ("total", "recused", "present", "votes_for", "adopted", "line"),
    [
        (9, 1, 6, 5, True, "应到9人，回避1人，基数8人；实到6人≥2/3；赞成5人>1/2，通过"),
        (9, 1, 6, 4, False, "应到9人，回避1人，基数8人；实到6人≥2/3；赞成4人，恰为1/2，未通过"),
        (9, 1, 5, 5, False, "应到9人，回避1人，基数8人；实到5人<2/3；赞成5人>1/2，未通过"),
        (9, 0, 6, 5, True, "应到9人，回避0人，基数9人；实到6人≥2/3；赞成5人>1/2，通过"),
        (9, 0, 6, 4, False, "应到9人，回避0人，基数9人；实到6人≥2/3；赞成4人<1/2，未通过"),
        (3, 0, 2, 2, True, "应到3人，回避0人，基数3人；实到2人≥2/3；赞成2人>1/2，通过"),
    ],
)
def test_scenario_18(
    total: int, recused: int, present: int, votes_for: int, adopted: bool, line: str
) -> None:
    ballots = cast(votes_for, max(present - votes_for, 0))
    counted = tally(RULE, meeting(total, recused, present), ballots)

    assert counted.adopted == ("no_pursuit" if adopted else None)
    assert sentence(counted, "no_pursuit") == line


def test_the_least_number_is_the_first_that_is_enough() -> None:
    assert tally(RULE, meeting(9, 1, 6), cast(5)).quorum_least == 6
    for share in (RULE.quorum, RULE.majority, Share(numerator=2, denominator=3, at_least=False)):
        for whole in range(1, 40):
            least = share.least(whole)
            assert share.reached(least, whole) or least > whole
            assert not share.reached(least - 1, whole)


def test_with_the_base_of_those_present_fewer_votes_do() -> None:
    rule = replace(RULE, base=Base.PRESENT)
    assert tally(rule, meeting(9, 1, 6), cast(4, 2)).adopted == "no_pursuit"
    assert tally(RULE, meeting(9, 1, 6), cast(4, 2)).adopted is None


def test_an_equal_vote_is_the_chairs_where_the_pack_says_so() -> None:
    rule = replace(RULE, equal=Equal.CHAIR)
    members, ballots = meeting(8, 0, 8), cast(4, 4)
    assert tally(rule, members, ballots).adopted == "no_pursuit"
    swapped = [replace(each, person_id=str(7 - int(each.person_id or 0))) for each in ballots]
    assert tally(rule, members, swapped).adopted == "lenient"
    assert tally(RULE, members, ballots).adopted is None


def test_weights_are_votes_and_heads_make_the_quorum() -> None:
    members = [replace(each, weight=3 if each.is_chair else 1) for each in meeting(5, 0, 4)]
    ballots = [Ballot(choice="no_pursuit", weight=3, person_id="0"), *cast(0, 3)[1:]]
    counted = tally(RULE, members, ballots)
    assert (counted.base, counted.members, counted.votes["no_pursuit"]) == (7, 5, 3)
    assert counted.adopted is None
    assert tally(RULE, members, [*ballots, Ballot(choice="no_pursuit")]).adopted == "no_pursuit"


def test_who_left_before_he_voted_does_not_make_up_the_quorum() -> None:
    members = meeting(9, 1, 6)
    members[5] = replace(members[5], attendance=Attendance.LEFT)
    assert tally(RULE, members, cast(5, 1)).is_quorate
    members[5] = replace(members[5], has_voted=False)
    assert not tally(RULE, members, cast(5)).is_quorate


def test_a_share_is_part_of_a_whole() -> None:
    for numerator, denominator in ((3, 2), (-1, 2), (0, 0)):
        with pytest.raises(ValueError, match="no share"):
            Share(numerator=numerator, denominator=denominator, at_least=True)


_CHOICES = st.sampled_from([*OPTIONS, AGAINST, ABSTAIN])


@st.composite
def meetings(draw: st.DrawFn) -> tuple[list[Member], list[Ballot]]:
    """Any body, those there having voted as they like."""
    where = draw(st.lists(st.sampled_from(list(Attendance)), min_size=1, max_size=12))
    members = [
        Member(
            person_id=str(n), attendance=each, has_voted=each is Attendance.PRESENT, is_chair=n == 0
        )
        for n, each in enumerate(where)
    ]
    ballots = [
        Ballot(choice=draw(_CHOICES), person_id=each.person_id)
        for each in members
        if each.has_voted
    ]
    return members, ballots


@given(meetings(), _CHOICES)
def test_whoever_is_recused_never_counts(
    held: tuple[list[Member], list[Ballot]], choice: str
) -> None:
    members, ballots = held
    out = Member(person_id="out", attendance=Attendance.RECUSED, has_voted=True)
    before = tally(RULE, members, ballots)
    after = tally(RULE, [*members, out], [*ballots, Ballot(choice=choice, person_id="out")])

    assert (after.adopted, after.base, after.present, after.votes) == (
        before.adopted,
        before.base,
        before.present,
        before.votes,
    )


@given(meetings())
def test_a_vote_more_for_it_never_takes_it_back(held: tuple[list[Member], list[Ballot]]) -> None:
    members, ballots = held
    adopted = tally(RULE, members, ballots).adopted
    for number, ballot in enumerate(ballots):
        if adopted is not None and ballot.choice != adopted:
            changed = [*ballots]
            changed[number] = replace(ballot, choice=adopted)
            assert tally(RULE, members, changed).adopted == adopted


@given(meetings(), st.randoms(use_true_random=False))
def test_the_result_depends_on_the_ballots_and_not_on_order_or_names(
    held: tuple[list[Member], list[Ballot]], chance: Random
) -> None:
    members, ballots = held
    mixed = [replace(each, person_id=None) for each in ballots]
    chance.shuffle(mixed)
    told, secret = tally(RULE, members, ballots), tally(RULE, members, mixed)

    assert (told.adopted, told.votes, told.abstained) == (
        secret.adopted,
        secret.votes,
        secret.abstained,
    )
    assert secret.adopted is None or secret.votes[secret.adopted] * 2 > secret.base
