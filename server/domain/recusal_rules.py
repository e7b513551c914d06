"""What a pack says about keeping away from a case: grounds, who took the decision, who was asked.

The law (政务处分法第四十七条) and the additions of a locality are the entries of a list; here is
only where they stand, and which fields of which forms say something about it.
"""

from dataclasses import dataclass
from typing import Final

from server.domain.roles import Capacity
from server.domain.sources import Basis

#: the answer of somebody who has no reason to keep away
NONE: Final = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionMaker:
    """A field in which an office enters who wrote or approved the disputed decision."""

    form: str
    field: str
    #: entry of the list of grounds
    ground: str
    #: where there are any, the field holds the reference of an earlier case about the same person
    #: or unit (of a case about nobody: of one it has named), and whoever completed a task of it in
    #: one of these capacities is meant
    handled: tuple[Capacity, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A field that says whether the person in another one has to keep away."""

    form: str
    #: both in the same form, or both in the rows of the same list of it
    person: str
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecusalRules:
    """Everything a pack says about it; a pack that says nothing knows no list of grounds."""

    #: key of the list of grounds; its entry ``none`` is no ground
    grounds: str = ""
    decision_makers: tuple[DecisionMaker, ...] = ()
    statements: tuple[Statement, ...] = ()
    basis: Basis | None = None
