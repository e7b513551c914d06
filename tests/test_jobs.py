from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from server import jobs
from server.services import heartbeats
from server.services.context import Tools
from server.services.verbs import ticks
from server.services.verbs.ticks import Ticked
from server.telemetry import Meters
from tests.factories.site import Clock


def test_a_round_fires_what_is_due_by_the_clock_it_is_given(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    asked: list[datetime] = []

    def run(_tools: Tools, now: datetime) -> Ticked:
        asked.append(now)
        return NOTHING

    monkeypatch.setattr(ticks, "run_due", run)
    jobs.worker(tools, clock, Meters()).round()
    assert asked == [clock.moment]
    assert heartbeats.latest(tools, "round") is not None


def test_a_round_that_fails_is_counted_and_ends_nothing(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_tools: Tools, _now: datetime) -> Ticked:
        raise RuntimeError("content")

    monkeypatch.setattr(ticks, "run_due", fail)
    meters = Meters()
    jobs.worker(tools, Clock(), meters).round()
    assert meters.registry.get_sample_value("rongcuo_rounds_total", {"result": "failed"}) == 1


def test_the_scheduler_begins_at_once_and_ends_when_told(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = Event()

    def run(_tools: Tools, _now: datetime) -> Ticked:
        done.set()
        return NOTHING

    monkeypatch.setattr(ticks, "run_due", run)
    worker = jobs.worker(tools, Clock(), Meters())
    worker.start()
    assert done.wait(20)
    worker.stop()
    assert not worker.scheduler.running


def test_tidying_forgets_old_answers(tools: Tools) -> None:
    meters = Meters()
    jobs.worker(tools, Clock(), meters).tidy()
    assert meters.registry.get_sample_value("rongcuo_rounds_total", {"result": "done"}) == 1


def test_a_beat_is_written_down_at_most_every_half_minute(tools: Tools) -> None:
    first = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    for seconds in (0, 10, 29, 31):
        heartbeats.beat(tools, "round", first + timedelta(seconds=seconds))
    assert heartbeats.latest(tools, "round") == first + timedelta(seconds=31)


NOTHING = Ticked(timers=(), messages=0)
