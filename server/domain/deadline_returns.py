"""What becomes of the clocks of a case that goes back to an earlier step.

::

    what began it is to happen again      it no longer applies; the event begins a new one
    what ended it is to happen again      it runs again, as its rule says:
        continue    the old last day stands, the time since it was met counts
        pause       the days from the one after it was met to that of the return do not count
        restart     a new one begins on the day of the return
    neither                               it stays as it is

A clock that runs is never begun anew by a return, and none is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.domain.deadline_changes import Change, Undo
from server.domain.deadline_rules import DeadlineRule
from server.domain.lifecycle import OPEN_DEADLINES, DeadlineState


class Turn(StrEnum):
    """What a return does to a clock."""

    KEEP = "keep"
    #: it runs again, as its rule says
    AGAIN = "again"
    #: what began it is undone
    UNDO = "undo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Went:
    """How far a case went back."""

    #: what is to be passed again
    nodes: frozenset[str]
    #: keys of events that are to happen again
    events: frozenset[str]
    #: version of the state as which the step it stands at again was begun: what is older stands
    since: int
    #: rule of the clock that step hangs on, empty for none
    rule_key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """A clock with what decides about it."""

    rule: DeadlineRule
    state: DeadlineState
    origin_event: str
    #: version of the state as which it began, None where that was not kept
    started_version: int | None
    #: event that met it or cancelled it, None where none did or that was not kept
    ended_by: str | None
    ended_version: int | None
    changes: Sequence[Change] = ()
    #: there is no later clock of its rule
    is_newest: bool = True


def turn(ran: Ran, went: Went) -> Turn:
    """What this return does to this clock."""
    if is_undone(ran.changes):
        return Turn.KEEP
    if ran.origin_event in went.events and _is_later(ran.started_version, went):
        return Turn.UNDO
    if ran.state in OPEN_DEADLINES or not ran.is_newest:
        return Turn.KEEP
    ends = {*ran.rule.met_by, *ran.rule.cancelled_by}
    meant = {ran.ended_by} if ran.ended_by is not None else ends
    if meant & went.events and _is_later(ran.ended_version, went):
        return Turn.AGAIN
    return Turn.AGAIN if ran.rule.key == went.rule_key else Turn.KEEP


def is_undone(changes: Sequence[Change]) -> bool:
    """Is what began the clock undone: the same event may begin another one."""
    return any(isinstance(act, Undo) for act in changes)


def _is_later(version: int | None, went: Went) -> bool:
    return version is None or version > went.since
