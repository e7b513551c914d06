"""A running clock under the rule of another version of its pack.

The day of the origin stays, and so does everything that was done to the clock: stops, extensions,
corrections. From these the new rule gives the new end. Where that would say something nobody
decided (days granted in another unit, a stop for a reason the law no longer knows, a rule that
did not hold when the period began) the clock does not move, and its case with it.
"""

from dataclasses import dataclass
from datetime import date

from server.domain.deadline_changes import Adopt, Change, Extend, Stop
from server.domain.deadline_rules import DeadlineRule
from server.domain.deadline_stops import reason_of
from server.domain.deadline_verbs import Clock
from server.domain.deadlines import Due, origin_of
from server.domain.texts import _

#: what of a rule an end is counted from
_COUNTED = (
    *("n", "unit", "until", "calendar", "roll", "count_first_day", "end_of_day"),
    *("stops", "stop_day_counts", "max", "force"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """Who moved the case when, to which version, and why."""

    on: date
    #: number of the version
    version: int
    reason: str
    #: id of the person
    person: str


def counts_alike(old: DeadlineRule, new: DeadlineRule) -> bool:
    """Do both rules count every clock to the same end."""
    return all(getattr(old, name) == getattr(new, name) for name in _COUNTED)


def why_not(old: DeadlineRule, new: Clock) -> str:
    """Why a clock that ran by ``old`` cannot run on as ``new``; empty: it can."""
    rule, changes = new.rule, new.changes
    begun = origin_of(new.origin_on, changes)
    if counts_alike(old, rule):
        return ""
    if rule.valid_from is not None and begun < rule.valid_from:
        return _("期限“{title}”的新规定自{day}起施行，本期限此前已经起算").format(
            title=rule.title, day=rule.valid_from.isoformat()
        )
    if rule.unit is not old.unit and any(isinstance(act, Extend) for act in changes):
        return _("期限“{title}”已经延长，新版本改变了计算单位").format(title=rule.title)
    if _has_unknown_stop(changes, rule):
        return _("期限“{title}”曾因新版本没有规定的事由中止").format(title=rule.title)
    if (rule.until is None) is not (old.until is None):
        return _("期限“{title}”在新版本中的确定方式不同").format(title=rule.title)
    return ""


def adopted(
    old: DeadlineRule, new: Clock, was: tuple[date | None, date | None], by: Moved
) -> tuple[Due, Adopt | None]:
    """The end by the new rule, and the change to append; None where both rules say the same.

    ``was``: the last day and the provisional one as they stood.
    """
    end = new.due()
    if counts_alike(old, new.rule) and (end.on, end.provisional_on) == was:
        return end, None
    change = Adopt(
        on=by.on, version=by.version, was_on=was[0], due_on=end.on, note=by.reason, by=by.person
    )
    return end, change


def _has_unknown_stop(changes: tuple[Change, ...], rule: DeadlineRule) -> bool:
    return any(isinstance(act, Stop) and reason_of(rule, act.reason) is None for act in changes)
