"""Nothing was done for a while: it is said, made up for in order, and over."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server import jobs
from server.domain.access import SYSTEM
from server.domain.incidents import IncidentKind
from server.models.audit import AuditEvent
from server.models.time import timer
from server.queries import operations as queries
from server.queries.operations import Incident
from server.services import heartbeats
from server.services.context import Tools, reading
from server.services.operations import figures, outages
from server.services.verbs import ticks
from server.services.verbs.ticks import Ticked
from server.telemetry import Meters
from tests.factories.invariants import violations
from tests.factories.tiny import NOW, Tiny

BEGIN = NOW.astimezone(UTC)
AWAY = timedelta(days=30)


@dataclass
class Installation:
    """Workers one after the other, on a machine whose time a test lets pass."""

    tools: Tools
    now: datetime = BEGIN
    began: list[jobs.Worker] = field(default_factory=list)

    def worker(self) -> jobs.Worker:
        made = jobs.worker(self.tools, lambda: self.now, Meters())
        made.watch.wall = lambda: self.now
        made.watch.steady = self.now.timestamp
        self.began.append(made)
        return made


def test_a_month_away_is_told_made_up_for_in_order_and_over(tiny: Tiny) -> None:
    case_ids = [tiny.open() for _each in range(3)]
    installation = Installation(tiny.tools)
    installation.worker().round()
    installation.now += AWAY
    lag = figures.taken(tiny.tools, installation.now, installation.now).lag
    assert lag > timedelta(days=1).total_seconds()
    installation.worker().round()
    (found,) = passed(tiny.tools)
    assert found.kind == IncidentKind.OUTAGE
    assert found.detail["from"] == BEGIN.isoformat()
    assert found.detail["to"] == (BEGIN + AWAY).isoformat()
    assert found.detail["made_up"] == fired(tiny.tools) > len(case_ids)
    assert figures.taken(tiny.tools, installation.now, installation.now).lag == 0
    assert all(violations(tiny.tools, each, installation.now) == [] for each in case_ids)
    assert acts(tiny.tools) == ["incident.open", "incident.over"]


def test_where_another_worker_kept_going_there_was_no_outage(tiny: Tiny) -> None:
    tiny.open()
    installation = Installation(tiny.tools)
    first = installation.worker()
    first.round()
    installation.now += AWAY
    heartbeats.beat(tiny.tools, "round", installation.now - timedelta(minutes=1))
    installation.worker().round()
    assert passed(tiny.tools) == ()


def test_with_nothing_due_nobody_need_know(empty_tools: Tools) -> None:
    installation = Installation(empty_tools)
    installation.worker().round()
    installation.now += AWAY
    installation.worker().round()
    assert passed(empty_tools) == ()


def test_a_short_stop_is_none(tiny: Tiny) -> None:
    tiny.open()
    installation = Installation(tiny.tools)
    installation.now += AWAY
    heartbeats.beat(tiny.tools, "round", installation.now - timedelta(minutes=4))
    installation.worker().round()
    assert passed(tiny.tools) == ()


def test_a_long_round_is_no_silence(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = Installation(tiny.tools)
    worker = installation.worker()
    heard: list[datetime | None] = []

    def slowly(_tools: Tools, _now: datetime) -> Iterator[Ticked]:
        for _portion in range(3):
            installation.now += timedelta(minutes=4)
            yield Ticked(timers=(), messages=0)
            heard.append(heartbeats.latest(tiny.tools, "round"))

    monkeypatch.setattr(ticks, "run_portions", slowly)
    worker.round()
    assert heard == [BEGIN + timedelta(minutes=n) for n in (4, 8, 12)]


def test_killed_while_making_up_the_next_one_goes_on(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.open()
    installation = Installation(tiny.tools)
    installation.worker().round()
    installation.now += AWAY
    with monkeypatch.context() as patch:
        patch.setattr(ticks, "run_portions", killed)
        with pytest.raises(SystemExit):
            installation.worker().round()
    with tiny.tools.readers() as session:
        (open_,) = queries.open_incidents(session)
    installation.now += timedelta(minutes=1)
    installation.worker().round()
    (found,) = passed(tiny.tools)
    assert found.id == open_.id
    assert found.detail["made_up"]
    assert found.detail["to"] == (BEGIN + AWAY).isoformat()


def test_heads_are_told_for_a_day(tiny: Tiny) -> None:
    tiny.open()
    installation = Installation(tiny.tools)
    installation.worker().round()
    installation.now += AWAY
    installation.worker().round()
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        lately = outages.lately(ctx, installation.now + timedelta(hours=23))
        assert [each.kind for each in lately] == [IncidentKind.OUTAGE]
        assert outages.lately(ctx, installation.now + timedelta(hours=25)) == ()


def fired(tools: Tools) -> int:
    with tools.readers() as session:
        return len(session.scalars(select(timer.c.id).where(timer.c.state == "fired")).all())


def killed(_tools: Tools, _now: datetime) -> None:
    raise SystemExit


def passed(tools: Tools) -> tuple[Incident, ...]:
    with tools.readers() as session:
        assert [each for each in queries.open_incidents(session) if each.kind == "outage"] == []
        return queries.closed_incidents(session, BEGIN)


def acts(tools: Tools) -> list[str]:
    with tools.readers() as session:
        verbs = session.scalars(select(AuditEvent.verb).order_by(AuditEvent.seq)).all()
    return [verb for verb in verbs if verb.startswith("incident.")]
