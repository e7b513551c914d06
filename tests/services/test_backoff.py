from datetime import datetime, timedelta

from server.domain.calendar import CHINA_TIME
from server.services.backoff import (
    LEAST_ATTEMPTS,
    MOST_ATTEMPTS,
    PATIENCE,
    next_try,
    patiently,
)

NOW = datetime(2026, 2, 12, 9, 0, tzinfo=CHINA_TIME)


def test_each_attempt_waits_twice_as_long_as_the_one_before() -> None:
    found = [next_try(NOW, attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert found == [NOW + timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]


def test_after_the_last_attempt_nothing_is_tried() -> None:
    assert next_try(NOW, MOST_ATTEMPTS) is None


def test_what_another_machine_takes_is_tried_every_quarter_of_an_hour_for_days() -> None:
    waits = [patiently(NOW, attempts, NOW) for attempts in range(1, 8)]
    assert waits == [NOW + timedelta(minutes=n) for n in (1, 2, 4, 8, 15, 15, 15)]
    old, almost = NOW - PATIENCE, NOW - PATIENCE + timedelta(minutes=1)
    assert patiently(NOW, 10_000, almost) is not None
    assert patiently(NOW, LEAST_ATTEMPTS - 1, old) is not None
    assert patiently(NOW, LEAST_ATTEMPTS, old) is None
