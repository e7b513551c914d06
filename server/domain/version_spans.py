"""From when to when each version of a pack is in force, and what overtakes one that is to be.

Of the versions whose day has come the one with the latest day holds, and of the same day the
newest; an ended one leaves its place empty (services/packs/definitions.in_force)::

    version  valid_from       in force
    1        2026-01-01       2026-01-01 to 2026-04-30
    2        2026-06-01       since 2026-06-01: published before 3, it takes over all the same
    3        2026-05-01       2026-05-01 to 2026-05-31
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A published version, as its days are reckoned."""

    @property
    def version(self) -> int:
        """Its number in the pack."""

    @property
    def valid_from(self) -> date:
        """Day it is in force from."""

    @property
    def retired_on(self) -> date | None:
        """Day from which nobody opens a case under it, None: nobody ended it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The days on which a version is the one that counts."""

    since: date
    #: the last day; None: open, before ``since``: there is no such day
    last: date | None
    #: number of the version that takes over after it, None: it is ended, or nothing follows
    successor: int | None

    @property
    def is_empty(self) -> bool:
        """It does not hold on any day."""
        return self.last is not None and self.last < self.since


V = TypeVar("V", bound=Dated)


def spans(versions: Sequence[Dated]) -> Mapping[int, Span]:
    """Number of each version of one pack -> the days on which it counts."""
    order = sorted(versions, key=lambda each: (each.valid_from, each.version))
    follows = [*order[1:], None]
    return {each.version: _span(each, after) for each, after in zip(order, follows, strict=True)}


def overtaking(versions: Sequence[V], valid_from: date) -> V | None:
    """The published version that takes over from one newly published for this day.

    Of those with a later day the one with the earliest, and of these the newest.
    """
    later = [each for each in versions if each.valid_from > valid_from]
    return min(later, key=lambda each: (each.valid_from, -each.version), default=None)


def displaced(versions: Sequence[V], valid_from: date, today: date) -> Sequence[V]:
    """The coming versions of the same day, which one newly published takes the place of."""
    if valid_from <= today:
        return ()
    return [each for each in versions if each.valid_from == valid_from]


def _span(each: Dated, after: Dated | None) -> Span:
    ends = [(after.valid_from, after.version)] if after else []
    if each.retired_on is not None:
        ends.append((each.retired_on, 0))
    until, successor = min(ends, default=(None, 0))
    return Span(
        since=each.valid_from,
        last=until - timedelta(days=1) if until else None,
        successor=successor or None,
    )
