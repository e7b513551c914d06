from dataclasses import dataclass
from datetime import date

from server.domain.version_spans import Span, displaced, overtaking, spans

JANUARY, MAY, JUNE = date(2026, 1, 1), date(2026, 5, 1), date(2026, 6, 1)


def test_each_version_holds_until_the_day_before_the_next_one() -> None:
    found = spans([of(2, MAY), of(1, JANUARY)])
    assert found == {
        1: Span(since=JANUARY, last=date(2026, 4, 30), successor=2),
        2: Span(since=MAY, last=None, successor=None),
    }


def test_one_published_earlier_for_a_later_day_takes_over_on_that_day() -> None:
    found = spans([of(3, MAY), of(2, JUNE), of(1, JANUARY)])
    assert (found[3].last, found[3].successor) == (date(2026, 5, 31), 2)
    assert (found[2].last, found[1].successor) == (None, 3)


def test_of_two_for_the_same_day_the_older_one_never_holds() -> None:
    found = spans([of(2, MAY), of(3, MAY), of(1, JANUARY)])
    assert (found[2].is_empty, found[2].successor) == (True, 3)
    assert not found[3].is_empty
    assert found[1].last == date(2026, 4, 30)


def test_one_that_is_ended_leaves_its_place_empty_until_the_next_day_comes() -> None:
    found = spans([of(1, JANUARY, date(2026, 3, 1)), of(2, MAY, MAY), of(3, JUNE)])
    assert (found[1].last, found[1].successor) == (date(2026, 2, 28), None)
    assert found[2].is_empty
    assert spans([of(1, JANUARY, JUNE), of(2, MAY)])[1].successor == 2


def test_what_overtakes_a_new_version_is_the_next_day_that_comes() -> None:
    known = [of(4, JUNE), of(3, JUNE), of(2, MAY), of(1, JANUARY)]
    assert overtaking(known, date(2026, 4, 1)) == of(2, MAY)
    assert overtaking(known, MAY) == of(4, JUNE)
    assert overtaking(known, JUNE) is None


def test_a_new_version_takes_the_place_of_a_coming_one_of_the_same_day() -> None:
    known = [of(2, MAY), of(1, JANUARY)]
    assert displaced(known, MAY, JANUARY) == [of(2, MAY)]
    assert not displaced(known, MAY, MAY)
    assert not displaced(known, JUNE, JANUARY)


@dataclass(frozen=True)
class Dated:
    version: int
    valid_from: date
    retired_on: date | None = None


def of(version: int, valid_from: date, retired_on: date | None = None) -> Dated:
    return Dated(version, valid_from, retired_on)
