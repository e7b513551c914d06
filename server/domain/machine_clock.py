"""Can the clock of the machine be believed: what it shows beside what really passed.

A reading pairs the wall clock with one that only counts on, also while the machine sleeps where
the system has such a clock. Between two readings both must have moved by the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: a leap forward up to this is let pass: nothing that is told so much early does harm, and a
#: machine that was stopped for a copy of it is not held up
FORWARD: Final = timedelta(minutes=5)
#: so far back counts as the small corrections every clock gets
BACK: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Both clocks at one moment."""

    wall: datetime
    #: seconds of a clock nobody sets; from any beginning
    steady: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Leap:
    """The wall clock moved by itself: what it should have shown, and what it showed."""

    before: datetime
    after: datetime

    @property
    def is_back(self) -> bool:
        """Did it go back."""
        return self.after < self.before


def expected(trusted: Reading, steady: float) -> datetime:
    """What the wall clock shows by now if nobody moved it."""
    return trusted.wall + timedelta(seconds=steady - trusted.steady)


def leap(trusted: Reading, found: Reading) -> Leap | None:
    """What became of the clock since the trusted reading; None when it went on as it should."""
    before = expected(trusted, found.steady)
    if -BACK <= found.wall - before <= FORWARD:
        return None
    return Leap(before=before, after=found.wall)


def leap_since_stop(last: datetime | None, wall: datetime) -> Leap | None:
    """The same across a stop, where only going back can be told: time may have passed."""
    if last is None or last - wall <= BACK:
        return None
    return Leap(before=last, after=wall)


def is_over(leap: Leap, trusted: Reading | None, found: Reading) -> bool:
    """Is the clock right again.

    One that went back is waited for: nothing is told twice, and nothing early. One that leapt is
    right again where it is what it would have been; when the process that saw it is gone, only a
    clock before the far side of the leap is known to be.
    """
    if leap.is_back:
        return found.wall >= leap.before
    if trusted is None:
        return found.wall < leap.after
    return abs(found.wall - expected(trusted, found.steady)) <= FORWARD
