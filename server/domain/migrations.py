"""A running case on another version of its pack: may it move, what would change, in plain values.

A verdict is given without writing anything. What somebody was shown is compared with what would
happen when it is done (:attr:`Verdict.effects`): nobody moves a case into something he did not see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from server.domain.expressions import Json

#: stands before the key of a period in a mapping; no element of a diagram has a colon in its id
_RULE: Final = "deadline:"


class ProposalState(StrEnum):
    """Where a proposal of a designer stands."""

    #: he looks at what would come of it
    PROPOSED = "proposed"
    #: heads of offices may move their cases by it
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"


class RunState(StrEnum):
    """Where the cases that a head chose stand as a whole."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class MoveState(StrEnum):
    """What became of one case of a run."""

    WAITING = "waiting"
    MOVED = "moved"
    #: a reason is known, and nothing of the case changed
    REFUSED = "refused"
    #: the procedure could not do it, and nothing of the case changed
    FAILED = "failed"
    #: the run was cancelled before its turn came
    LEFT = "left"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a case cannot move."""

    code: str
    #: element of the old version, or key of what the pack no longer has
    element: str
    label: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockMoved:
    """A period that the new version counts otherwise."""

    rule: str
    title: str
    #: ``5个工作日``
    was: str
    to: str
    #: ISO dates, None: not known
    was_on: str | None
    due_on: str | None
    #: it is over at once by the new rule
    is_over: bool
    #: what the older version called the period, where the designer said that it is this one now
    was_title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effects:
    """Everything that moving the case would change, by labels people know."""

    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    #: open steps that have another name in the new version: old and new
    renamed: tuple[tuple[str, str], ...] = ()
    clocks: tuple[ClockMoved, ...] = ()
    #: steps whose form is another one; a draft stays beside it
    forms: tuple[str, ...] = ()
    #: steps that nobody has taken and that another office has in the new version
    offices: tuple[str, ...] = ()
    #: timers whose moment moves: label, old, new
    timers: tuple[tuple[str, str | None, str | None], ...] = ()

    @property
    def is_any(self) -> bool:
        """Does anything change that somebody at work notices."""
        return self != Effects()

    def as_json(self) -> dict[str, Json]:
        """As it is stored; equal for equal effects."""
        return {
            "opens": list(self.opens),
            "closes": list(self.closes),
            "renamed": [list(each) for each in self.renamed],
            "clocks": [
                {name: getattr(each, name) for name in ClockMoved.__slots__} for each in self.clocks
            ],
            "forms": list(self.forms),
            "offices": list(self.offices),
            "timers": [list(each) for each in self.timers],
        }


def effects_of(stored: Mapping[str, Json]) -> Effects:
    """What :meth:`Effects.as_json` wrote."""
    return Effects(
        opens=tuple(stored["opens"]),
        closes=tuple(stored["closes"]),
        renamed=tuple((old, new) for old, new in stored["renamed"]),
        clocks=tuple(ClockMoved(**each) for each in stored["clocks"]),
        forms=tuple(stored["forms"]),
        offices=tuple(stored["offices"]),
        timers=tuple((label, was, at) for label, was, at in stored["timers"]),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What would come of moving one case."""

    #: version of the state it was found for
    seen: int
    #: elements of the old version where the case waits
    elements: tuple[str, ...] = ()
    #: empty: it can move
    reasons: tuple[Reason, ...] = ()
    effects: Effects = field(default_factory=Effects)

    @property
    def can(self) -> bool:
        """May the case move."""
        return not self.reasons


def mapped_rule(key: str) -> str:
    """How the mapping of a proposal names a period of the older version, beside elements."""
    return f"{_RULE}{key}"


def rules_of(mapping: Mapping[str, str]) -> dict[str, str]:
    """The periods a mapping names: key in the older version -> key in the newer one."""
    return {old.removeprefix(_RULE): new for old, new in mapping.items() if old.startswith(_RULE)}


def elements_of(mapping: Mapping[str, str]) -> dict[str, str]:
    """The elements a mapping names: id in the older version -> id in the newer one."""
    return {old: new for old, new in mapping.items() if not old.startswith(_RULE)}


def percent(done: int, total: int) -> int:
    """How much of it is done, cut: all but one of many are never 100."""
    return 100 * done // total if total else 100
