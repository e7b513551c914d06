from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.config import SIGN_IN_FAILURES, SIGN_IN_LOCK
from server.domain.calendar import CHINA_TIME
from server.domain.lockout import locked_until

START = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)

gaps = st.integers(min_value=0, max_value=1200).map(lambda seconds: timedelta(seconds=seconds))


@given(st.lists(gaps, max_size=SIGN_IN_FAILURES - 1))
def test_too_few_failures_never_lock(found: list[timedelta]) -> None:
    assert until([START + gap for gap in found]) is None


@given(st.lists(gaps, min_size=SIGN_IN_FAILURES, max_size=12), st.randoms())
def test_the_order_in_which_failures_are_read_makes_no_difference(
    found: list[timedelta], random: object
) -> None:
    moments = [START + gap for gap in found]
    shuffled = sorted(moments, key=lambda moment: hash((moment, random)))
    assert until(shuffled) == until(moments)


def test_failures_as_far_apart_as_the_window_do_not_lock() -> None:
    step = SIGN_IN_LOCK / (SIGN_IN_FAILURES - 1)
    assert until([START + step * number for number in range(SIGN_IN_FAILURES)]) is None


class Account(RuleBasedStateMachine):
    """Somebody guesses and somebody signs in, with time passing; a plain model goes along."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.failures: list[datetime] = []
        self.lock_ends = START
        self.in_lock = 0

    @rule(by=gaps)
    def time_passes(self, by: timedelta) -> None:
        self.now += by

    @rule()
    def a_guess_fails(self) -> None:
        if self.is_locked():
            self.in_lock += 1
            return
        self.failures.append(self.now)
        recent = [moment for moment in self.failures if self.now - moment < SIGN_IN_LOCK]
        if len(recent) >= SIGN_IN_FAILURES:
            self.lock_ends = self.now + SIGN_IN_LOCK

    @rule()
    def the_owner_signs_in(self) -> None:
        if not self.is_locked():
            self.failures.clear()

    @invariant()
    def locked_exactly_as_long_as_the_model_says(self) -> None:
        assert self.is_locked() == (self.now < self.lock_ends)

    @invariant()
    def no_window_ever_holds_more_guesses_than_the_limit(self) -> None:
        for last in self.failures:
            within = [m for m in self.failures if timedelta() <= last - m < SIGN_IN_LOCK]
            assert len(within) <= SIGN_IN_FAILURES

    def is_locked(self) -> bool:
        end = until(self.failures)
        return end is not None and self.now < end


TestAccount = Account.TestCase


def until(failures: list[datetime]) -> datetime | None:
    """The rule with the limits of the program."""
    return locked_until(failures, limit=SIGN_IN_FAILURES, window=SIGN_IN_LOCK)
