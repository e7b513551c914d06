"""What the text of a timer in a diagram means: a named deadline, or a short technical wait.

The text is read once here and never evaluated. ``deadline("proposal")`` is the due moment of
that deadline, ``reminder("proposal", -1)`` the morning one unit before it, anything else an
ISO-8601 literal within limits: 10^12 months would be counted month by month, a repetition every
millisecond would never let go (SECURITY UP-12).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST_REPEATS: Final = 999
LEAST_SECONDS: Final = 60
DAY: Final = 86_400

_DEADLINE = re.compile(r'deadline\(\s*"([^"\s]+)"\s*\)')
_REMINDER = re.compile(r'reminder\(\s*"([^"\s]+)"\s*,\s*(-?\d{1,4})\s*\)')
_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_CYCLE = re.compile(r"R(\d*)/(P.+)")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class NamedDeadline:
    """The due moment of a deadline of the pack; ``at`` units away from it for a reminder."""

    key: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A fixed instant, always with its offset."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Duration:
    """A period: months follow the calendar, seconds are exact."""

    months: int
    seconds: int

    @property
    def is_days_or_more(self) -> bool:
        """True when it reaches a day, which only a deadline of the pack may count."""
        return self.months > 0 or self.seconds >= DAY


@dataclass(frozen=True, slots=True)
class Cycle:
    """A period repeated a number of times."""

    times: int
    every: Duration


Wish = NamedDeadline | Moment | Duration | Cycle

#: which literal stands in which element of a timer event
_FITS: Final = {"timeDate": Moment, "timeDuration": Duration, "timeCycle": Cycle}


class WishRefused(ValueError):
    """The text is none of the four, or passes a limit; ``reason`` is one word for why.

    ``form`` unreadable, ``digits`` over four digits, ``repeats`` without or over the limit,
    ``short`` under a minute, ``kind`` in the wrong element, ``offset`` a moment without one.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def unquoted(text: str) -> str:
    """The text of a timer without the quotes some editors put around a literal."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].strip()
    return text


def read_wish(text: str, timer: str = "") -> Wish:
    """The meaning of a timer text; ``timer`` is its element (``timeDuration`` …) when known.

    Raises:
        WishRefused: the text is not a named deadline and not a literal within the limits.
    """
    text = unquoted(text)
    if found := _DEADLINE.fullmatch(text):
        return NamedDeadline(found.group(1))
    if found := _REMINDER.fullmatch(text):
        return NamedDeadline(found.group(1), int(found.group(2)))
    wish = _literal(text)
    if timer and not isinstance(wish, _FITS[timer]):
        raise WishRefused("kind")
    return wish


def _literal(text: str) -> Wish:
    if found := _CYCLE.fullmatch(text):
        if not found.group(1) or not 1 <= int(found.group(1)[:9]) <= MOST_REPEATS:
            raise WishRefused("repeats")
        return Cycle(int(found.group(1)), _duration(found.group(2)))
    if text.startswith("P"):
        return _duration(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WishRefused("form") from None
    if moment.tzinfo is None:
        raise WishRefused("offset")
    return Moment(moment)


def _duration(text: str) -> Duration:
    found = _DURATION.fullmatch(text)
    if not found:
        raise WishRefused("form")
    if any(len(number) > 4 for number in _NUMBERS.findall(text)):
        raise WishRefused("digits")
    years, months, weeks, days, hours, minutes, seconds = (
        int(part) if part else 0 for part in found.groups()
    )
    duration = Duration(
        months=12 * years + months,
        seconds=(7 * weeks + days) * DAY + hours * 3_600 + minutes * 60 + seconds,
    )
    if not duration.months and duration.seconds < LEAST_SECONDS:
        raise WishRefused("short")
    return duration
