"""A campaign as a pack writes it: a period, levels, whom it is about, what is counted.

A campaign that is held (its days, its targets, its cases) is a row; what kinds of it there are,
who holds them and what they open is the pack's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from server.domain.expressions import Feel, Given
from server.domain.sources import Basis

#: what an expression reads of the campaign
OF_CAMPAIGNS: Final = frozenset(
    {"key", "title", "reference", "level", "from_on", "to_on", "since_on", "scope_version"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """How much of what is selected is drawn: so many per cent, rounded up, and at least so many."""

    percent: Given
    least: Given


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which entries of a register propose targets."""

    register: str
    #: only entries for which this holds
    where: Feel | None = None
    #: only entries since this day; each campaign may name another one
    since: date | None = None
    #: each entry is a candidate, also one about the matter as such, and a share of them is drawn
    #: (``draws``); None: whom entries are about is proposed, once, to the office that manages him
    sample: Sample | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number of a campaign besides those every campaign has."""

    key: str
    title: str
    #: counted are cases with one of these outcomes …
    outcomes: tuple[str, ...] = ()
    #: … or entries of this register
    register: str = ""
    where: Feel | None = None
    #: field of the entries that is added up; empty: they are counted
    sum: str = ""
    #: count each person or unit once, however many entries are about it
    parties: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignRule:
    """One kind of campaign of a pack."""

    key: str
    title: str
    #: procedure a case of which is opened for each chosen target, or whose cases belong to it
    procedure: str = ""
    #: levels it may be held at, and reaches; a draw reaches nobody but whoever holds it
    levels: tuple[str, ...]
    #: office that holds it, each at its own level
    by: str
    #: None: targets are entered by hand, or cases come in by themselves
    selects: Selection | None = None
    #: fields of the start form of ``procedure`` -> literal or FEEL
    start: Mapping[str, Given] = field(default_factory=dict)
    #: cases of ``procedure`` that others open within its period and scope belong to it
    joins: bool = False
    #: variable of ``procedure`` that receives the campaign a case belongs to; empty: none
    into: str = ""
    #: list of the pack whose entries may be named as its scope; empty: scope in words only
    scope: str = ""
    figures: tuple[Figure, ...] = ()
    basis: Basis

    @property
    def sample(self) -> Sample | None:
        """What is drawn, where its targets are."""
        return self.selects.sample if self.selects else None

    def given(self) -> tuple[Given, ...]:
        """Everything that may be an expression."""
        where = self.selects.where if self.selects else None
        share = (self.sample.percent, self.sample.least) if self.sample else ()
        found = (where, *share, *self.start.values(), *(figure.where for figure in self.figures))
        return tuple(each for each in found if each)
