"""Is it adopted: quorum, base and majority of a collective decision (DOMAIN section 7 no. 15).

Whole numbers only: a fraction is never rounded, so exactly two thirds are two thirds. The result
depends on who is a member, who is there, and the ballots; never on their order. Whoever is recused
counts nowhere.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from server.domain.decision_rules import Base, Equal
from server.domain.texts import _

#: choices besides the options of the question
AGAINST: Final = "against"
ABSTAIN: Final = "abstain"


class Attendance(StrEnum):
    """Where a member is."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    ABSENT = "absent"
    #: was there and left; his vote counts if he had given it
    LEFT = "left"
    RECUSED = "recused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A part of a whole that has to be reached."""

    numerator: int
    denominator: int
    #: reached by the part itself; else only by more than it
    at_least: bool

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator or self.denominator < 1:
            raise ValueError("no share of a whole")

    def reached(self, part: int, whole: int) -> bool:
        """Is this part of the whole enough."""
        has, needs = part * self.denominator, whole * self.numerator
        return has >= needs if self.at_least else has > needs

    def equals(self, part: int, whole: int) -> bool:
        """Is it exactly the share."""
        return part * self.denominator == whole * self.numerator

    def least(self, whole: int) -> int:
        """The smallest whole number that is enough."""
        down, rest = divmod(whole * self.numerator, self.denominator)
        return down + (1 if rest or not self.at_least else 0)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """By which numbers it is decided."""

    quorum: Share
    majority: Share
    base: Base = Base.MEMBERS
    equal: Equal = Equal.NOT_ADOPTED
    chair_last: bool = True
    #: codes of what can be decided
    options: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One member of the body at the meeting."""

    person_id: str
    attendance: Attendance
    has_voted: bool = False
    is_chair: bool = False
    weight: int = 1

    @property
    def counts(self) -> bool:
        """Is he one of those the fractions are taken of."""
        return self.attendance is not Attendance.RECUSED

    @property
    def is_there(self) -> bool:
        """Does he make up the quorum: he is there, or left after he had voted."""
        return self.attendance is Attendance.PRESENT or (
            self.attendance is Attendance.LEFT and self.has_voted
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """One vote: for an option, against, or an abstention; no name in a secret vote."""

    choice: str
    weight: int = 1
    person_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What was counted, and what it comes to."""

    rule: Rule
    #: heads
    total: int
    recused: int
    members: int
    present: int
    quorum_least: int
    is_quorate: bool
    #: votes
    base: int
    least: int
    votes: Mapping[str, int] = field(default_factory=dict)
    abstained: int
    #: members who are there and have not voted
    waiting: int
    #: the option with enough votes, None: nothing is adopted
    adopted: str | None

    @property
    def is_complete(self) -> bool:
        """Has everybody voted who is there."""
        return self.present > 0 and self.waiting == 0

    @property
    def margin(self) -> int:
        """How many fewer votes would still do; 0 for a result that hangs on each."""
        return 0 if self.adopted is None else max(self.votes[self.adopted] - self.least, 0)

    def against(self, option: str) -> int:
        """Votes that were given and are neither for this option nor abstentions."""
        return sum(count for choice, count in self.votes.items() if choice != option)


def tally(rule: Rule, members: Sequence[Member], ballots: Sequence[Ballot]) -> Tally:
    """The count. Ballots of whoever is recused by now are left out, as far as they have a name."""
    counting = [each for each in members if each.counts]
    out = {each.person_id for each in members if not each.counts}
    valid = [each for each in ballots if each.person_id is None or each.person_id not in out]
    given = Counter[str]()
    for ballot in valid:
        given[ballot.choice] += ballot.weight
    there = [each for each in counting if each.is_there]
    base = sum(each.weight for each in (counting if rule.base is Base.MEMBERS else there))
    is_quorate = bool(there) and rule.quorum.reached(len(there), len(counting))
    votes = {option: given[option] for option in rule.options}
    votes[AGAINST] = given[AGAINST]
    favoured = _favoured(rule, votes, base, _of_chair(members, valid)) if is_quorate else None
    return Tally(
        rule=rule,
        total=len(members),
        recused=len(members) - len(counting),
        members=len(counting),
        present=len(there),
        quorum_least=rule.quorum.least(len(counting)),
        is_quorate=is_quorate,
        base=base,
        least=rule.majority.least(base),
        votes=votes,
        abstained=given[ABSTAIN],
        waiting=sum(1 for each in there if not each.has_voted),
        adopted=favoured,
    )


def _favoured(rule: Rule, votes: Mapping[str, int], base: int, chair: str | None) -> str | None:
    """The one option with enough votes; two with enough (a small fraction) are none."""
    enough = [
        option
        for option in rule.options
        if votes[option] > 0
        and (
            rule.majority.reached(votes[option], base)
            or (
                rule.equal is Equal.CHAIR
                and chair == option
                and rule.majority.equals(votes[option], base)
            )
        )
    ]
    return enough[0] if len(enough) == 1 else None


def _of_chair(members: Sequence[Member], ballots: Sequence[Ballot]) -> str | None:
    chairs = {each.person_id for each in members if each.is_chair and each.counts}
    return next((each.choice for each in ballots if each.person_id in chairs), None)


def sentence(counted: Tally, option: str) -> str:
    """The count of one option as a line anybody can check with a pencil."""
    rule, part = counted.rule, counted.votes.get(option, 0)
    heads = _("应到{total}人，回避{recused}人，基数{members}人").format(
        total=counted.total, recused=counted.recused, members=counted.members
    )
    if counted.base != counted.members:
        heads += _("，计票基数{base}").format(base=counted.base)
    quorum = _("实到{n}人{sign}{share}").format(
        n=counted.present,
        sign=_sign(rule.quorum, reached=counted.is_quorate),
        share=rule.quorum,
    )
    enough = rule.majority.reached(part, counted.base)
    majority = _("赞成{n}人{sign}{share}").format(
        n=part, sign=_sign(rule.majority, reached=enough), share=rule.majority
    )
    if not enough and rule.majority.equals(part, counted.base):
        majority = _("赞成{n}人，恰为{share}").format(n=part, share=rule.majority)
    result = _("通过") if counted.adopted == option else _("未通过")
    return _("{heads}；{quorum}；{majority}，{result}").format(
        heads=heads, quorum=quorum, majority=majority, result=result
    )


def _sign(share: Share, *, reached: bool) -> str:
    if share.at_least:
        return "≥" if reached else "<"
    return ">" if reached else "<"
