"""Open work follows its clock through everything that may happen to it."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select

from server.domain.calendar import CHINA_TIME
from server.domain.urgency import Rank, order_key
from server.models.base import new_id
from server.models.work import work_item
from server.services.verbs import deadline_clock, timers, work
from tests.factories.corrections import corrected
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, DESK, HEAD, NOW, Tiny

LATER = datetime(2026, 2, 24, 9, 0, tzinfo=CHINA_TIME)


def test_work_begins_under_the_clock_its_step_started(tiny: Tiny) -> None:
    row = item(tiny, tiny.open())
    assert row.due_on == date(2026, 2, 26)
    assert row.expires_at == datetime(2026, 2, 27, 0, 0, tzinfo=CHINA_TIME)
    assert row.order_key == order_key(Rank.STATUTORY, date(2026, 2, 26))
    assert row.opened_version == 1


def test_a_stop_takes_the_day_and_a_restart_gives_the_new_one(tiny: Tiny) -> None:
    case_id = tiny.open()
    stop(tiny, case_id)
    assert (item(tiny, case_id).due_on, item(tiny, case_id).expires_at) == (None, None)
    assert item(tiny, case_id).order_key == order_key(Rank.STOPPED, None)
    tiny.act(DESK, lambda ctx: deadline_clock.restart(ctx, case_id, "registration"), LATER)
    assert item(tiny, case_id).due_on == date(2026, 3, 2)
    assert item(tiny, case_id).order_key == order_key(Rank.STATUTORY, date(2026, 3, 2))
    assert violations(tiny.tools, case_id) == []


def test_an_extension_and_a_correction_move_the_day(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.act(HEAD, lambda ctx: deadline_clock.extend(ctx, case_id, "registration", n=2))
    assert item(tiny, case_id).due_on == date(2026, 2, 28)
    corrected(tiny, case_id, "filed", date(2026, 2, 11))
    assert item(tiny, case_id).due_on == date(2026, 2, 27)
    assert violations(tiny.tools, case_id) == []


def test_time_alone_writes_nothing(tiny: Tiny) -> None:
    case_id = tiny.open()
    before = item(tiny, case_id)
    timers.sweep(tiny.tools, NOW + timedelta(days=30))
    assert item(tiny, case_id) == before
    assert violations(tiny.tools, case_id) == []


def test_work_that_stays_open_after_its_clock_was_met_has_no_day(tiny: Tiny) -> None:
    case_id = tiny.open()
    first = item(tiny, case_id)
    copy = dict(first._mapping) | {"id": new_id(), "group_id": new_id(), "task_key": "another"}
    tiny.program(lambda ctx: ctx.session.execute(insert(work_item).values(**copy)))
    tiny.act(DESK, lambda ctx: work.claim(ctx, first.id))
    tiny.act(DESK, lambda ctx: work.complete(ctx, first.id, ACCEPT))
    row = item(tiny, case_id, task_key="another")
    assert (row.state, row.due_on, row.expires_at) == ("offered", None, None)
    assert row.order_key == order_key(Rank.UNTIMED, NOW.date())
    assert row.deadline_id == copy["deadline_id"]


def test_finished_work_keeps_the_day_it_had(tiny: Tiny) -> None:
    case_id = tiny.open()
    waiting = item(tiny, case_id)
    tiny.do(DESK, case_id, "register", ACCEPT)
    row = item(tiny, case_id, task_key=waiting.task_key)
    assert (row.state, row.due_on) == ("done", waiting.due_on)


def test_the_moment_of_a_claim_is_kept_until_it_is_given_back(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.act(DESK, lambda ctx: work.claim(ctx, item(tiny, case_id).id), LATER)
    assert item(tiny, case_id).claimed_at == LATER
    tiny.act(DESK, lambda ctx: work.release(ctx, item(tiny, case_id).id), LATER)
    assert item(tiny, case_id).claimed_at is None


def stop(tiny: Tiny, case_id: str) -> None:
    tiny.act(DESK, lambda ctx: deadline_clock.stop(ctx, case_id, "registration", reason="illness"))


def item(tiny: Tiny, case_id: str, **wanted: str) -> Row[Any]:
    query = select(work_item).where(work_item.c.case_id == case_id)
    for name, value in wanted.items():
        query = query.where(work_item.c[name] == value)
    with tiny.tools.readers() as session:
        return session.execute(query).one()
