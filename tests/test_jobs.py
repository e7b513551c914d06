import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Event

import pytest
from sqlalchemy import Table, func, select

from server import jobs
from server.domain.access import SYSTEM
from server.domain.chores import CHORES, VERIFY, WATCH
from server.domain.errors import SignInRefused
from server.domain.incidents import IncidentKind
from server.models.access import session, sign_in_failure, usage
from server.queries import operations as queries
from server.queries.operations import Incident
from server.services import heartbeats, limits
from server.services.context import Tools, reading, transaction
from server.services.files import attachments
from server.services.identity import people, session_rows, sessions
from server.services.operations import incidents, upkeep, verification, workers
from server.services.verbs import ticks
from server.services.verbs.ticks import Ticked
from server.telemetry import Meters
from tests.factories.site import Clock


def test_a_round_fires_what_is_due_by_the_clock_it_is_given(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    asked: list[datetime] = []

    def run(_tools: Tools, now: datetime) -> Iterator[Ticked]:
        asked.append(now)
        yield NOTHING

    monkeypatch.setattr(ticks, "run_portions", run)
    jobs.worker(tools, clock, Meters()).round()
    assert asked == [clock.moment]
    assert heartbeats.latest(tools, "round") is not None


def test_a_round_that_fails_is_counted_and_ends_nothing(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_tools: Tools, _now: datetime) -> Ticked:
        raise RuntimeError("content")

    monkeypatch.setattr(ticks, "run_portions", fail)
    meters = Meters()
    jobs.worker(tools, Clock(), meters).round()
    assert meters.registry.get_sample_value(COUNTED, {"chore": "round", "result": "failed"}) == 1


def test_a_chore_that_fails_is_an_incident_until_it_works_again_and_stops_no_other(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = jobs.worker(tools, Clock(), Meters())
    with monkeypatch.context() as patch:
        patch.setattr(verification, "verify", broken)
        for _again in range(2):
            for chore in CHORES:
                worker.do(chore)
    (found,) = standing(tools)
    assert (found.kind, found.subject, found.count) == ("chore_failed", "verify", 2)
    assert found.detail == {"error": "RuntimeError"}
    told = {
        chore.name: [counted(worker, chore.name, result) for result in ("done", "failed")]
        for chore in CHORES
    }
    assert told == {chore.name: [2, 0] for chore in CHORES} | {"verify": [0, 2]}
    worker.do(VERIFY)
    assert standing(tools) == ()
    assert heartbeats.latest(tools, "verify") is not None


def test_what_is_done_seldom_is_done_when_it_is_owed_whoever_did_it_last(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(jobs.Worker, "do", lambda _worker, chore: done.append(chore.name))
    worker = jobs.worker(tools, Clock(), Meters())
    worker.look_for(VERIFY)
    now = datetime.now(UTC)
    heartbeats.note(tools, "verify", now - timedelta(hours=23), {})
    worker.look_for(VERIFY)
    heartbeats.note(tools, "verify", now - timedelta(hours=25), {})
    worker.look_for(VERIFY)
    assert done == ["verify", "verify"]


def test_what_nobody_met_lately_is_over_whoever_met_it(tools: Tools) -> None:
    now = datetime.now(UTC)
    for kind, minutes in ((IncidentKind.DISK_FULL, 11), (IncidentKind.CHORE_FAILED, 9)):
        incidents.met(tools, kind, now - timedelta(minutes=minutes), subject="")
    worker = jobs.worker(tools, Clock(), Meters())
    worker.do(WATCH)
    assert [each.kind for each in standing(tools)] == ["chore_failed"]


def test_a_disk_that_is_nearly_full_is_told_before_anything_is_refused(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = jobs.worker(tools, Clock(), Meters())
    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "free_bytes", lambda _tools: 1024)
        worker.do(WATCH)
        assert [each.kind for each in standing(tools)] == ["disk_full"]
    worker.do(WATCH)
    assert [each.kind for each in standing(tools)] == ["disk_full"]


def test_every_process_is_heard_of_and_forgotten_when_it_is_long_gone(tools: Tools) -> None:
    now = datetime.now(UTC)
    workers.beat(tools, "gone", now, now - timedelta(days=2))
    for _each in range(2):
        jobs.worker(tools, Clock(), Meters()).do(WATCH)
    with tools.readers() as session:
        beats = queries.beats(session)
    assert len(workers.present(beats, now)) == 2
    assert len([name for name in beats if name.startswith("worker ")]) == 3
    jobs.worker(tools, Clock(), Meters()).tidy()
    with tools.readers() as session:
        left_over = [name for name in queries.beats(session) if name.startswith("worker ")]
    assert len(left_over) == 2


def test_the_scheduler_begins_at_once_and_ends_when_told(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = Event()

    def run(_tools: Tools, _now: datetime) -> Iterator[Ticked]:
        done.set()
        yield NOTHING

    monkeypatch.setattr(ticks, "run_portions", run)
    worker = jobs.worker(tools, Clock(), Meters())
    worker.start()
    assert done.wait(20)
    worker.stop()
    assert not worker.scheduler.running


def test_tidying_forgets_old_answers(tools: Tools) -> None:
    meters = Meters()
    jobs.worker(tools, Clock(), meters).tidy()
    assert meters.registry.get_sample_value(COUNTED, {"chore": "tidy", "result": "done"}) == 1


def test_tidying_throws_away_what_is_over_and_keeps_what_somebody_is_told(tools: Tools) -> None:
    clock = Clock()
    clerk, file = "county1.case_supervision.1", BytesIO("说明".encode())
    for login in (clerk, "nobody"):
        with pytest.raises(SignInRefused):
            sessions.sign_in(tools, clock.moment, login=login, secret="x", address="10.0.0.1")
    with reading(tools, SYSTEM, clock.moment) as ctx:
        actor = people.actor(ctx, clerk)
    with transaction(tools, actor, clock.moment) as ctx:
        for _each in range(2):
            session_rows.create(ctx, actor.person_id, "browser", address="", failures=0)
            limits.count(ctx, limits.EXPORT)
        attachments.add(ctx, attachments.receive(tools, file, "说明.txt"))
    (stored,) = (path for path in tools.storage.folder.rglob("*") if path.is_file())
    os.utime(stored, (0, 0))
    worker = jobs.worker(tools, clock, Meters())
    worker.tidy()
    assert [left(tools, table) for table in TABLES] == [2, 4, 2]
    assert stored.exists()
    clock.forward(days=8)
    worker.tidy()
    assert [left(tools, table) for table in TABLES] == [0, 1, 2]
    assert not stored.exists()
    clock.forward(days=90)
    worker.tidy()
    assert [left(tools, table) for table in TABLES] == [0, 0, 2]


def left(tools: Tools, table: Table) -> int:
    with tools.readers() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_beat_is_written_down_at_most_every_half_minute(tools: Tools) -> None:
    first = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    for seconds in (0, 10, 29, 31):
        heartbeats.beat(tools, "round", first + timedelta(seconds=seconds))
    assert heartbeats.latest(tools, "round") == first + timedelta(seconds=31)


COUNTED = "rongcuo_chores_total"


def broken(_tools: Tools, _now: datetime) -> None:
    raise RuntimeError("content")


def counted(worker: jobs.Worker, chore: str, result: str) -> float:
    told = {"chore": chore, "result": result}
    return worker.meters.registry.get_sample_value(COUNTED, told) or 0


def standing(tools: Tools) -> tuple[Incident, ...]:
    with tools.readers() as session:
        return queries.open_incidents(session)


TABLES = (usage, sign_in_failure, session)
NOTHING = Ticked(timers=(), messages=0)
