from dataclasses import dataclass
from datetime import date, datetime

import pytest

from server.domain.calendar import CHINA_TIME
from server.domain.campaigns import Period, Version, part_for, version_on


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 4, 6, 23, 59, 59, tzinfo=CHINA_TIME), False),
        (datetime(2026, 4, 7, 0, 0, tzinfo=CHINA_TIME), True),
        (datetime(2026, 6, 30, 23, 30, tzinfo=CHINA_TIME), True),
        (datetime(2026, 6, 30, 23, 59, 59, tzinfo=CHINA_TIME), True),
        (datetime(2026, 7, 1, 0, 0, tzinfo=CHINA_TIME), False),
    ],
)
def test_the_last_moment_of_a_period_is_in_it(moment: datetime, expected: bool) -> None:
    """DOMAIN scenario 24."""
    period = Period(from_on=date(2026, 4, 7), to_on=date(2026, 6, 30))
    assert period.covers(moment) is expected


def test_a_wider_scope_holds_from_its_day_on() -> None:
    versions = [
        Version(number=1, from_on=date(2026, 4, 7)),
        Version(number=2, from_on=date(2026, 5, 1)),
    ]
    days = [date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)]
    assert [version_on(versions, day) for day in days] == [1, 1, 2]


def test_whoever_manages_somebody_has_him_in_its_share() -> None:
    parts = [Share("city", "p/c1"), Share("county", "p/c1/d1"), Share("county", "p/c1/d2")]
    assert part_for(parts, "city", "p/c1/d1") == parts[0]
    assert part_for(parts, "county", "p/c1/d2") == parts[2]
    assert part_for(parts, "county", "p/c1") is None
    assert part_for(parts, "central", "p/c1/d1") is None


@dataclass(frozen=True)
class Share:
    level: str
    region: str
