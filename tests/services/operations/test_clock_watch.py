"""While the clock of the machine cannot be believed nothing is fired by it; all else goes on."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server import jobs
from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.incidents import IncidentKind
from server.models.audit import AuditEvent
from server.queries import operations as queries
from server.queries.operations import Incident
from server.services import heartbeats
from server.services.context import Tools, reading, transaction
from server.services.identity import people
from server.services.operations import clock_watch
from server.services.operations.clock_watch import ClockWatch
from server.telemetry import Meters
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass
class Machine:
    """A machine whose clocks a test moves."""

    wall: datetime = NINE
    steady: float = 1000.0
    name: str = "one"

    def passes(self, **by: float) -> None:
        self.wall += timedelta(**by)
        self.steady += timedelta(**by).total_seconds()

    def jumps(self, **by: float) -> None:
        self.wall += timedelta(**by)

    def watch(self) -> ClockWatch:
        return ClockWatch(wall=lambda: self.wall, steady=lambda: self.steady, machine=self.name)


def test_a_clock_that_goes_on_holds_nothing(empty_tools: Tools) -> None:
    machine = Machine()
    watch = machine.watch()
    for _round in range(3):
        assert not watch.is_held(empty_tools)
        machine.passes(hours=2)
    assert noted(empty_tools) == []


@pytest.mark.parametrize("by", [timedelta(minutes=6), timedelta(days=30), timedelta(minutes=-2)])
def test_a_jump_holds_until_the_clock_is_right_again(empty_tools: Tools, by: timedelta) -> None:
    machine = Machine()
    watch = machine.watch()
    watch.is_held(empty_tools)
    machine.passes(seconds=5)
    machine.jumps(seconds=by.total_seconds())
    assert watch.is_held(empty_tools)
    assert watch.is_held(empty_tools)
    (found,) = noted(empty_tools)
    assert found.count == 1
    told = [datetime.fromisoformat(str(found.detail[key])) for key in ("before", "after")]
    assert told[1] - told[0] == by
    machine.passes(seconds=30)
    machine.jumps(seconds=-by.total_seconds())
    assert not watch.is_held(empty_tools)
    assert noted(empty_tools) == []
    machine.passes(hours=1)
    assert not watch.is_held(empty_tools)


def test_a_small_step_back_is_over_when_the_time_is_reached_again(empty_tools: Tools) -> None:
    machine = Machine()
    watch = machine.watch()
    watch.is_held(empty_tools)
    machine.jumps(minutes=-3)
    assert watch.is_held(empty_tools)
    machine.passes(minutes=3)
    assert not watch.is_held(empty_tools)


def test_a_process_started_anew_goes_on_doubting(empty_tools: Tools) -> None:
    machine = Machine()
    watch = machine.watch()
    watch.is_held(empty_tools)
    machine.jumps(hours=3)
    assert watch.is_held(empty_tools)
    machine.passes(minutes=1)
    again = machine.watch()
    assert again.is_held(empty_tools)
    assert len(noted(empty_tools)) == 1
    machine.jumps(hours=-3)
    assert not again.is_held(empty_tools)
    assert not watch.is_held(empty_tools)
    assert noted(empty_tools) == []


def test_a_step_back_while_nothing_ran_is_found_by_the_last_heartbeat(empty_tools: Tools) -> None:
    machine = Machine()
    heartbeats.beat(empty_tools, "round", NINE + timedelta(minutes=10))
    watch = machine.watch()
    assert watch.is_held(empty_tools)
    machine.passes(minutes=10)
    assert not watch.is_held(empty_tools)


def test_another_machine_beside_the_same_database_goes_on(empty_tools: Tools) -> None:
    machine, other = Machine(), Machine(name="two")
    watch, beside = machine.watch(), other.watch()
    watch.is_held(empty_tools)
    beside.is_held(empty_tools)
    machine.jumps(hours=3)
    assert watch.is_held(empty_tools)
    assert not beside.is_held(empty_tools)
    assert not other.watch().is_held(empty_tools)


def test_who_runs_the_system_says_that_the_clock_is_right(tools: Tools) -> None:
    machine = Machine()
    watch = machine.watch()
    watch.is_held(tools)
    machine.jumps(hours=3)
    assert watch.is_held(tools)
    (found,) = noted(tools)
    for reason, error in (("  ", Invalid), ("长" * 201, Invalid)):
        with pytest.raises(error):
            confirm(tools, "p.system_admin.head", found.id, reason)
    with pytest.raises(Forbidden):
        confirm(tools, "p.audit_admin.head", found.id, "核对过")
    confirm(tools, "p.system_admin.head", found.id, "已与授时服务器核对")
    assert not watch.is_held(tools)
    with pytest.raises(Conflict):
        confirm(tools, "p.system_admin.head", found.id, "再来一次")
    with tools.readers() as session:
        (passed,) = queries.closed_incidents(session, NINE)
        acts = session.execute(
            select(AuditEvent.actor_id, AuditEvent.text).where(
                AuditEvent.verb == "incident.confirm"
            )
        ).all()
    assert passed.detail["reason"] == "已与授时服务器核对"
    assert passed.closed_by
    assert len(acts) == 1
    assert "授时" not in acts[0].text


def test_nothing_premature_is_fired_and_everything_else_goes_on(tiny: Tiny) -> None:
    """The clock leaps a year: no reminder, no deadline passes, a task is completed as ever."""
    case_id, other = tiny.open(), tiny.open()
    machine = Machine(wall=NOW.astimezone(UTC))
    worker = worker_on(tiny.tools, machine)
    worker.round()
    machine.passes(seconds=5)
    machine.jumps(days=365)
    worker.round()
    assert not is_overdue(tiny, other)
    assert figure(worker, "round") == 2
    tiny.do(DESK, case_id, "register", ACCEPT)
    assert "verify" in [each.node_key for each in tiny.facts(case_id).work]
    machine.jumps(days=-365)
    machine.passes(days=30)
    worker.round()
    assert is_overdue(tiny, other)


def is_overdue(tiny: Tiny, case_id: str) -> bool:
    return any(clock.state == "overdue" for clock in tiny.facts(case_id).clocks)


def worker_on(tools: Tools, machine: Machine) -> jobs.Worker:
    made = jobs.worker(tools, lambda: machine.wall, Meters())
    return replace(made, watch=machine.watch())


def figure(worker: jobs.Worker, chore: str) -> float | None:
    told = {"chore": chore, "result": "done"}
    return worker.meters.registry.get_sample_value("rongcuo_chores_total", told)


def confirm(tools: Tools, login: str, incident_id: str, reason: str) -> None:
    with reading(tools, SYSTEM, NINE) as ctx:
        actor = people.actor(ctx, login)
    with transaction(tools, actor, NINE) as ctx:
        clock_watch.confirm(ctx, incident_id, reason)


def noted(tools: Tools) -> list[Incident]:
    with tools.readers() as session:
        found = queries.open_incidents(session)
    return [each for each in found if each.kind == IncidentKind.CLOCK_JUMPED]
