import threading
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, NoResultFound

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden
from server.models.audit import AuditEvent
from server.models.identity import Person
from server.services.context import Tools, reading, transaction
from server.services.identity import staffing
from tests.factories.engine import FakeEngine

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)


def test_what_a_transaction_did_and_its_audit_events_are_committed_together(
    empty_tools: Tools,
) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        person_id = staffing.create_person(ctx, login="zhao", name="赵一")

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        event = ctx.session.scalars(select(AuditEvent)).one()
        assert ctx.session.get(Person, person_id) is not None
        assert (event.seq, event.verb, event.target) == (1, "person.create", f"person:{person_id}")
        assert event.at == NOW


def test_an_exception_undoes_everything_and_drops_the_engine_s_live_objects(
    empty_tools: Tools,
) -> None:
    fake_engine = FakeEngine()
    faked = replace(empty_tools, engine=fake_engine)

    def fail() -> None:
        with transaction(faked, SYSTEM, NOW) as ctx:
            staffing.create_person(ctx, login="zhao", name="赵一")
            ctx.engine_used("case-1")
            raise Forbidden("不可以")

    with pytest.raises(Forbidden):
        fail()

    assert fake_engine.forgotten == ["case-1"]
    assert counts(empty_tools) == (0, 0)


def test_a_failing_audit_append_undoes_the_act(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(text("DELETE FROM audit_head"))

    with pytest.raises(NoResultFound), transaction(empty_tools, SYSTEM, NOW) as ctx:
        staffing.create_person(ctx, login="zhao", name="赵一")

    assert counts(empty_tools) == (0, 0)


def test_hooks_run_after_the_commit_and_only_then(empty_tools: Tools) -> None:
    seen: list[tuple[int, int]] = []
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        staffing.create_person(ctx, login="zhao", name="赵一")
        ctx.after_commit(lambda: seen.append(counts(empty_tools)))
        assert seen == []

    def fail() -> None:
        with transaction(empty_tools, SYSTEM, NOW) as ctx:
            ctx.after_commit(lambda: seen.append((9, 9)))
            raise Forbidden("不可以")

    with pytest.raises(Forbidden):
        fail()

    assert seen == [(1, 1)]


def test_a_reading_use_case_cannot_write(empty_tools: Tools) -> None:
    with reading(empty_tools, SYSTEM, NOW) as ctx, pytest.raises(DBAPIError):
        ctx.session.execute(text("DELETE FROM person"))

    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        staffing.create_person(ctx, login="zhao", name="赵一")
    assert counts(empty_tools) == (1, 1)


def test_a_row_that_somebody_else_changed_is_a_conflict(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        person_id = staffing.create_person(ctx, login="zhao", name="赵一")

    def overwrite() -> None:
        with transaction(empty_tools, SYSTEM, NOW) as ctx:
            row = ctx.session.get_one(Person, person_id)
            ctx.session.execute(text("UPDATE person SET version = version + 1"))
            row.name = "赵二"

    with pytest.raises(Conflict):
        overwrite()

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert ctx.session.get_one(Person, person_id).name == "赵一"


def test_writers_wait_for_each_other_and_the_chain_has_no_fork_and_no_gap(
    empty_tools: Tools,
) -> None:
    failures: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            for number in range(10):
                with transaction(empty_tools, SYSTEM, NOW) as ctx:
                    staffing.create_person(ctx, login=f"{worker}-{number}", name="某")
                    if number == 5:
                        ctx.session.rollback()
                        ctx.events.clear()
        except BaseException as error:  # noqa: BLE001  # a thread cannot raise into the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert counts(empty_tools) == (36, 36)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        seqs = ctx.session.scalars(select(AuditEvent.seq).order_by(AuditEvent.seq)).all()
        assert seqs == list(range(1, 37))


def test_a_naive_moment_is_refused(empty_tools: Tools) -> None:
    naive: Any = datetime(2026, 3, 2, 8, 30)  # noqa: DTZ001
    with pytest.raises(ValueError, match="naive"), transaction(empty_tools, SYSTEM, naive):
        pass


def test_today_is_the_day_in_china(empty_tools: Tools) -> None:
    late = datetime.fromisoformat("2026-03-01T23:30:00+00:00")
    with reading(empty_tools, SYSTEM, late) as ctx:
        assert ctx.today.isoformat() == "2026-03-02"


def counts(tools: Tools) -> tuple[int, int]:
    """How many people and how many audit events there are."""
    with reading(tools, SYSTEM, NOW) as ctx:
        people = ctx.session.scalar(select(func.count()).select_from(Person)) or 0
        events = ctx.session.scalar(select(func.count()).select_from(AuditEvent)) or 0
        return people, events
