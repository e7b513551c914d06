from datetime import UTC, datetime, timedelta

from server.domain.chores import CHORES, ROUND, VERIFY

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_every_chore_has_a_name_of_its_own_and_words() -> None:
    assert len({chore.name for chore in CHORES}) == len(CHORES)
    assert all(chore.title for chore in CHORES)


def test_what_is_done_seldom_is_owed_by_the_last_time_it_was_done() -> None:
    assert VERIFY.is_seldom
    assert VERIFY.is_owed(None, NOW)
    assert not VERIFY.is_owed(NOW - timedelta(hours=23), NOW)
    assert VERIFY.is_owed(NOW - timedelta(hours=24), NOW)
    assert VERIFY.looked_at < VERIFY.every
    assert not ROUND.is_seldom


def test_a_last_time_that_has_yet_to_come_holds_nothing_up() -> None:
    assert VERIFY.is_owed(NOW + timedelta(days=300), NOW)
