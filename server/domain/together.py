"""How several people do one task together, as a pack says it for a node (``together:``).

会签 asks all, 或签 whoever comes first, 依次会签 one after the other, 票签 counts by weight. What a
rule means for those who sign is decided in ``groups``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from server.domain.sources import Basis


class Kind(StrEnum):
    """In which way a group signs."""

    #: 会签: everybody, at the same time
    COUNTERSIGN = "countersign"
    #: 或签: whoever comes first
    OR_SIGN = "or_sign"
    #: 依次会签: everybody, one after the other
    SEQUENCE = "sequence"
    #: 票签: everybody by his weight; nobody sees the others' votes before the end
    VOTE = "vote"


class Share(StrEnum):
    """What a share is counted of."""

    ALL = "all"
    SIGNED = "signed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """Who is asked; exactly one of the three."""

    #: everybody who holds a post of the office the lane leads to
    of_office: bool = False
    #: the people a field of an earlier form names
    people_field: str = ""
    #: one for each of these roles: the competent office, or the people the case names
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """Names of the variables the result goes to; empty: nobody asks."""

    agreed: str = ""
    for_: str = ""
    against: str = ""
    abstained: str = ""

    def types(self) -> dict[str, str]:
        """Name -> type of every variable the result gives."""
        counts = dict.fromkeys((self.for_, self.against, self.abstained), "number")
        found = {self.agreed: "boolean", **counts}
        return {name: kind for name, kind in found.items() if name}


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """The rule of one node."""

    node: str
    kind: Kind
    who: Who
    #: the share of agreement it takes
    share: Fraction = Fraction(1)
    #: more than that share, not just as much
    is_more: bool = False
    of: Share = Share.ALL
    #: ends as soon as nothing can change the result any more
    is_early: bool = True
    #: may somebody abstain
    may_abstain: bool = False
    #: whoever abstains counts in what the share is taken of
    abstention_counts: bool = True
    #: role -> weight; who is not named weighs one
    weights: Mapping[str, int] = field(default_factory=dict)
    #: weight of the head of an office
    head_weight: int = 1
    #: form of the pack that each fills in; empty: the built-in one
    form: str = ""
    results: Results = field(default_factory=Results)
    #: somebody of the lane's office does the task itself, once all have signed
    has_main: bool = False
    basis: Basis | None = None
