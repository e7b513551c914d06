"""What holds after every act, whatever people, clocks and messages do: nothing lost or double."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Column, ColumnElement, Table, select

from server.adapters.packs import read_folder
from server.app import build
from server.config import IN_MEMORY, Config
from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.engine.feel import Feel
from server.engine.runtime.resting import Difference, difference
from server.engine.runtime.spiff import SpiffEngine
from server.models.case import case_state
from server.models.outbox import message_subscription
from server.models.time import deadline, timer
from server.models.work import OPEN_STATES, work_item
from server.queries.cases import OpenWork
from server.services import schema
from server.services.calendar import calendars
from server.services.context import Tools, transaction
from server.services.packs import definitions
from server.services.rehearsing import demo
from server.services.verbs import corrections, deadline_clock, timers, work
from tests.factories.corrections import asked
from tests.factories.invariants import violations
from tests.factories.tiny import APPLICANT, AUDIT, DESK, HEAD, NOW, PACK, Tiny
from tests.factories.tools import PREPARED

WHO = {"register": DESK, "verify": DESK, "consult": AUDIT, "supplement": APPLICANT, "decide": HEAD}
ANSWERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "register": st.fixed_dictionaries(
        {
            "registered": st.sampled_from(["accept", "supplement", "refuse"]),
            "reason": st.just("理由"),
            "organs": st.sampled_from([[], ["audit_office"]]),
            "registered_on": st.sampled_from([None, "2026-02-12"]),
        }
    ),
    "verify": st.just({"finding": "属实"}),
    "consult": st.just({"opinion": "无异议"}),
    "supplement": st.just({"supplemented": "补"}),
    "decide": st.just({"determination": "tolerated", "grounds": "抢险"}),
}


def test_nothing_is_ever_lost_or_double() -> None:
    run_state_machine_as_test(
        Matters,
        settings=settings(
            max_examples=8,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


class Matters(RuleBasedStateMachine):
    """Two cases, everybody who works on them, the clock and the messages."""

    @initialize()
    def begin(self) -> None:
        tools, empty = prepared()
        with closing(tools.database.raw_connection()) as connection:
            empty.backup(raw(connection.driver_connection))
        self.tiny = Tiny(tools)
        self.now: datetime = NOW
        self.cases = [self.tiny.open(), self.tiny.open()]

    @rule(data=st.data(), which=st.integers(0, 1))
    def work(self, data: st.DataObject, which: int) -> None:
        items = self.open_work(which)
        if not items:
            return
        item = data.draw(st.sampled_from(sorted(items, key=lambda each: each.node_key)))
        answers = data.draw(ANSWERS[item.node_key])
        login = WHO[item.node_key]
        if item.assignee_id is None:
            self.tiny.act(login, lambda ctx: work.claim(ctx, item.id), self.now)
        self.tiny.act(login, lambda ctx: work.complete(ctx, item.id, answers), self.now)

    @rule(which=st.integers(0, 1), keep=st.booleans())
    def claim(self, which: int, keep: bool) -> None:
        items = [item for item in self.open_work(which) if item.assignee_id is None]
        if not items:
            return
        item, login = items[0], WHO[items[0].node_key]
        self.tiny.act(login, lambda ctx: work.claim(ctx, item.id), self.now)
        if not keep:
            self.tiny.act(login, lambda ctx: work.release(ctx, item.id), self.now)

    @rule(hours=st.sampled_from([1, 30, 100, 400]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        # what a late sweep brings about may itself be due already
        while (swept := timers.sweep(self.tiny.tools, self.now)).done:
            assert swept.count("failed") == 0

    @rule(which=st.integers(0, 1))
    def deliver(self, which: int) -> None:
        try:
            self.tiny.deliver(self.cases[which], "evidence_received", {}, self.now)
        except Conflict:
            assert "evidence_arrives" not in {
                entry.element for entry in self.waits(which).subscribed
            }

    @precondition(lambda self: self.now < NOW + timedelta(days=9))
    @rule(which=st.integers(0, 1), stop=st.booleans())
    def clock(self, which: int, stop: bool) -> None:
        found = self.tiny.facts(self.cases[which]).clock_of("registration")
        if found is None or not found.is_open or not self.open_work(which, "register"):
            return
        case_id = self.cases[which]
        try:
            if stop:
                self.tiny.act(
                    DESK,
                    lambda ctx: deadline_clock.stop(ctx, case_id, "registration", reason="illness"),
                    self.now,
                )
            else:
                self.tiny.act(
                    DESK, lambda ctx: deadline_clock.restart(ctx, case_id, "registration"), self.now
                )
        except (Conflict, Invalid):
            assert self.tiny.facts(case_id).clock_of("registration") == found

    @rule(which=st.integers(0, 1), n=st.integers(1, 5))
    def extend(self, which: int, n: int) -> None:
        case_id = self.cases[which]
        before = self.tiny.facts(case_id).clocks
        try:
            self.tiny.act(
                HEAD, lambda ctx: deadline_clock.extend(ctx, case_id, "registration", n=n), self.now
            )
        except (Conflict, Invalid, NotFound, Forbidden):
            assert self.tiny.facts(case_id).clocks == before

    @rule(
        which=st.integers(0, 1),
        event=st.sampled_from(["filed", "registered", "supplement_asked", "all_in"]),
        back=st.integers(-1, 40),
        approve=st.booleans(),
    )
    def correct(self, which: int, event: str, back: int, approve: bool) -> None:
        case_id, to_on = self.cases[which], self.now.date() - timedelta(days=back)
        before = self.tiny.facts(case_id).clocks
        try:
            question = asked(self.tiny, case_id, event, to_on, now=self.now)
        except (Conflict, Invalid, NotFound, Forbidden):
            assert self.tiny.facts(case_id).clocks == before
            return
        assert back >= 0
        assert self.tiny.facts(case_id).clocks == before
        if approve:
            self.tiny.act(HEAD, lambda ctx: corrections.approve(ctx, question), self.now)
            while timers.sweep(self.tiny.tools, self.now).done:
                pass
            assert self.tiny.facts(case_id).clocks != before
        else:
            self.tiny.act(
                HEAD, lambda ctx: corrections.refuse(ctx, question, answer="不符"), self.now
            )
            assert self.tiny.facts(case_id).clocks == before

    @invariant()
    def everything_that_holds_of_a_case_holds(self) -> None:
        for case_id in self.cases:
            assert violations(self.tiny.tools, case_id, self.now) == []

    @invariant()
    def each_waiting_task_has_exactly_one_open_item(self) -> None:
        for which, case_id in enumerate(self.cases):
            found = self.column(work_item.c.task_key, case_id, work_item.c.state.in_(OPEN_STATES))
            assert sorted(found) == sorted(task.task_key for task in self.waits(which).opened)

    @invariant()
    def each_waiting_timer_event_has_exactly_one_armed_row(self) -> None:
        for which, case_id in enumerate(self.cases):
            armed = (timer.c.state == "armed", timer.c.kind == "engine")
            found = self.column(timer.c.task_key, case_id, *armed)
            wanted = [wish.task_key for wish in self.waits(which).timers_wanted]
            assert sorted(found) == sorted(wanted)

    @invariant()
    def each_waiting_message_has_exactly_one_open_subscription(self) -> None:
        table = message_subscription.c
        for which, case_id in enumerate(self.cases):
            found = self.column(table.task_key, case_id, table.state == "open")
            assert sorted(found) == sorted(e.task_key for e in self.waits(which).subscribed)

    @invariant()
    def each_running_clock_has_its_timers_and_no_other_has_any(self) -> None:
        for case_id in self.cases:
            for row in self.rows(deadline, case_id):
                armed = [
                    each
                    for each in self.rows(timer, case_id)
                    if each.deadline_id == row.id and each.state == "armed"
                ]
                if row.state == "running":
                    assert row.expires_at in [each.due_at for each in armed if each.kind == "clock"]
                elif row.state in ("met", "met_late", "cancelled"):
                    assert armed == []
                assert all(each.due_at > self.now for each in armed)

    @invariant()
    def a_case_that_is_over_leaves_nothing_behind(self) -> None:
        for which, case_id in enumerate(self.cases):
            facts = self.tiny.facts(case_id)
            if facts.status == "closed":
                assert facts.work == ()
                assert not any(clock.is_open for clock in facts.clocks)
                assert self.column(timer.c.id, case_id, timer.c.state == "armed") == []
            else:
                assert facts.status == "open"
                assert facts.work or self.waits(which).subscribed

    def open_work(self, which: int, node_key: str = "") -> list[OpenWork]:
        found = self.tiny.facts(self.cases[which]).work
        return [item for item in found if node_key in ("", item.node_key)]

    def waits(self, which: int) -> Difference:
        """What the stored engine state itself waits for, read by a fresh engine."""
        with self.tiny.tools.readers() as session:
            state = session.scalar(
                select(case_state.c.state).where(case_state.c.case_id == self.cases[which])
            )
        (release,) = self.tiny.tools.releases.values()
        running = SpiffEngine(Feel()).load(release.files["tiny_matter"], state)
        return difference({}, running.waits)

    def column(self, column: Column[Any], case_id: str, *where: ColumnElement[bool]) -> list[Any]:
        with self.tiny.tools.readers() as session:
            found = select(column).where(column.table.c.case_id == case_id, *where)
            return list(session.scalars(found))

    def rows(self, table: Table, case_id: str) -> list[Any]:
        with self.tiny.tools.readers() as session:
            return list(session.execute(select(table).where(table.c.case_id == case_id)))


@lru_cache(maxsize=1)
def prepared() -> tuple[Tools, sqlite3.Connection]:
    tools = build(
        Config(data=Path(mkdtemp(prefix="rongcuo-")), database_url=IN_MEMORY, sqlite_sync="OFF")
    )
    schema.migrate(tools.database)
    with transaction(tools, SYSTEM, PREPARED) as ctx:
        calendars.load_shipped(ctx, tools.config.shipped / "processes" / "_calendars")
        demo.load(ctx)
        definitions.publish(ctx, read_folder(PACK), accept_warnings="测试")
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(tools.database.raw_connection()) as connection:
        raw(connection.driver_connection).backup(copy)
    return tools, copy


def raw(connection: object) -> sqlite3.Connection:
    assert isinstance(connection, sqlite3.Connection)
    return connection
