"""How soon somebody is told: what he chose, as far as it was his to choose."""

from datetime import datetime

import pytest

from server.domain.calendar import CHINA_TIME
from server.domain.paces import CHOICES, Pace, kinds_at, last_digest, next_digest, pace_of
from server.domain.rung_texts import RungKind


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA_TIME)


@pytest.mark.parametrize(
    ("kind", "chosen", "pace"),
    [
        (RungKind.MENTIONED, "never", Pace.NEVER),
        (RungKind.COPIED, "daily", Pace.DAILY),
        (RungKind.REMIND, "daily", Pace.DAILY),
        # nobody switches off what is asked of him, or that he is late
        (RungKind.URGED, "never", Pace.AT_ONCE),
        (RungKind.DUE, "daily", Pace.AT_ONCE),
        (RungKind.ESCALATED, "never", Pace.AT_ONCE),
        (RungKind.MENTIONED, "sometimes", Pace.AT_ONCE),
    ],
)
def test_what_somebody_chose_counts_where_it_is_his_to_choose(
    kind: RungKind, chosen: str, pace: Pace
) -> None:
    preferences = {"paces": {str(kind): chosen}}
    assert pace_of(preferences, kind) is pace
    assert (kind in kinds_at(preferences, pace)) is True


def test_whoever_chose_nothing_is_told_everything_at_once() -> None:
    assert set(kinds_at({}, Pace.AT_ONCE)) == set(RungKind)
    assert kinds_at({"paces": "odd"}, Pace.NEVER) == []


def test_what_is_late_is_told_at_once_and_to_everybody() -> None:
    late = {RungKind.DUE, RungKind.OVERDUE, RungKind.ESCALATED}
    assert set(RungKind) - CHOICES.keys() == late


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("2026-03-04T08:59", "2026-03-03T09:00", "2026-03-04T09:00"),
        ("2026-03-04T09:00", "2026-03-04T09:00", "2026-03-05T09:00"),
        ("2026-03-04T23:00", "2026-03-04T09:00", "2026-03-05T09:00"),
    ],
)
def test_once_a_day_is_at_nine(now: str, last: str, following: str) -> None:
    assert (last_digest(at(now)), next_digest(at(now))) == (at(last), at(following))
