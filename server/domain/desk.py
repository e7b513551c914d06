"""How an office works beside the procedure: how often work may be urged, what is done in batches.

Both are data of the pack (``desk:`` in pack.yaml). A pack that sets no limit has none, and one
that names no step lets nothing be handed in with others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from server.domain.calendar import CHINA_TIME, ONE_DAY
from server.domain.sources import Basis

#: over what the urgings of somebody are counted
SPANS: Final = ("day", "week")


@dataclass(frozen=True, kw_only=True, slots=True)
class UrgeLimit:
    """How often one person may urge one piece of work (催办)."""

    times: int
    per: str
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskRules:
    """What a pack says about the work beside the procedure."""

    #: None: as often as anybody likes
    urge: UrgeLimit | None = None
    #: user tasks that may be handed in several at once
    batch: tuple[str, ...] = ()

    def over(self, base: "DeskRules") -> "DeskRules":
        """These rules, with what they leave open as ``base`` says."""
        return DeskRules(urge=self.urge or base.urge, batch=self.batch or base.batch)


def again_at(limit: UrgeLimit | None, before: Iterable[datetime], now: datetime) -> datetime | None:
    """When somebody may urge again who did so at these moments; None: at once."""
    if limit is None:
        return None
    begins = _begins(limit.per, now.astimezone(CHINA_TIME).date())
    length = ONE_DAY if limit.per == "day" else timedelta(weeks=1)
    in_span = [at for at in before if at >= _midnight(begins)]
    return None if len(in_span) < limit.times else _midnight(begins + length)


def _begins(per: str, day: date) -> date:
    """The first day of the span: the day itself, or the Monday of its week."""
    return day if per == "day" else day - timedelta(days=day.weekday())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA_TIME)
