"""The program dies in the middle: whatever was under way never happened, and can be done again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, select

from server.domain.calendar import CHINA_TIME
from server.engine.runtime.codec import digest
from server.engine.runtime.spiff import SpiffEngine
from server.models.base import Base
from server.models.case import case_state
from server.services.context import Tools
from server.services.packs import definitions
from server.services.verbs import deadline_clock, timers, work
from tests.factories.invariants import broken_chain, violations
from tests.factories.tiny import ACCEPT, DESK, HEAD, Tiny

#: everything of the registration and of its supplement is due
LATER = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
SUPPLEMENT = {"registered": "supplement", "reason": "缺材料"}
ANSWERS = {**ACCEPT, "organs": ["audit_office", "petition_bureau"], "registered_on": "2026-02-12"}


def test_a_crash_at_any_write_of_a_completion_leaves_everything_as_it_was(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))

    def complete() -> None:
        tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ANSWERS))

    assert crashes(tiny, case_id, complete) > 8
    assert sorted(each.node_key for each in tiny.facts(case_id).work) == [
        "consult",
        "consult",
        "verify",
    ]
    assert violations(tiny.tools, case_id) == []


def test_a_crash_at_any_write_of_the_last_act_leaves_the_case_open(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ANSWERS | {"organs": []})
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    item = tiny.item(case_id, "decide")
    tiny.act(HEAD, lambda ctx: work.claim(ctx, item.id))
    given = {"determination": "tolerated", "grounds": "抢险"}

    def decide() -> None:
        tiny.act(HEAD, lambda ctx: work.complete(ctx, item.id, given))

    assert crashes(tiny, case_id, decide) > 6
    facts = tiny.facts(case_id)
    assert (facts.status, facts.outcome, len(facts.messages)) == ("closed", "tolerated", 1)
    assert violations(tiny.tools, case_id) == []


def test_a_crash_at_any_write_of_a_sweep_leaves_everything_due(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", SUPPLEMENT)
    assert crashes(tiny, case_id, lambda: timers.sweep(tiny.tools, LATER)) > 8
    assert [each.node_key for each in tiny.facts(case_id).work] == ["register"]
    timers.sweep(tiny.tools, LATER)  # what the first one began has become due too
    assert violations(tiny.tools, case_id, LATER) == []


def test_a_crash_at_any_write_of_an_extension_leaves_the_clock_alone(tiny: Tiny) -> None:
    case_id = tiny.open()

    def extend() -> None:
        tiny.act(HEAD, lambda ctx: deadline_clock.extend(ctx, case_id, "registration", n=2))

    assert crashes(tiny, case_id, extend) > 4
    assert violations(tiny.tools, case_id) == []


def test_an_error_at_any_write_of_a_sweep_loses_and_doubles_nothing(tiny: Tiny) -> None:
    expected = swept(tiny, None)
    for number in range(1, 60):
        found = swept(tiny, number)
        assert found[1:] == expected[1:], f"error at write {number}"
        if not found[0]:
            return
    raise AssertionError("the sweep never came through")


def swept(tiny: Tiny, number: int | None) -> tuple[bool, Any, Any, Any]:
    """Sweep a fresh case with one error at a write, then often enough to try again."""
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", SUPPLEMENT)
    with failing(tiny.tools, number, OSError) as failed:
        timers.sweep(tiny.tools, LATER)
    for minutes in (2, 5, 10):
        timers.sweep(tiny.tools, LATER.replace(minute=minutes))
    assert violations(tiny.tools, case_id, LATER) == []
    facts = tiny.facts(case_id)
    told = {(each.label, each.deadline_key) for each in facts.notices}
    clocks = [(clock.rule_key, clock.state) for clock in facts.clocks]
    return bool(failed), facts.visited, clocks, told


class Killed(BaseException):
    """The process is gone; nothing may handle it."""


def crashes(tiny: Tiny, case_id: str, act: Callable[[], object]) -> int:
    """Crash the act at its first write, its second …, until it comes through; how often."""
    before = dump(tiny.tools)
    for number in range(1, 200):
        with failing(tiny.tools, number, Killed):
            try:
                act()
            except Killed:
                pass
            else:
                assert broken_chain(tiny.tools) is None
                return number - 1
        assert dump(tiny.tools) == before, f"crash at write {number}"
        assert held_in_memory(tiny.tools, case_id) in (None, stored(tiny.tools, case_id))
    raise AssertionError("the act never came through")


@contextmanager
def failing(tools: Tools, number: int | None, error: type[BaseException]) -> Iterator[list[str]]:
    """Raise once, at the write of this number; the commit counts as the last one."""
    seen: list[str] = []
    failed: list[str] = []

    def note(what: str) -> None:
        seen.append(what)
        if len(seen) == number and not failed:
            failed.append(what)
            raise error(what)

    def before(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            note(statement)

    def commit(_connection: Any) -> None:
        note("COMMIT")

    event.listen(tools.database, "before_cursor_execute", before)
    event.listen(tools.database, "commit", commit)
    try:
        yield failed
    finally:
        event.remove(tools.database, "before_cursor_execute", before)
        event.remove(tools.database, "commit", commit)


def held_in_memory(tools: Tools, case_id: str) -> bytes | None:
    """Digest of the state at which the engine holds a live object of the case."""
    engine = tools.engine
    assert isinstance(engine, SpiffEngine)
    return engine._live._digests.get(case_id)


def stored(tools: Tools, case_id: str) -> bytes:
    with tools.readers() as session:
        found = select(case_state.c.state).where(case_state.c.case_id == case_id)
        return digest(session.scalars(found).one())


def dump(tools: Tools) -> dict[str, list[str]]:
    """Every row of every table."""
    with tools.readers() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture(autouse=True)
def _loaded(tiny: Tiny) -> None:
    """The release is loaded once beforehand, so that only writes of the act are counted."""
    tiny.program(lambda ctx: definitions.in_force(ctx, "tiny_matter", ctx.today))
