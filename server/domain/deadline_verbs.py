"""What may be done to a clock: stop, restart, extend, correct its dates.

Each function either returns, and the act may be appended to the changes, or raises: ``Conflict``
when the clock is not in a state for it, ``Invalid`` when the act itself breaks the rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.domain.calendar import WorkingCalendar
from server.domain.deadline_changes import (
    Change,
    Correct,
    CorrectMet,
    Extend,
    Recompute,
    Restart,
    Stop,
)
from server.domain.deadline_lines import units
from server.domain.deadline_rules import DeadlineRule, Unit
from server.domain.deadline_stops import reason_of
from server.domain.deadlines import Due, due, origin_of
from server.domain.errors import Conflict, Invalid
from server.domain.findings import Finding
from server.domain.texts import _


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """An open deadline with everything its end depends on."""

    rule: DeadlineRule
    #: as entered first; corrections are among the changes
    origin_on: date
    changes: tuple[Change, ...] = ()
    calendar: WorkingCalendar
    #: the ordered last day of a rule that has one
    until: date | None = None
    #: what happened on the day of the origin, for the worked line, e.g. 受理
    origin_title: str = ""

    def due(self, *more: Change) -> Due:
        """Where the period ends, also as it would after more changes."""
        changes = (*self.changes, *more)
        return due(
            self.rule,
            self.origin_on,
            changes,
            self.calendar,
            origin_title=self.origin_title,
            until=self.until,
        )

    def kept(self, today: date) -> int | None:
        """What the period still has to run after today, while it stands, in the rule's own unit.

        None where its days are not counted one by one: months and ordered days.
        """
        if self.until is not None or self.rule.unit is Unit.MONTH:
            return None
        whole = self.rule.n + sum(act.n for act in self.changes if isinstance(act, Extend))
        return max(0, whole - sum(day <= today for day in self.due().counted))


def may_stop(clock: Clock, act: Stop, today: date) -> None:
    """Return when the clock may be stopped for this reason on this day.

    Raises:
        Invalid: unknown reason, used up, or a day that cannot be.
        Conflict: the clock stands already, or its period was over on that day.
    """
    _plausible_day(clock, act.on, today)
    _not_standing(clock, act.on)
    _not_over(clock, act.on)
    reason = reason_of(clock.rule, act.reason)
    if reason is None:
        raise _invalid("reason", "CLOCK_REASON", _("该期限不能以此理由中止"))
    used = sum(isinstance(other, Stop) and other.reason == act.reason for other in clock.changes)
    if reason.times is not None and used >= reason.times:
        message = _("以“{reason}”为由最多中止{times}次").format(
            reason=reason.title, times=reason.times
        )
        raise _invalid("reason", "CLOCK_STOP_TIMES", message)


def may_restart(clock: Clock, act: Restart, today: date) -> None:
    """Return when a standing clock may run again from this day.

    Raises:
        Invalid: a day that cannot be.
        Conflict: the clock does not stand, or its longest stop has passed.
    """
    standing = clock.due().stopped_through
    if standing is None:
        raise Conflict(_("该期限没有中止，无需恢复"))
    _plausible_day(clock, act.on, today)
    if standing < act.on:
        raise Conflict(_("中止已满最长期限，期限已经自行恢复计算"))


def may_extend(clock: Clock, act: Extend, today: date) -> None:
    """Return when the clock may be given ``act.n`` more units; the approval is checked elsewhere.

    Raises:
        Invalid: the rule allows no extension, not that long, not again, or it would change
            nothing because the longest period is reached.
        Conflict: the period was over on that day.
    """
    _plausible_day(clock, act.on, today)
    _not_over(clock, act.on)
    allowed = clock.rule.extension
    if allowed is None:
        raise _invalid("n", "CLOCK_NO_EXTENSION", _("该期限不得延长"))
    if not 1 <= act.n <= allowed.max:
        message = _("延长不得超过{most}").format(most=units(allowed.max, clock.rule.unit))
        raise _invalid("n", "CLOCK_EXTENSION_LENGTH", message)
    if sum(isinstance(other, Extend) for other in clock.changes) >= allowed.times:
        message = _("该期限最多延长{times}次").format(times=allowed.times)
        raise _invalid("n", "CLOCK_EXTENSION_TIMES", message)
    before, after = clock.due().on, clock.due(act).on
    if before is not None and before == after:
        raise _invalid("n", "CLOCK_CEILING", _("该期限已达最长期限，不能再延长"))


def may_correct(clock: Clock, act: Correct, today: date, met_on: date | None = None) -> None:
    """Return when the date of the origin may be corrected; the approval is checked elsewhere.

    ``met_on``: the day the clock was met, where it was.

    Raises:
        Invalid: no reason, the same day, a day in the future, after a stop of this clock, after
            it was met, or from which the rule would or would not have applied unlike before.
    """
    if not act.note.strip():
        raise _invalid("note", "CLOCK_NO_NOTE", _("更正起算日期必须写明理由"))
    before = origin_of(clock.origin_on, clock.changes)
    if act.origin_on == before:
        raise _invalid("origin_on", "CLOCK_SAME_ORIGIN", _("更正后的日期与原日期相同"))
    if act.origin_on > today or act.on > today:
        raise _invalid("origin_on", "CLOCK_FUTURE", _("日期不得晚于今天"))
    stops = [other.on for other in clock.changes if isinstance(other, Stop)]
    if stops and act.origin_on > min(stops):
        raise _invalid("origin_on", "CLOCK_ORDER", _("起算日期不得晚于期限中止的日期"))
    if met_on is not None and act.origin_on > met_on:
        message = _("起算日期不得晚于该期限办结的日期{day}").format(day=met_on.isoformat())
        raise _invalid("origin_on", "CLOCK_ORDER", message)
    valid_from = clock.rule.valid_from
    if valid_from is not None and act.origin_on < valid_from:
        message = _("起算日期早于该期限施行的日期{day}").format(day=valid_from.isoformat())
        raise _invalid("origin_on", "CLOCK_NOT_YET", message)


def may_correct_met(clock: Clock, act: CorrectMet, today: date) -> None:
    """Return when the day a clock was met may be corrected; the approval is checked elsewhere.

    Raises:
        Invalid: no reason, a day in the future or before the period began.
    """
    if not act.note.strip():
        raise _invalid("note", "CLOCK_NO_NOTE", _("更正起算日期必须写明理由"))
    if act.met_on > today:
        raise _invalid("met_on", "CLOCK_FUTURE", _("日期不得晚于今天"))
    begun = origin_of(clock.origin_on, clock.changes)
    if act.met_on < begun:
        message = _("办结日期不得早于起算日期{day}").format(day=begun.isoformat())
        raise _invalid("met_on", "CLOCK_ORDER", message)


def recomputed(clock: Clock, was_on: date | None, today: date) -> Recompute | None:
    """The change to append after the calendar changed, None when the date stays as it was."""
    now_on = clock.due().on
    if now_on == was_on:
        return None
    return Recompute(
        on=today, calendar_version=clock.calendar.version, was_on=was_on, due_on=now_on
    )


def _plausible_day(clock: Clock, on: date, today: date) -> None:
    if on > today:
        raise _invalid("on", "CLOCK_FUTURE", _("日期不得晚于今天"))
    earliest = max([origin_of(clock.origin_on, clock.changes), *_act_days(clock.changes)])
    if on < earliest:
        message = _("日期不得早于{day}").format(day=earliest.isoformat())
        raise _invalid("on", "CLOCK_ORDER", message)


def _act_days(changes: Sequence[Change]) -> list[date]:
    return [act.on for act in changes if isinstance(act, Stop | Restart)]


def _not_standing(clock: Clock, on: date) -> None:
    standing = clock.due().stopped_through
    if standing is not None and on <= standing:
        raise Conflict(_("该期限已经中止"))


def _not_over(clock: Clock, on: date) -> None:
    last = clock.due().on
    if last is not None and on > last:
        raise Conflict(_("该期限已经届满，不能再中止或者延长"))


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(message, [Finding(code=code, field=field, message=message)])
