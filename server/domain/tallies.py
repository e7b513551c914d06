"""What those who sign together have said, counted by the rule of their pack."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from server.domain.together import Kind, Share, Together


class Choice(StrEnum):
    """What somebody signs."""

    AGREE = "agree"
    DISAGREE = "disagree"
    ABSTAIN = "abstain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Weights by what was said."""

    rule: Together | None = None
    agree: int = 0
    disagree: int = 0
    abstain: int = 0
    #: of those who have not said anything
    waiting: int = 0

    @property
    def is_agreed(self) -> bool:
        """Is the result agreement, if nobody says anything more."""
        return _passes(self, self.agree, self.disagree)

    @property
    def is_certain(self) -> bool:
        """Can nothing that those who wait may say change the result."""
        best = _passes(self, self.agree + self.waiting, self.disagree)
        worst = _passes(self, self.agree, self.disagree + self.waiting)
        return best == worst


def tally(rule: Together | None, said: Iterable[tuple[int, Choice | None]]) -> Tally:
    """Count (weight, what was said) of everybody who is asked; None: nothing yet."""
    sums: dict[Choice | None, int] = dict.fromkeys((*Choice, None), 0)
    for weight, choice in said:
        sums[choice] += weight
    return Tally(
        rule=rule,
        agree=sums[Choice.AGREE],
        disagree=sums[Choice.DISAGREE],
        abstain=sums[Choice.ABSTAIN],
        waiting=sums[None],
    )


def _passes(counted: Tally, agree: int, disagree: int) -> bool:
    """Whoever has said nothing counts in the base where it is all who are asked."""
    rule = counted.rule
    if rule is None or rule.kind is Kind.OR_SIGN:
        return agree > disagree
    base = agree + disagree + (counted.abstain if rule.abstention_counts else 0)
    if rule.of is Share.ALL:
        base += counted.agree + counted.disagree + counted.waiting - agree - disagree
    if base == 0 or agree == 0:
        return False
    share = Fraction(agree, base)
    return share > rule.share if rule.is_more else share >= rule.share
