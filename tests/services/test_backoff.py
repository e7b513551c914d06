from datetime import datetime, timedelta

from server.domain.calendar import CHINA_TIME
from server.services.backoff import MOST_ATTEMPTS, next_try

NOW = datetime(2026, 2, 12, 9, 0, tzinfo=CHINA_TIME)


def test_each_attempt_waits_twice_as_long_as_the_one_before() -> None:
    found = [next_try(NOW, attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert found == [NOW + timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]


def test_after_the_last_attempt_nothing_is_tried() -> None:
    assert next_try(NOW, MOST_ATTEMPTS) is None
