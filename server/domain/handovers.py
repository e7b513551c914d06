"""Which work may pass to another office, and what its clock does then, as a pack says it.

A task passes only by both desks: one gives it, the other takes it. Which offices may have it is
law or a default of the locality, so it stands in the pack; which unit that is today is looked up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.domain.expressions import Feel
from server.domain.sources import Basis


class HandoverClock(StrEnum):
    """What the period of a task does when another office has taken it over."""

    #: it runs on
    CONTINUE = "continue"
    #: it is over, and a new one begins on the day the other office took it
    RESTART = "restart"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """Offices that may be given the task: a role at some levels."""

    office: str
    #: ``case``, ``superior`` or one of the four
    levels: tuple[str, ...] = ("case",)
    #: only in cases where this holds
    when: Feel | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """What of a procedure may pass to whom."""

    #: the tasks it is about: these, and all of these lanes
    nodes: tuple[str, ...] = ()
    lanes: tuple[str, ...] = ()
    to: tuple[Receiver, ...]
    clock: HandoverClock = HandoverClock.CONTINUE
    #: what the lane opens later in the case goes to the office that took it over, too
    takes_lane: bool = False
    basis: Basis


def rule_for(rules: Iterable[Handover], node: str, lane: str) -> Handover | None:
    """The entry for a task: the first that names it, else the first that names its lane."""
    known = tuple(rules)
    by_node = (rule for rule in known if node in rule.nodes)
    by_lane = (rule for rule in known if lane in rule.lanes)
    return next(by_node, None) or next(by_lane, None)


def lanes_taken(rules: Iterable[Handover]) -> frozenset[str]:
    """Lanes whose later tasks follow a hand-over."""
    return frozenset(lane for rule in rules if rule.takes_lane for lane in rule.lanes)
