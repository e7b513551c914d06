"""The stops of a clock as spans of days that do not count, from the changes made to it.

::

    stop 10th, restart 13th, stop day counted:     11 12 13 do not count, 14th goes on
    stop day not counted:                          10 11 12 13 do not count
    first day counted (restart day as well):       11 12 do not count
    at most 2 units, restarted later or never:     11 12 do not count
    met 10th, returned 13th, the rule pauses:      11 12 13 do not count, 14th goes on
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from server.domain.calendar import ONE_DAY
from server.domain.counting import Gap, Worked, later
from server.domain.deadline_changes import Change, Reopen, Restart, Stop
from server.domain.deadline_rules import AfterReturn, DeadlineRule, StopReason, Unit
from server.domain.texts import _


@dataclass(frozen=True, kw_only=True, slots=True)
class StopSpan:
    """One stop: why, from when, and which days it takes out of the count."""

    stopped_on: date
    #: title of the reason, or its key where the rule no longer knows it
    reason: str
    #: None while nobody has restarted the clock
    restarted_on: date | None
    gap: Gap
    #: it was over meanwhile: nobody stopped it
    is_over: bool = False


def spans(rule: DeadlineRule, changes: Sequence[Change], worked: Worked) -> tuple[StopSpan, ...]:
    """Every stop in order, the time between met and returned among them where the rule pauses.

    Raises:
        YearUnpublished: from ``worked``, when the end of a limited stop lies in such a year.
    """
    found = [_span(rule, stop, restart, worked) for stop, restart in pairs(changes)]
    found += [
        _pause(rule, act.met_on, act.on)
        for act in changes
        if isinstance(act, Reopen) and act.how is AfterReturn.PAUSE and act.met_on is not None
    ]
    return tuple(sorted(found, key=lambda span: span.stopped_on))


def running(found: Sequence[StopSpan]) -> StopSpan | None:
    """The stop that nobody has ended, None where there is none; it may have ended by itself."""
    stops = [span for span in found if not span.is_over]
    return stops[-1] if stops and stops[-1].restarted_on is None else None


def pairs(changes: Sequence[Change]) -> Iterator[tuple[Stop, Restart | None]]:
    """Each stop with the restart that ended it."""
    stop: Stop | None = None
    for act in changes:
        if isinstance(act, Stop):
            if stop is not None:
                yield stop, None
            stop = act
        elif isinstance(act, Restart) and stop is not None:
            yield stop, act
            stop = None
    if stop is not None:
        yield stop, None


def reason_of(rule: DeadlineRule, key: str) -> StopReason | None:
    """The reason of the rule with this key."""
    return next((reason for reason in rule.stops if reason.key == key), None)


def _span(rule: DeadlineRule, stop: Stop, restart: Restart | None, worked: Worked) -> StopSpan:
    first = stop.on + ONE_DAY if rule.stop_day_counts else stop.on
    last = date.max
    if restart is not None:
        last = restart.on - ONE_DAY if rule.count_first_day else restart.on
    reason = reason_of(rule, stop.reason)
    if reason is not None and reason.max is not None:
        last = _at_most(stop.on, reason.max, rule.unit, worked, last)
    return StopSpan(
        stopped_on=stop.on,
        reason=reason.title if reason else stop.reason,
        restarted_on=restart.on if restart else None,
        gap=Gap(first, last),
    )


def _pause(rule: DeadlineRule, met_on: date, on: date) -> StopSpan:
    return StopSpan(
        stopped_on=met_on,
        reason=_("已经办结"),
        restarted_on=on,
        gap=Gap(met_on + ONE_DAY, on - ONE_DAY if rule.count_first_day else on),
        is_over=True,
    )


def _at_most(stopped_on: date, n: int, unit: Unit, worked: Worked, last: date) -> date:
    """``last``, or the ``n``-th unit after the stop when that is earlier.

    Working days are counted no further than ``last``, so that a short stop never asks about a
    year it does not reach.
    """
    if unit is not Unit.WORKING:
        return min(last, later(stopped_on, n, unit, worked))
    day = stopped_on
    while n and day < last:
        day += ONE_DAY
        n -= worked(day)
    return min(day, last)
