from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SM3, Hash
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.domain.access import SYSTEM, Actor
from server.domain.calendar import CHINA_TIME
from server.models.audit import AuditEvent
from server.services import audit
from server.services.context import Tools, reading, transaction

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)


def test_sm3_is_the_one_of_the_standard() -> None:
    hashing = Hash(SM3())
    hashing.update(b"abc")
    assert hashing.finalize().hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_the_hash_of_a_record_never_changes() -> None:
    assert audit.digest(RECORD) == KNOWN


def test_moving_a_letter_between_two_columns_changes_the_hash() -> None:
    moved = audit.Record(**{**FIELDS, "verb": "case.opent", "target": "est"})
    assert audit.digest(moved) != audit.digest(
        audit.Record(**{**FIELDS, "verb": "case.open", "target": "test"})
    )


def test_an_untouched_chain_holds(empty_tools: Tools) -> None:
    append(empty_tools, 5)
    assert verdict(empty_tools) == audit.Verdict(count=5)


def test_an_empty_chain_holds(empty_tools: Tools) -> None:
    assert verdict(empty_tools) == audit.Verdict(count=0)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_event SET actor_id = 'other' WHERE seq = 3", 3),
        ("UPDATE audit_event SET text = '{}' WHERE seq = 2", 2),
        ("DELETE FROM audit_event WHERE seq = 3", 3),
        ("DELETE FROM audit_event WHERE seq = 5", 5),
        ("UPDATE audit_head SET seq = 4", 6),
        ("UPDATE audit_event SET algorithm = 'CRC' WHERE seq = 1", 1),
    ],
)
def test_verify_names_the_first_broken_record(
    empty_tools: Tools, statement: str, broken: int
) -> None:
    append(empty_tools, 5)
    tamper(empty_tools, statement)

    found = verdict(empty_tools)

    assert found.broken == broken
    assert found.reason


def test_a_rewritten_record_breaks_the_one_after_it(empty_tools: Tools) -> None:
    append(empty_tools, 3)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        row = ctx.session.scalars(select(AuditEvent).where(AuditEvent.seq == 2)).one()
        columns = {name: getattr(row, name) for name in audit.Record.__slots__}
    forged = audit.digest(audit.Record(**{**columns, "actor_id": "other"}))
    tamper(
        empty_tools,
        f"UPDATE audit_event SET actor_id = 'other', hash = '{forged}' WHERE seq = 2",
    )
    assert verdict(empty_tools).broken == 3


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET verb = 'x'", "DELETE FROM audit_event"]
)
def test_the_database_refuses_to_change_a_record(empty_tools: Tools, statement: str) -> None:
    append(empty_tools, 1)
    with pytest.raises(DBAPIError), transaction(empty_tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(text(statement))


def test_acting_for_somebody_else_is_part_of_the_record(empty_tools: Tools) -> None:
    substitute = Actor(person_id="a", name="甲", on_behalf_of="b")
    with transaction(empty_tools, substitute, NOW) as ctx:
        ctx.record("work.claim", "work_item:1", case_id="case-1", detail={"version": 2})

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        row = ctx.session.scalars(select(AuditEvent)).one()
        assert (row.actor_id, row.case_id) == ("a", "case-1")
        assert row.text == '{"on_behalf_of":"b","version":2}'


def append(tools: Tools, count: int) -> None:
    """Write one transaction with that many acts."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        for number in range(count):
            ctx.record("test", f"thing:{number}", detail={"名称": number})


def verdict(tools: Tools) -> audit.Verdict:
    """What verifying says."""
    with reading(tools, SYSTEM, NOW) as ctx:
        return audit.verify(ctx.session)


def tamper(tools: Tools, statement: str) -> None:
    """Do what only somebody with power over the database can do."""
    off = {
        "sqlite": ["DROP TRIGGER audit_event_update", "DROP TRIGGER audit_event_delete"],
        "postgresql": ["ALTER TABLE audit_event DISABLE TRIGGER ALL"],
    }
    with tools.database.begin() as connection:
        for line in [*off[tools.database.dialect.name], statement]:
            connection.execute(text(line))


FIELDS: dict[str, Any] = {
    "chain": "act",
    "seq": 1,
    "at": NOW,
    "actor_id": "system",
    "verb": "case.open",
    "target": "case:1",
    "case_id": None,
    "text": "{}",
    "algorithm": "SM3",
    "key_id": "",
    "prev_hash": "",
}
RECORD = audit.Record(**FIELDS)
KNOWN = "1efeefca69d2dee9688422700f2b87855eb99a77b628ce9f03b45dc7ed07f20b"
