"""A closed case played on the draft of a pack: what is found, in plain values.

Nothing here names anybody or holds an answer of a case: elements, rules and fields are the pack's.
What leaves the offices is counted in whole steps (``cut_counts``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.domain.cut_counts import told
from server.domain.expressions import Json
from server.domain.texts import _


class RunState(StrEnum):
    """Where a replay stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Result(StrEnum):
    """What came of one case."""

    SAME = "same"
    #: something would have gone otherwise
    OTHER = "other"
    #: the record does not say enough to tell
    UNTOLD = "untold"


class Kind(StrEnum):
    """What differs at an element."""

    #: another way is taken there
    WAY = "way"
    #: another rule of a decision table decides
    RULE = "rule"
    #: a field has to be filled in that was left empty, or was not there
    ASKS = "asks"
    #: what was filled in then is not accepted
    UNFIT = "unfit"
    #: what was done then has no place
    GONE = "gone"
    #: the case would not have ended
    OPEN = "open"
    #: the end has another outcome
    OUTCOME = "outcome"
    #: the procedure cannot do this step with what is on record
    REFUSED = "refused"
    #: it hangs on something the record does not have
    UNKNOWN = "unknown"


#: after one of these the rest of the case is another story
TURNS: Final = frozenset({Kind.WAY, Kind.GONE, Kind.OPEN, Kind.REFUSED, Kind.UNKNOWN})
#: these say what is not known, and not what would be otherwise
_UNKNOWN: Final = frozenset({Kind.UNKNOWN, Kind.REFUSED})


class Fate(StrEnum):
    """What becomes of a period."""

    MET = "met"
    LATE = "late"
    #: it was over before it could be late
    ENDED = "ended"
    #: it does not run in this case
    NONE = "none"
    UNTOLD = "untold"


FATE_WORDS: Final[Mapping[Fate, str]] = {
    Fate.MET: _("按期"),
    Fate.LATE: _("超期"),
    Fate.ENDED: _("未到期即终止"),
    Fate.NONE: _("不适用"),
    Fate.UNTOLD: _("无法判断"),
}
RESULT_WORDS: Final[Mapping[Result, str]] = {
    Result.SAME: _("相同"),
    Result.OTHER: _("有不同"),
    Result.UNTOLD: _("无法判断"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing that is otherwise on the draft."""

    kind: Kind
    element: str
    #: what people call the element
    label: str
    #: in a sentence
    text: str

    def as_json(self) -> dict[str, Json]:
        """As it is stored."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """One period of a case, by the law it ran on and by the draft."""

    rule: str
    title: str
    was: Fate
    would: Fate
    #: ISO dates, None: not known
    was_on: str | None
    would_on: str | None

    @property
    def differs(self) -> bool:
        """Does it come to something else; another last day that changes nothing does not count."""
        return self.was is not self.would

    @property
    def fails(self) -> bool:
        """Is it late by the draft alone."""
        return self.would is Fate.LATE and self.was is not Fate.LATE

    def as_json(self) -> dict[str, Json]:
        """As it is stored."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came of one case."""

    differences: tuple[Difference, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def result(self) -> Result:
        """In a word; what follows something unknown counts for nothing."""
        if self.differences and self.differences[0].kind in _UNKNOWN:
            return Result.UNTOLD
        is_other = bool(self.differences) or any(clock.differs for clock in self.clocks)
        return Result.OTHER if is_other else Result.SAME


def difference_of(stored: Mapping[str, Json]) -> Difference:
    """What :meth:`Difference.as_json` wrote."""
    return Difference(**{**stored, "kind": Kind(stored["kind"])})


def clock_of(stored: Mapping[str, Json]) -> Clock:
    """What :meth:`Clock.as_json` wrote."""
    return Clock(**{**stored, "was": Fate(stored["was"]), "would": Fate(stored["would"])})


@dataclass(frozen=True, kw_only=True, slots=True)
class AtElement:
    """How many cases differ so at an element."""

    difference: Difference
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OfRule:
    """How many cases met a period and how many did not."""

    rule: str
    title: str
    was: Mapping[Fate, int]
    would: Mapping[Fate, int]
    #: late by the draft alone
    fails: int
    #: late by the law they ran on alone
    saved: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """A replay in numbers, before they are told to anybody."""

    total: int
    results: Mapping[Result, int]
    elements: tuple[AtElement, ...]
    rules: tuple[OfRule, ...]


def counted(verdicts: Iterable[tuple[Result, Iterable[Difference], Iterable[Clock]]]) -> Counts:
    """Each case counts once at an element, and once for a rule and what became of it.

    What is told first is what most cases have, in steps: the order tells no more than the counts.
    """
    results: Counter[Result] = Counter()
    elements: Counter[Difference] = Counter()
    clocks: dict[str, list[set[Clock]]] = {}
    titles: dict[str, str] = {}
    for result, differences, ran in verdicts:
        results[result] += 1
        elements.update(set(differences))
        own: dict[str, set[Clock]] = {}
        for clock in ran:
            own.setdefault(clock.rule, set()).add(clock)
            titles[clock.rule] = clock.title
        for rule, found in own.items():
            clocks.setdefault(rule, []).append(found)
    ranked = sorted(
        elements.items(), key=lambda one: (-told(one[1]), one[0].element, one[0].kind, one[0].text)
    )
    return Counts(
        total=sum(results.values()),
        results=results,
        elements=tuple(AtElement(difference=one, count=n) for one, n in ranked),
        rules=tuple(_of_rule(rule, titles[rule], clocks[rule]) for rule in sorted(clocks)),
    )


def _of_rule(rule: str, title: str, cases: list[set[Clock]]) -> OfRule:
    return OfRule(
        rule=rule,
        title=title,
        was=Counter(fate for found in cases for fate in {clock.was for clock in found}),
        would=Counter(fate for found in cases for fate in {clock.would for clock in found}),
        fails=sum(any(clock.fails for clock in found) for found in cases),
        saved=sum(
            any(clock.was is Fate.LATE and clock.would is not Fate.LATE for clock in found)
            for found in cases
        ),
    )
