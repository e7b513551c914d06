"""Stops as spans of days that do not count: the table of the module, line by line."""

from datetime import date
from typing import Any

import pytest

from server.domain.calendar import is_weekday
from server.domain.deadline_changes import Change, Restart, Stop
from server.domain.deadline_rules import DeadlineRule, StopReason, Unit
from server.domain.deadline_stops import pairs, reason_of, spans
from server.domain.sources import Basis

STOP = Stop(on=date(2026, 3, 10), reason="open")
SHORT = Stop(on=date(2026, 3, 10), reason="short")
RESTART = Restart(on=date(2026, 3, 13))


@pytest.mark.parametrize(
    ("changes", "options", "days"),
    [
        ([STOP, RESTART], {}, (11, 13)),
        ([STOP, RESTART], {"stop_day_counts": False}, (10, 13)),
        ([STOP, RESTART], {"count_first_day": True}, (11, 12)),
        ([SHORT, RESTART], {}, (11, 12)),
        ([SHORT], {}, (11, 12)),
        ([SHORT], {"unit": Unit.CALENDAR}, (11, 12)),
    ],
)
def test_the_days_of_a_stop(
    changes: list[Change], options: dict[str, Any], days: tuple[int, int]
) -> None:
    (span,) = spans(rule(**options), changes, is_weekday)

    assert (span.gap.first.day, span.gap.last.day) == days


def test_a_stop_without_limit_lasts_until_somebody_ends_it() -> None:
    (span,) = spans(rule(), [STOP], is_weekday)

    assert span.gap.last == date.max
    assert span.restarted_on is None
    assert span.reason == "无限期"


def test_a_limit_in_months_counts_months() -> None:
    (span,) = spans(rule(unit=Unit.MONTH), [SHORT], is_weekday)

    assert span.gap.last == date(2026, 5, 10)


def test_a_reason_that_the_rule_no_longer_knows_keeps_its_key() -> None:
    (span,) = spans(rule(), [Stop(on=date(2026, 3, 10), reason="gone")], is_weekday)

    assert span.reason == "gone"
    assert reason_of(rule(), "gone") is None


def test_each_stop_is_paired_with_its_own_restart() -> None:
    later = Stop(on=date(2026, 3, 20), reason="open")

    assert list(pairs([RESTART, STOP, RESTART, later])) == [(STOP, RESTART), (later, None)]
    assert list(pairs([STOP, later])) == [(STOP, None), (later, None)]


def rule(**options: Any) -> DeadlineRule:
    return DeadlineRule(
        **{
            "key": "k",
            "title": "期限",
            "origin": "o",
            "met_by": (),
            "n": 5,
            "unit": Unit.WORKING,
            "basis": Basis(default="测试"),
            "stops": (
                StopReason(key="open", title="无限期"),
                StopReason(key="short", title="补正", max=2),
            ),
            **options,
        }
    )
