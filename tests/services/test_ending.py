"""A process that is told to end stops between two short transactions, whatever there is to do."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from server import jobs
from server.domain.chores import CHORES, LEFT, ROUND
from server.models.identity import Post
from server.models.time import timer
from server.models.work import work_item
from server.queries import operations as queries
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context, Tools
from server.services.verbs import timers, work
from server.services.verbs.timers import Done
from server.telemetry import Meters
from tests.factories.invariants import violations
from tests.factories.tiny import DESK, NOW, Tiny

LATER = NOW + timedelta(days=60)


def test_the_case_it_is_at_is_finished_and_the_others_wait_for_who_comes_back(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [tiny.open() for _each in range(3)]
    worker, swept = begun(tiny), []
    sweep_case = timers._sweep_case

    def told(tools: Tools, now: datetime, case_id: str, until: datetime) -> list[Done] | None:
        worker.ending.set()
        swept.append(case_id)
        return sweep_case(tools, now, case_id, until)

    before = due(tiny)
    with monkeypatch.context() as patch:
        patch.setattr(timers, "_sweep_case", told)
        worker.do(ROUND)
    assert len(swept) == 1
    assert 0 < due(tiny) < before
    begun(tiny).do(ROUND)
    assert due(tiny) == 0
    for case_id in cases:
        assert violations(tiny.tools, case_id, LATER) == []


def test_what_is_left_behind_is_given_back_case_by_case(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _each in range(3):
        item_id = tiny.item(tiny.open(), "register").id
        tiny.act(DESK, partial(work.claim, item_id=item_id))
    gone = update(Post).where(Post.person_id == tiny.person(DESK)).values(to_on=NOW.date())
    tiny.program(lambda ctx: ctx.session.execute(gone))
    worker = begun(tiny)
    lock = case_rows.try_lock

    def told(ctx: Context, case_id: str) -> CaseRow | None:
        worker.ending.set()
        return lock(ctx, case_id)

    monkeypatch.setattr(case_rows, "try_lock", told)
    worker.do(LEFT)
    assert claimed(tiny) == 2


def test_no_chore_takes_it_for_a_failure(tiny: Tiny) -> None:
    tiny.open()
    worker = begun(tiny)
    worker.ending.set()
    for chore in CHORES:
        worker.do(chore)
    with tiny.tools.readers() as session:
        assert queries.open_incidents(session) == ()


def begun(tiny: Tiny) -> jobs.Worker:
    return jobs.worker(tiny.tools, lambda: LATER, Meters())


def due(tiny: Tiny) -> int:
    wanted = select(func.count()).where(timer.c.state == "armed", timer.c.due_at <= LATER)
    with tiny.tools.readers() as session:
        return session.scalar(wanted) or 0


def claimed(tiny: Tiny) -> int:
    wanted = select(func.count()).where(work_item.c.state == "claimed")
    with tiny.tools.readers() as session:
        return session.scalar(wanted) or 0
