"""So many times within so long, per person, whatever happens at once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from server.domain.access import SYSTEM, Actor
from server.domain.errors import TooOften
from server.models.access import usage
from server.services import limits
from server.services.context import Tools, reading, transaction
from server.services.identity import people
from server.services.limits import EXPORT, SEARCH
from tests.factories.site import MONDAY


def test_the_last_one_allowed_passes_and_the_next_says_when_to_come_back(
    tools: Tools, clerk: Actor
) -> None:
    for number in range(EXPORT.most):
        use(tools, clerk, number)
    with pytest.raises(TooOften) as refused:
        use(tools, clerk, 60)
    # the first of them was at minute 0
    assert refused.value.retry_after == 23 * 3600
    use(tools, clerk, 24 * 60)


def test_each_kind_and_each_person_is_counted_alone(tools: Tools, clerk: Actor) -> None:
    for number in range(EXPORT.most):
        use(tools, clerk, number)
    with transaction(tools, clerk, MONDAY) as ctx:
        limits.count(ctx, SEARCH)
    with reading(tools, SYSTEM, MONDAY) as ctx:
        other = people.actor(ctx, "county1.case_supervision.2")
    use(tools, other, 20)


def test_what_is_refused_is_not_counted(tools: Tools, clerk: Actor) -> None:
    for number in range(EXPORT.most):
        use(tools, clerk, number)
    for _each in range(3):
        with pytest.raises(TooOften):
            use(tools, clerk, 60)
    assert counted(tools) == EXPORT.most


def test_of_many_at_once_no_more_than_the_limit_pass(tools: Tools, clerk: Actor) -> None:
    for number in range(EXPORT.most - 2):
        use(tools, clerk, number)
    barrier, passed = Barrier(6), []

    def ask() -> None:
        barrier.wait(20)
        try:
            use(tools, clerk, 20)
        except TooOften:
            passed.append(False)
        else:
            passed.append(True)

    threads = [Thread(target=ask) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(passed) == [False] * 4 + [True] * 2


def test_what_counts_no_longer_is_thrown_away(tools: Tools, clerk: Actor) -> None:
    use(tools, clerk, 0)
    use(tools, clerk, 60)
    with transaction(tools, SYSTEM, MONDAY + timedelta(days=1)) as ctx:
        limits.forget_old(ctx)
    assert counted(tools) == 1


def use(tools: Tools, who: Actor, minute: int) -> None:
    with transaction(tools, who, MONDAY + timedelta(minutes=minute)) as ctx:
        limits.count(ctx, EXPORT)


def counted(tools: Tools) -> int:
    with tools.readers() as session:
        return session.scalar(select(func.count()).select_from(usage)) or 0


@pytest.fixture
def clerk(tools: Tools) -> Actor:
    """An ordinary official."""
    with reading(tools, SYSTEM, MONDAY) as ctx:
        return people.actor(ctx, "county1.case_supervision.1")
