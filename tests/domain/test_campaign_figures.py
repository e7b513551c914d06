"""What the numbers of a campaign come to."""

from decimal import Decimal

import pytest

from server.domain.campaign_figures import Item, Progress, amount, number, together
from server.domain.campaign_rules import Figure

MONEY = Figure(key="money", title="款", register="receipts", sum="amount")
PEOPLE = Figure(key="people", title="人数", register="receipts", parties=True)


@pytest.mark.parametrize(
    ("done", "targets", "said"),
    [
        (0, 0, ""),
        (0, 3, "0%"),
        (1, 3, "33.3%"),
        (2, 3, "66.6%"),
        (9999, 10000, "99.9%"),
        (3, 3, "100%"),
    ],
)
def test_a_rate_is_cut_so_that_only_all_are_all(done: int, targets: int, said: str) -> None:
    assert Progress(targets=targets, done=done).rate == said


def test_progress_adds_up() -> None:
    one = Progress(targets=2, opened=2, done=1, failed=0)
    assert together([one, one]) == Progress(targets=4, opened=4, done=2, failed=0)
    assert together([]) == Progress()


def test_money_is_added_up_exactly_and_what_is_no_number_adds_nothing() -> None:
    given = [0.1, 0.2, None, "三", True, 5]
    items = [Item(part_id="a", number=number(each)) for each in given]
    assert amount(MONEY, items) == 5.3
    assert amount(MONEY, [Item(part_id="a", number=Decimal("2.0"))]) == 2


def test_somebody_who_is_entered_twice_is_one_person() -> None:
    items = [Item(part_id="a", who="person:1"), Item(part_id="b", who="person:1")]
    assert amount(PEOPLE, [*items, Item(part_id="b", who="unit:1"), Item(part_id="b")]) == 2
