from dataclasses import replace
from datetime import datetime, timedelta
from errno import ENOSPC
from threading import Thread

import pytest
from sqlalchemy import func, select, update

from server.domain.calendar import CHINA_TIME
from server.domain.errors import EngineError, UnknownTask
from server.engine.port import Advance, Command, Files, Place, TimerDue
from server.models.case import case
from server.models.outbox import notification, outbox
from server.models.time import timer
from server.services.context import Tools
from server.services.verbs import timers
from tests.factories.tiny import ACCEPT, DESK, HEAD, NOW, Tiny

OVERDUE = datetime(2026, 2, 27, 0, 0, tzinfo=CHINA_TIME)
TOLD = datetime(2026, 2, 27, 8, 30, tzinfo=CHINA_TIME)


def test_nothing_fires_before_its_moment(tiny: Tiny) -> None:
    case_id = tiny.open()
    assert timers.next_due(tiny.tools, case_id) == datetime(2026, 2, 25, 8, 30, tzinfo=CHINA_TIME)
    assert timers.sweep(tiny.tools, datetime(2026, 2, 25, 8, 29, tzinfo=CHINA_TIME)).done == []


def test_what_is_overdue_stays_open_work(tiny: Tiny) -> None:
    case_id = tiny.open()
    timers.sweep(tiny.tools, OVERDUE - timedelta(minutes=1))
    assert state(tiny, case_id) == "running"
    timers.sweep(tiny.tools, OVERDUE)
    assert state(tiny, case_id) == "overdue"
    tiny.do(DESK, case_id, "register", ACCEPT, now=OVERDUE)
    assert state(tiny, case_id) == "met_late"


def test_each_rung_tells_its_people_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    timers.sweep(tiny.tools, TOLD)
    timers.sweep(tiny.tools, TOLD)
    labels = [notice.label for notice in tiny.facts(case_id).notices]
    assert sorted(set(labels)) == ["assignee", "case_supervision_office.head"]
    with tiny.tools.readers() as session:
        heads = session.scalars(
            select(notification.c.recipient_id).where(
                notification.c.label == "case_supervision_office.head"
            )
        ).all()
        owed = session.scalar(select(func.count()).where(outbox.c.kind == "notice"))
    assert heads == [tiny.person(HEAD)]
    assert owed == len(labels)


def test_the_superior_is_told_at_the_level_above(tiny: Tiny) -> None:
    case_id = tiny.open()
    timers.sweep(tiny.tools, datetime(2026, 2, 28, 8, 30, tzinfo=CHINA_TIME))
    with tiny.tools.readers() as session:
        told = session.scalars(
            select(notification.c.recipient_id).where(
                notification.c.label == "supervising_organ", notification.c.case_id == case_id
            )
        ).all()
    assert tiny.person("city1.supervising_organ.head") in told


