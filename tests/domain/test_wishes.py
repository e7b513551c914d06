"""Timer texts: four meanings, everything else refused with its reason."""

from datetime import datetime, timedelta, timezone

import pytest

from server.domain.wishes import (
    Cycle,
    Duration,
    Moment,
    NamedDeadline,
    Wish,
    WishRefused,
    read_wish,
)

EAST = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ('deadline("proposal")', NamedDeadline("proposal")),
        (' deadline( "拟办意见" ) ', NamedDeadline("拟办意见")),
        ('reminder("proposal", -1)', NamedDeadline("proposal", -1)),
        ("P5D", Duration(months=0, seconds=5 * 86_400)),
        ('"P5D"', Duration(months=0, seconds=5 * 86_400)),
        ("'P2W'", Duration(months=0, seconds=14 * 86_400)),
        ("P1Y2M", Duration(months=14, seconds=0)),
        ("PT1H30M", Duration(months=0, seconds=5_400)),
        ("R6/P1M", Cycle(6, Duration(months=1, seconds=0))),
        ("2026-02-12T09:00+08:00", Moment(datetime(2026, 2, 12, 9, tzinfo=EAST))),
    ],
)
def test_a_text_has_one_meaning(text: str, wish: Wish) -> None:
    assert read_wish(text) == wish


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "form"),
        ("due_on", "form"),
        ("timedelta(days=5)", "form"),
        ('deadline("a") + 1', "form"),
        ("P", "form"),
        ("PT", "form"),
        ("P-1D", "form"),
        ("PT0.5S", "form"),
        ("P999999999999M", "digits"),
        ("PT30S", "short"),
        ("P0D", "short"),
        ("R/PT1H", "repeats"),
        ("R0/PT1H", "repeats"),
        ("R1000/PT1H", "repeats"),
        ("R99999999999999/PT1H", "repeats"),
        ("R5/PT0S", "short"),
        ("2026-02-12T09:00", "offset"),
        ("2026-02-12", "offset"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(WishRefused) as refused:
        read_wish(text)
    assert refused.value.reason == reason


def test_a_literal_stands_in_its_own_element_and_a_named_deadline_in_any() -> None:
    assert read_wish("PT10M", "timeDuration") == Duration(months=0, seconds=600)
    assert read_wish('deadline("proposal")', "timeCycle") == NamedDeadline("proposal")
    with pytest.raises(WishRefused) as refused:
        read_wish("PT10M", "timeDate")
    assert refused.value.reason == "kind"


def test_a_day_is_where_only_a_deadline_may_count() -> None:
    assert Duration(months=0, seconds=86_400).is_days_or_more
    assert Duration(months=1, seconds=0).is_days_or_more
    assert not Duration(months=0, seconds=86_399).is_days_or_more
