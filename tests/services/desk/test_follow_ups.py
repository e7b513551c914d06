"""Looking at a task again on a day: apart until then, on top on that day, told in the morning."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Invalid
from server.domain.rung_texts import RungKind
from server.queries import inbox
from server.queries.inbox import Filters
from server.services.context import Context
from server.services.desk import follow_ups
from server.services.files import notice_lists, work_lists
from server.services.verbs import work
from tests.factories.tiny import COLLEAGUE, DESK, NOW, Tiny

DAY = NOW.date() + timedelta(days=1)


def test_it_stands_apart_until_the_day_and_is_then_on_top_with_a_notice(tiny: Tiny) -> None:
    first, second = (tiny.item(tiny.open(), "register").id for _each in range(2))
    for item in (first, second):
        tiny.act(DESK, partial(work.claim, item_id=item))
    first, second = mine(tiny)
    tiny.act(DESK, lambda ctx: follow_ups.choose(ctx, second, on=DAY, note="等回函"))
    assert mine(tiny) == [first]
    assert mine(tiny, Filters(is_later=True)) == [second]
    assert counted(tiny) == (1, 1)

    morning = datetime(DAY.year, DAY.month, DAY.day, 8, 30, tzinfo=CHINA_TIME)
    assert mine(tiny, now=morning) == [second, first]
    assert follow_ups.remind(tiny.tools, morning - timedelta(minutes=1)) == 0
    for _again in range(2):
        follow_ups.remind(tiny.tools, morning)
    (notice,) = tiny.act(DESK, notice_lists.listed, morning).lines
    assert (notice.kind, notice.task_id) == (RungKind.FOLLOW_UP, second)
    assert "回函" not in notice.text

    tiny.act(DESK, lambda ctx: follow_ups.choose(ctx, second))
    assert mine(tiny) == [first, second]


def test_only_work_in_ones_own_hands_is_put_off_and_to_a_day_to_come(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register").id
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: follow_ups.choose(ctx, item, on=DAY))
    tiny.act(DESK, lambda ctx: work.claim(ctx, item))
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, lambda ctx: follow_ups.choose(ctx, item, on=DAY))
    for day in (NOW.date(), NOW.date() + timedelta(days=400)):
        with pytest.raises(Invalid):
            tiny.act(DESK, partial(follow_ups.choose, item_id=item, on=day))


def mine(tiny: Tiny, filters: Filters = inbox.ALL, now: datetime = NOW) -> list[str]:
    """The desk's own list."""

    def listed(ctx: Context) -> list[str]:
        found = inbox.page(
            ctx.session, tiny.actor(DESK), "mine", when=work_lists.when(ctx), filters=filters
        )
        return [entry.id for entry in found.items]

    return tiny.act(DESK, listed, now)


def counted(tiny: Tiny) -> tuple[int | None, int | None]:
    """How long the list is, and what is apart."""

    def tallied(ctx: Context) -> tuple[int | None, int | None]:
        found = inbox.tallies(ctx.session, tiny.actor(DESK), when=work_lists.when(ctx))
        return found["mine"], found["later"]

    return tiny.act(DESK, tallied)
