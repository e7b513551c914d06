"""A chain that was changed is named, in the database, in an export, and against an older export."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update

from server.domain.access import SYSTEM
from server.domain.errors import Invalid
from server.models.audit import AuditEvent, AuditHead
from server.models.installation import heartbeat, incident
from server.services import audit
from server.services.audit import Record
from server.services.auditing import exports, verifying
from server.services.auditing.exports import Export
from server.services.auditing.verifying import Verified
from server.services.context import Tools, reading, transaction
from tests.services.test_audit import NOW, append, tamper

REAL = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

Lines = list[dict[str, Any]]


def test_an_export_is_verified_without_the_database(empty_tools: Tools) -> None:
    text = exported(filled(empty_tools))
    found = verifying.in_export(Export(io.BytesIO(text)))
    assert (found.count, found.broken) == (8, None)
    assert found.heads["act"]["seq"] == 5


def test_empty_chains_are_whole(empty_tools: Tools) -> None:
    assert verifying.in_export(Export(io.BytesIO(exported(empty_tools)))).broken is None


def _change(lines: Lines) -> None:
    lines[3]["actor_id"] = "other"


def _remove(lines: Lines) -> None:
    del lines[3]


def _cut_the_acts(lines: Lines) -> None:
    del lines[5]


def _cut_the_accesses(lines: Lines) -> None:
    del lines[8]


def _cut_the_file(lines: Lines) -> None:
    del lines[7:]


def _leave_out_the_end(lines: Lines) -> None:
    del lines[9]


def _swap(lines: Lines) -> None:
    lines[2], lines[3] = lines[3], lines[2]


def _hash_one_anew(lines: Lines) -> None:
    lines[3]["actor_id"] = "other"
    lines[3]["hash"] = audit.digest(record(lines[3]))


def _double(lines: Lines) -> None:
    lines.insert(3, lines[3])


def _add_behind(lines: Lines) -> None:
    lines.append(lines[8])


def _lose_a_column(lines: Lines) -> None:
    del lines[3]["verb"]


def _another_type(lines: Lines) -> None:
    lines[3]["text"] = 1


def _naive(lines: Lines) -> None:
    lines[3]["at"] = "2026-03-02T00:30:00"


@pytest.mark.parametrize(
    ("change", "chain", "broken"),
    [
        (_change, "act", 3),
        (_remove, "act", 3),
        (_cut_the_acts, "act", 5),
        (_cut_the_accesses, "access", 3),
        (_cut_the_file, "access", 2),
        (_leave_out_the_end, "access", 4),
        (_swap, "act", 2),
        (_hash_one_anew, "act", 4),
        (_double, "act", 4),
        (_add_behind, "access", 4),
        (_lose_a_column, "act", 3),
        (_another_type, "act", 3),
        (_naive, "act", 3),
    ],
)
def test_the_first_record_of_an_export_that_does_not_hold_is_named(
    empty_tools: Tools, change: Callable[[Lines], None], chain: str, broken: int
) -> None:
    lines = [json.loads(line) for line in exported(filled(empty_tools)).splitlines()]
    change(lines)
    found = verifying.in_export(opened(lines))
    assert (found.chain, found.broken) == (chain, broken)
    assert found.reason


def test_a_line_cut_in_the_middle_is_named(empty_tools: Tools) -> None:
    text = exported(filled(empty_tools))
    found = verifying.in_export(Export(io.BytesIO(text[: len(text) // 2])))
    assert found.chain == "act"
    assert "不能识别" in found.reason


@pytest.mark.parametrize(
    "text", [b"", b"{}\n", b"[]\n", b"PK\x03\x04", b'{"format": "rongcuo-audit"}\n', b"null\n"]
)
def test_what_is_no_export_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid, match="不是"):
        Export(io.BytesIO(text))


def test_an_older_export_finds_a_chain_that_was_hashed_anew(empty_tools: Tools) -> None:
    before = exported(filled(empty_tools))
    append(empty_tools, 2)
    assert held_against(empty_tools, before).broken is None
    hash_anew(empty_tools, 3)
    assert held_against(empty_tools).broken is None  # by itself it looks whole
    found = held_against(empty_tools, before)
    assert (found.chain, found.broken, found.count) == ("act", 3, 2)
    assert "改写" in found.reason
    assert verifying.in_export(as_export(empty_tools), Export(io.BytesIO(before))).broken == 3


def test_an_older_export_finds_a_chain_whose_end_was_cut(empty_tools: Tools) -> None:
    before = exported(filled(empty_tools))
    tamper(empty_tools, "DELETE FROM audit_event WHERE chain = 'access' AND seq = 3")
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        last = ctx.session.scalars(
            select(AuditEvent.hash).where(AuditEvent.chain == "access", AuditEvent.seq == 2)
        ).one()
    with empty_tools.database.begin() as connection:
        moved = update(AuditHead).where(AuditHead.chain == "access").values(seq=2, hash=last)
        connection.execute(moved)
    assert held_against(empty_tools).broken is None
    found = held_against(empty_tools, before)
    assert (found.chain, found.broken) == ("access", 3)
    assert "截去" in found.reason


def test_what_came_of_it_is_on_record_and_an_incident_while_it_lasts(empty_tools: Tools) -> None:
    filled(empty_tools)
    tamper(empty_tools, "UPDATE audit_event SET actor_id = 'x' WHERE chain = 'act' AND seq = 2")
    broken = held_against(empty_tools)
    verifying.note(empty_tools, SYSTEM, broken, NOW, REAL)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        noted = ctx.session.scalars(select(heartbeat.c.detail)).one()
        opened_one = ctx.session.execute(select(incident)).one()
        verb = ctx.session.scalars(
            select(AuditEvent.verb).where(AuditEvent.chain == "access", AuditEvent.seq == 4)
        ).one()
    assert (noted["ok"], noted["chain"], noted["broken"]) == (False, "act", 2)
    assert (opened_one.kind, opened_one.subject, opened_one.state) == (
        "audit_broken",
        "act",
        "open",
    )
    assert verb == "audit.verify"
    verifying.note(empty_tools, SYSTEM, Verified(count=1, heads={}), NOW, REAL)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert ctx.session.scalars(select(incident.c.state)).all() == ["closed"]


def filled(tools: Tools) -> Tools:
    """Five acts and three accesses."""
    append(tools, 5)
    with transaction(tools, SYSTEM, NOW) as ctx:
        for number in range(3):
            ctx.record("look", f"thing:{number}", chain=audit.ACCESS)
    return tools


def exported(tools: Tools) -> bytes:
    """The export."""
    target = io.BytesIO()
    with reading(tools, SYSTEM, NOW) as ctx:
        exports.write(ctx, target, NOW)
    return target.getvalue()


def as_export(tools: Tools) -> Export:
    """The same, opened."""
    return Export(io.BytesIO(exported(tools)))


def opened(lines: Lines) -> Export:
    """An export of these lines."""
    return Export(io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))


def record(line: dict[str, Any]) -> Record:
    """The record of a line."""
    values = {name: line[name] for name in Record.__slots__}
    return Record(**values | {"at": datetime.fromisoformat(line["at"])})


def held_against(tools: Tools, before: bytes = b"") -> Verified:
    """The database, held against an older export."""
    with reading(tools, SYSTEM, NOW) as ctx:
        return verifying.in_database(ctx, Export(io.BytesIO(before)) if before else None)


def hash_anew(tools: Tools, start: int) -> None:
    """Rewrite an act and everything behind it, so that the chain is whole again."""
    tamper(tools, f"UPDATE audit_event SET actor_id = 'x' WHERE chain = 'act' AND seq = {start}")
    with reading(tools, SYSTEM, NOW) as ctx:
        found = list(audit.records(ctx.session, audit.ACT))
    last, changed = found[start - 2][1], []
    for each, _stored in found[start - 1 :]:
        values = {name: getattr(each, name) for name in Record.__slots__} | {"prev_hash": last}
        last = audit.digest(Record(**values))
        changed.append({"of_seq": each.seq, "to_prev": values["prev_hash"], "to_hash": last})
    table = AuditEvent.__table__
    moved = (
        update(AuditEvent)
        .where(table.c.chain == "act", table.c.seq == bindparam("of_seq"))
        .values(prev_hash=bindparam("to_prev"), hash=bindparam("to_hash"))
    )
    with tools.database.begin() as connection:
        connection.execute(moved, changed)
        head = update(AuditHead).where(AuditHead.chain == "act").values(hash=last)
        connection.execute(head)
