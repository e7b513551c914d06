"""Both chains are walked, a piece at a time; what is broken is alarmed, and nothing repaired."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from server import jobs
from server.domain.access import SYSTEM
from server.domain.chores import VERIFY
from server.domain.expressions import Json
from server.queries import operations as queries
from server.services import audit
from server.services.auditing import verifying
from server.services.context import Tools, reading, transaction
from server.services.operations import verification
from server.telemetry import Meters
from tests.services.test_audit import append

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few records are several pieces."""
    monkeypatch.setattr(verification, "PIECE", 3)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
def test_a_whole_record_is_whole_whatever_the_pieces(empty_tools: Tools, count: int) -> None:
    append(empty_tools, count)
    found = verification.verify(empty_tools, NOW)
    assert found.is_whole
    assert found.verdicts["act"].count == found.ends["act"].seq == count
    assert standing(empty_tools) == []


def test_a_changed_record_is_alarmed_by_chain_and_number_until_it_is_whole_again(
    empty_tools: Tools,
) -> None:
    append(empty_tools, 7)
    tamper(empty_tools, "UPDATE audit_event SET text = '{\"n\":5}' WHERE seq = 5")
    assert not verification.verify(empty_tools, NOW).is_whole
    assert standing(empty_tools) == [("act", 5)]
    tamper(empty_tools, "UPDATE audit_event SET text = '{\"名称\":4}' WHERE seq = 5")
    assert verification.verify(empty_tools, NOW).is_whole
    assert standing(empty_tools) == []


def test_an_end_that_was_cut_off_is_missed_though_the_rest_is_whole(empty_tools: Tools) -> None:
    append(empty_tools, 7)
    verified(empty_tools)
    cut_off(empty_tools, 5)
    with empty_tools.readers() as session:
        assert audit.verify(session).broken is None
    assert not verification.verify(empty_tools, NOW).is_whole
    assert standing(empty_tools) == [("act", 6)]


def test_an_end_that_was_written_anew_is_found_though_it_is_whole(empty_tools: Tools) -> None:
    append(empty_tools, 7)
    verified(empty_tools)
    cut_off(empty_tools, 5)
    append(empty_tools, 4)
    with empty_tools.readers() as session:
        assert audit.verify(session).broken is None
    assert not verification.verify(empty_tools, NOW).is_whole
    assert standing(empty_tools) == [("act", 7)]
    verified(empty_tools)  # what is kept is the end that was right
    assert standing(empty_tools) == [("act", 7)]


def test_nothing_is_locked_while_the_record_is_walked(
    empty_tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(empty_tools, 7)
    ends = audit.ends

    def ended(session: Session, chain: str) -> tuple[dict[str, Json], int]:
        found = ends(session, chain)
        session.rollback()
        with transaction(empty_tools, SYSTEM, NOW) as ctx:
            ctx.record("test", "meanwhile")
        return found

    monkeypatch.setattr(audit, "ends", ended)
    assert verification.verify(empty_tools, NOW).is_whole
    with empty_tools.readers() as session:
        assert audit.verify(session).broken is None
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert verifying.in_database(ctx).broken is None


def test_a_verification_by_command_leaves_alone_what_is_kept(empty_tools: Tools) -> None:
    append(empty_tools, 7)
    verified(empty_tools)
    cut_off(empty_tools, 5)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        verifying.note(empty_tools, SYSTEM, verifying.in_database(ctx), NOW, NOW)
    assert not verification.verify(empty_tools, NOW).is_whole


def tamper(tools: Tools, *statements: str) -> None:
    """Do what only somebody with power over the database can do, as often as he likes."""
    off = {
        "sqlite": [
            "DROP TRIGGER IF EXISTS audit_event_update",
            "DROP TRIGGER IF EXISTS audit_event_delete",
        ],
        "postgresql": ["ALTER TABLE audit_event DISABLE TRIGGER ALL"],
    }
    with tools.database.begin() as connection:
        for line in [*off[tools.database.dialect.name], *statements]:
            connection.exec_driver_sql(line)


def verified(tools: Tools) -> None:
    """As it happens every day: what was found is kept."""
    jobs.worker(tools, lambda: NOW, Meters()).do(VERIFY)


def cut_off(tools: Tools, seq: int) -> None:
    """Take records away and set the head so that nobody sees it."""
    tamper(
        tools,
        f"DELETE FROM audit_event WHERE chain = 'act' AND seq > {seq}",
        f"UPDATE audit_head SET seq = {seq}, hash ="
        f" (SELECT hash FROM audit_event WHERE chain = 'act' AND seq = {seq})"
        " WHERE chain = 'act'",
    )


def standing(tools: Tools) -> list[tuple[str, object]]:
    with tools.readers() as session:
        found = queries.broken_chains(session)
    return [(each.subject, each.detail["broken"]) for each in found]
