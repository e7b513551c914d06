"""How often work may be urged, as the pack says."""

from datetime import datetime

import pytest

from server.domain.calendar import CHINA_TIME
from server.domain.desk import DeskRules, UrgeLimit, again_at
from server.domain.sources import Basis

BASIS = Basis(default="测试")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA_TIME)


@pytest.mark.parametrize(
    ("per", "times", "before", "again"),
    [
        ("day", 1, [], None),
        ("day", 1, ["2026-03-03T23:59"], None),
        ("day", 1, ["2026-03-04T00:00"], "2026-03-05T00:00"),
        ("day", 2, ["2026-03-04T08:00"], None),
        ("day", 2, ["2026-03-04T08:00", "2026-03-04T09:00"], "2026-03-05T00:00"),
        # a week begins on Monday
        ("week", 1, ["2026-03-01T23:00"], None),
        ("week", 1, ["2026-03-02T00:00"], "2026-03-09T00:00"),
    ],
)
def test_beyond_the_limit_it_says_when_one_may_urge_again(
    per: str, times: int, before: list[str], again: str | None
) -> None:
    limit = UrgeLimit(times=times, per=per, basis=BASIS)
    found = again_at(limit, map(at, before), at("2026-03-04T10:00"))
    assert found == (at(again) if again else None)


def test_a_pack_that_sets_no_limit_has_none_and_one_that_extends_another_has_its() -> None:
    assert again_at(None, [at("2026-03-04T09:00")] * 9, at("2026-03-04T10:00")) is None
    base = DeskRules(urge=UrgeLimit(times=1, per="day", basis=BASIS))
    own = DeskRules(batch=("archive",))
    assert own.over(base) == DeskRules(urge=base.urge, batch=("archive",))
