from datetime import date, datetime

import pytest

from server.domain.calendar import CHINA_TIME
from server.domain.registers import EntryState, Phase, Span, Stamp, phase, was_before

DAY = date(2026, 2, 14)


@pytest.mark.parametrize(
    ("until", "ended_on", "state", "expected"),
    [
        (None, None, EntryState.STANDS, Phase.CURRENT),
        (DAY, None, EntryState.STANDS, Phase.CURRENT),
        (date(2026, 2, 13), None, EntryState.STANDS, Phase.OVER),
        (None, DAY, EntryState.STANDS, Phase.OVER),
        (None, date(2026, 2, 15), EntryState.STANDS, Phase.CURRENT),
        (None, None, EntryState.STRUCK, Phase.STRUCK),
    ],
)
def test_the_last_day_of_an_entry_still_counts(
    until: date | None, ended_on: date | None, state: EntryState, expected: Phase
) -> None:
    span = Span(entered_on=date(2025, 8, 15), until=until, ended_on=ended_on, state=state)
    assert phase(span, DAY) is expected


@pytest.mark.parametrize(
    ("entered", "opened", "limit", "expected"),
    [
        ((3, 2, 9), (6, 10, 9), date(2026, 6, 10), True),
        ((6, 10, 8), (6, 10, 9), date(2026, 6, 10), True),
        ((6, 10, 10), (6, 10, 9), date(2026, 6, 10), False),
        ((6, 11, 9), (6, 10, 9), date(2026, 6, 10), False),
        ((6, 11, 9), (6, 12, 9), date(2026, 6, 10), False),
    ],
)
def test_a_filing_after_the_event_is_none(
    entered: tuple[int, int, int], opened: tuple[int, int, int], limit: date, expected: bool
) -> None:
    assert was_before(stamp(*entered), limit, stamp(*opened)) is expected


def test_a_day_written_down_afterwards_proves_nothing() -> None:
    late = Stamp(on=date(2026, 3, 2), at=stamp(6, 11, 9).at)
    assert not was_before(late, date(2026, 6, 10), stamp(6, 10, 9))


def stamp(month: int, day: int, hour: int) -> Stamp:
    at = datetime(2026, month, day, hour, tzinfo=CHINA_TIME)
    return Stamp(on=at.date(), at=at)
