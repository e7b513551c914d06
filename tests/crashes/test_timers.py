"""Many timers are due, two workers fire them, and one of the two is killed midway: 1 000 timers,
and ten thousand in ``make soak``."""

import time
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from orjson import loads
from sqlalchemy import Select, func, select

from server.domain.calendar import CHINA_TIME
from server.models.audit import AuditEvent
from server.models.case import case_step
from server.models.outbox import notification
from server.models.time import timer
from server.services.context import Tools
from tests.databases import Databases
from tests.factories import tiny as factory
from tests.factories.invariants import broken_chain, violations
from tests.factories.many import copies
from tests.factories.processes import environ_of, running, told_to_end
from tests.factories.tiny import DESK, Tiny
from tests.factories.tools import copied, opened

#: everything of a registration and of a supplement is due, and nothing of what follows them
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
#: timers -> cases that wait for the desk, and cases that wait for the applicant, whom the diagram
#: times out
CASES = {1_000: (180, 42), 10_000: (1_800, 420)}


@pytest.mark.soak_on("sqlite")
def test_two_workers_of_which_one_is_killed_fire_every_timer_once(
    databases: Databases, tmp_path: Path
) -> None:
    _kill_one(databases, 1_000, tmp_path / "log")


@pytest.mark.slow
def test_two_workers_of_which_one_is_killed_fire_each_of_ten_thousand_timers_once(
    databases: Databases, tmp_path: Path
) -> None:
    _kill_one(databases, 10_000, tmp_path / "log")


def _kill_one(databases: Databases, timers: int, log: Path) -> None:
    """Nobody has looked yet at what is due."""
    with copied(databases, f"due-timers-{timers}", partial(_fill, timers)) as due:
        _kill_midway(due, timers, log)


def _kill_midway(due: Tools, timers: int, log: Path) -> None:
    assert counted(due, "armed") >= timers
    with running([["worker"], ["worker"]], environ_of(due), log) as (first, second):
        while counted(due, "fired") < timers / 2:
            assert first.poll() is second.poll() is None
            time.sleep(0.02)
        first.kill()
        first.wait()
        assert counted(due, "armed") > 0
        while counted(due, "armed"):
            assert second.poll() is None
            time.sleep(0.1)
        assert told_to_end(second) == 0
    assert counted(due, "failed") == 0
    everything_once(due, CASES[timers][1])
    for case_id in sample(due):
        assert violations(due, case_id) == []
    assert broken_chain(due) is None


def everything_once(tools: Tools, supplementing: int) -> None:
    """No timer that was due waits; no notice, no change of a clock and no step stands twice."""
    assert counted(tools, "armed") == 0
    with tools.readers() as session:
        told = [
            (row.target, loads(row.text)["due_at"], *loads(row.text)["to"])
            for row in session.execute(recorded("deadline.remind"))
        ]
        rungs = session.scalars(
            select(timer.c.id).where(timer.c.kind == "rung", timer.c.state == "fired")
        ).all()
        assert len(told) == len(set(told)) == len(rungs)
        overdue = [row.target for row in session.execute(recorded("deadline.overdue"))]
        expired = select(timer.c.deadline_id).where(  # the third rule's clocks were born overdue
            timer.c.kind == "clock", timer.c.state == "fired", timer.c.rule_key != "renewed"
        )
        assert sorted(overdue) == sorted(session.scalars(expired))
        steps = session.scalars(
            select(case_step.c.case_id).where(case_step.c.command == "timer")
        ).all()
        assert len(steps) == len(set(steps)) == supplementing
        notices = session.scalar(select(func.count()).select_from(notification)) or 0
        assert notices >= len(rungs)  # each of one cause and person, as the database sees to


def recorded(verb: str) -> Select[tuple[str, str]]:
    """The records of an act."""
    return select(AuditEvent.target, AuditEvent.text).where(AuditEvent.verb == verb)


def counted(tools: Tools, state: str) -> int:
    """How many timers that are due by now stand like this."""
    with tools.readers() as session:
        wanted = select(func.count()).where(timer.c.state == state, timer.c.due_at <= NOW)
        return session.scalar(wanted) or 0


def sample(tools: Tools) -> list[str]:
    """Every fiftieth case."""
    with tools.readers() as session:
        return sorted(set(session.scalars(select(timer.c.case_id))))[::50]


def _fill(timers: int, url: str) -> None:
    plain, supplementing = CASES[timers]
    factory.fill(url)
    with opened(url) as tools:
        tiny = Tiny(tools=tools)
        copies(tools, tiny.open(), plain - 1)
        waiting = tiny.open()
        tiny.do(DESK, waiting, "register", {"registered": "supplement", "reason": "缺材料"})
        copies(tools, waiting, supplementing - 1)