def test_a_diagrams_timer_moves_the_case_at_its_moment(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺"})
    end = datetime(2026, 2, 16, 0, 0, tzinfo=CHINA_TIME)
    timers.sweep(tiny.tools, end - timedelta(minutes=1))
    assert [work.node_key for work in tiny.facts(case_id).work] == ["supplement"]
    done = timers.sweep(tiny.tools, end).done
    assert ("engine", "fired", "supplement_over") in [
        (each.kind, each.state, each.what) for each in done
    ]
    assert [work.node_key for work in tiny.facts(case_id).work] == ["register"]


def test_a_reminder_in_the_diagram_leaves_the_task_open(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-12"})
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {})
    timers.sweep(tiny.tools, datetime(2026, 2, 12, 9, 0, tzinfo=CHINA_TIME))
    assert "reminded" in tiny.facts(case_id).visited
    assert [work.node_key for work in tiny.facts(case_id).work] == ["decide"]


def test_a_cycle_fires_as_often_as_it_says_and_then_no_more(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    fired = [
        len(timers.sweep(tiny.tools, NOW + timedelta(hours=hours)).done) for hours in range(1, 6)
    ]
    assert fired == [1, 1, 1, 0, 0]
    assert tiny.facts(case_id).visited.count("nudged") == 3
    assert [work.node_key for work in tiny.facts(case_id).work] == ["verify"]


def test_a_cycle_that_nobody_looked_at_goes_on_from_now_and_not_from_then(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    assert len(timers.sweep(tiny.tools, NOW + timedelta(hours=2, minutes=30)).done) == 1
    assert timers.next_due(tiny.tools, case_id) == NOW + timedelta(hours=3)
    assert len(timers.sweep(tiny.tools, NOW + timedelta(hours=3)).done) == 1
    assert timers.next_due(tiny.tools, case_id) is None


def test_a_timer_whose_task_is_gone_is_cancelled_without_an_error(tiny: Tiny) -> None:
    case_id = supplementing(tiny)
    tools = with_engine(tiny, UnknownTask("没有"))
    done = timers.sweep(tools, NOW + timedelta(days=6)).done
    assert [(each.kind, each.state) for each in done if each.kind == "engine"] == [
        ("engine", "cancelled")
    ]
    assert tiny.facts(case_id).status == "open"


def test_a_failing_timer_is_tried_again_later_and_given_up_in_the_end(tiny: Tiny) -> None:
    case_id = supplementing(tiny)
    tools = with_engine(tiny, EngineError("出错"))
    now = NOW + timedelta(days=6)
    for attempt in range(1, 6):
        swept = timers.sweep(tools, now)
        assert swept.count("failed") == 1
        now += timedelta(minutes=2**attempt)
    assert timers.sweep(tools, now).done == []
    with tiny.tools.readers() as session:
        row = session.execute(select(timer).where(timer.c.kind == "engine")).one()
    assert (row.state, row.attempts, row.error) == ("failed", 5, "EngineError")
    assert tiny.facts(case_id).status == "suspended"


def test_one_bad_timer_does_not_hold_up_the_others_of_its_case(tiny: Tiny) -> None:
    case_id = supplementing(tiny)
    timers.sweep(with_engine(tiny, EngineError("出错")), OVERDUE)
    clocks = {clock.rule_key: clock.state for clock in tiny.facts(case_id).clocks}
    assert clocks == {"registration": "overdue", "supplement": "overdue"}


def test_a_fault_of_the_database_is_not_counted_against_the_timer(tiny: Tiny) -> None:
    case_id = supplementing(tiny)
    full = OSError(ENOSPC, "no room")
    for _round in range(6):
        with pytest.raises(OSError, match="no room"):
            timers.sweep(with_engine(tiny, full), OVERDUE)
    with tiny.tools.readers() as session:
        rows = session.execute(select(timer.c.attempts, timer.c.state)).all()
    assert {tuple(row) for row in rows} == {(0, "armed")}
    timers.sweep(tiny.tools, OVERDUE)
    assert [each.node_key for each in tiny.facts(case_id).work] == ["register"]


def test_a_suspended_case_keeps_its_timers(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(case).where(case.c.id == case_id).values(status="suspended")
        )
    )
    assert timers.sweep(tiny.tools, OVERDUE).done == []
    assert timers.next_due(tiny.tools, case_id) is not None


def test_a_sweep_takes_no_more_than_it_is_told_to(tiny: Tiny) -> None:
    tiny.open()
    assert len(timers.sweep(tiny.tools, TOLD, limit=1).done) == 1


def test_of_two_sweeps_at_once_each_timer_is_fired_by_one(tiny: Tiny) -> None:
    for _each in range(3):
        supplementing(tiny)
    now = NOW + timedelta(days=6)
    done: list[timers.Done] = []
    threads = [
        Thread(target=lambda: done.extend(timers.sweep(tiny.tools, now).done)) for _each in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.state for each in done if each.kind == "engine"] == ["fired"] * 3


class Broken:
    """An engine that answers a timer with an error and leaves everything else to the real one."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def advance(self, files: Files, state: bytes | None, command: Command) -> Advance:
        assert isinstance(command, TimerDue)
        raise self.error

    def restore(self, files: Files, state: bytes, earlier: bytes) -> Advance:
        raise AssertionError

    def task_at(self, files: Files, state: bytes, place: Place) -> str:
        raise AssertionError

    def essence(self, state: bytes) -> bytes:
        raise AssertionError

    def keep(self, case_id: str, version: int, state: bytes) -> None:
        raise AssertionError

    def forget(self, case_id: str) -> None:
        return


def with_engine(tiny: Tiny, error: Exception) -> Tools:
    return replace(tiny.tools, engine=Broken(error))


def supplementing(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺"})
    return case_id


def state(tiny: Tiny, case_id: str) -> str:
    found = tiny.facts(case_id).clock_of("registration")
    assert found is not None
    return found.state
