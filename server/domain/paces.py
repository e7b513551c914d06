"""How soon somebody is told of what: at once, once a day, or not at all.

Everybody chooses for himself, as far as it is his to choose: what is due, overdue or reported to
a superior is told at once, and what others ask of him cannot be switched off.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from server.domain.calendar import CHINA_TIME
from server.domain.expressions import Json
from server.domain.rung_texts import RungKind
from server.domain.texts import _


class Pace(StrEnum):
    """How soon a notice is told."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


#: what is told once a day is told at this hour, after the ladders of the morning have spoken
DIGEST_AT: Final = time(9)

_SOON: Final = (Pace.AT_ONCE, Pace.DAILY)
_ANY: Final = (*_SOON, Pace.NEVER)

#: what may be chosen; kinds that stand nowhere here are told at once
CHOICES: Final[Mapping[RungKind, tuple[Pace, ...]]] = {
    RungKind.REMIND: _SOON,
    RungKind.PAST_TARGET: _ANY,
    RungKind.URGED: _SOON,
    RungKind.COPIED: _ANY,
    RungKind.MENTIONED: _ANY,
    RungKind.FOLLOW_UP: _ANY,
    RungKind.MEETING: _SOON,
    RungKind.OTHER: _SOON,
}

PACE_WORDS: Final = {
    Pace.AT_ONCE: _("立即"),
    Pace.DAILY: _("每天汇总一次"),
    Pace.NEVER: _("不提醒"),
}


def pace_of(preferences: Mapping[str, Json], kind: RungKind) -> Pace:
    """What somebody with these preferences chose for a kind of notice."""
    kept = preferences.get("paces")
    chosen = kept.get(kind) if isinstance(kept, Mapping) else None
    return next((each for each in CHOICES.get(kind, ()) if each == chosen), Pace.AT_ONCE)


def kinds_at(preferences: Mapping[str, Json], pace: Pace) -> Collection[RungKind]:
    """The kinds of notices he is told at this pace."""
    return [kind for kind in RungKind if pace_of(preferences, kind) is pace]


def last_digest(now: datetime) -> datetime:
    """When what is told once a day was told last."""
    local = now.astimezone(CHINA_TIME)
    today = datetime.combine(local.date(), DIGEST_AT, CHINA_TIME)
    return today if today <= local else today - timedelta(days=1)


def next_digest(now: datetime) -> datetime:
    """When it is told next."""
    return last_digest(now) + timedelta(days=1)
