from datetime import datetime
from threading import Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import NoResultFound

from server.domain.access import SYSTEM, Actor
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Forbidden
from server.models.audit import AuditEvent
from server.services import audit, reads
from server.services.context import Tools, reading, transaction
from server.services.identity import staffing

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
SOMEBODY = Actor(person_id="a", name="甲")


def test_a_look_is_committed_when_the_call_returns(empty_tools: Tools) -> None:
    look(empty_tools)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        row = ctx.session.scalars(select(AuditEvent)).one()
    assert (row.chain, row.seq, row.actor_id, row.verb) == ("access", 1, "a", "case.read")
    assert (row.target, row.case_id, row.text) == ("case:1", "1", '{"part":"papers"}')


def test_each_chain_counts_for_itself(empty_tools: Tools) -> None:
    look(empty_tools)
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        staffing.create_person(ctx, login="zhao", name="赵一")
        ctx.record("x", "y", chain=audit.ACCESS)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert audit.verify(ctx.session, audit.ACT) == audit.Verdict(count=1)
        assert audit.verify(ctx.session, audit.ACCESS) == audit.Verdict(count=2)


def test_a_denial_outlives_the_use_case_that_met_it(empty_tools: Tools) -> None:
    with pytest.raises(Forbidden):
        refuse(empty_tools)
    look(empty_tools)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert [row.verb for row in ctx.session.scalars(select(AuditEvent))] == ["case.read"]


def test_without_a_head_there_is_no_record_and_it_is_told(empty_tools: Tools) -> None:
    with empty_tools.database.begin() as connection:
        connection.execute(text("DELETE FROM audit_head WHERE chain = 'access'"))
    with pytest.raises(NoResultFound):
        look(empty_tools)


def test_many_looks_at_once_neither_fork_the_chain_nor_leave_gaps(empty_tools: Tools) -> None:
    def look_often() -> None:
        for _number in range(10):
            look(empty_tools)

    threads = [Thread(target=look_often) for _worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert audit.verify(ctx.session, audit.ACCESS) == audit.Verdict(count=60)


def refuse(tools: Tools) -> None:
    """A use case that meets a denial after it has begun to write."""
    with transaction(tools, SOMEBODY, NOW) as ctx:
        staffing.create_person(ctx, login="zhao", name="赵一")
        ctx.session.flush()
        raise Forbidden("nein")


def look(tools: Tools) -> None:
    """Record one look."""
    reads.noted(
        tools,
        SOMEBODY,
        NOW,
        verb="case.read",
        target="case:1",
        case_id="1",
        detail={"part": "papers"},
    )
