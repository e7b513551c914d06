"""The audit chains: append under the head's lock, and find the first broken record.

Two chains: acts are written with what they change; accesses (reads, denials, sign-ins) in a short
transaction of their own before the answer leaves (``reads``).

Each record carries the hash of the one before; the hash runs over every stored column, each
prefixed with its length, so that no two different records read the same. The sequence comes
from the head row, never from a serial: a rollback leaves no gap. The head is locked last,
directly before the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import orjson
from cryptography.hazmat.primitives.hashes import SHA256, SM3, Hash
from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from server.config import Config
from server.domain.access import Actor
from server.domain.expressions import Json
from server.domain.texts import _
from server.models.audit import AuditEvent, AuditHead

#: chain of the business transactions
ACT = "act"
#: chain of what was seen, what was denied, and who came and went
ACCESS = "access"
#: the order in which their heads are locked
CHAINS = (ACT, ACCESS)

_ALGORITHMS = {"SM3": SM3, "SHA-256": SHA256}

_HEADS = AuditHead.__table__
# every use case ends with these three; they are built once, past the mapper
_HEAD = (
    select(_HEADS.c.seq, _HEADS.c.hash)
    .where(_HEADS.c.chain == bindparam("of_chain"))
    .with_for_update()
)
_ADD = insert(cast("Table", AuditEvent.__table__))
_MOVE = (
    update(cast("Table", _HEADS))
    .where(_HEADS.c.chain == bindparam("of_chain"))
    .values(
        seq=bindparam("to_seq"),
        hash=bindparam("to_hash"),
        algorithm=bindparam("with_algorithm"),
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """An act that waits to be appended."""

    verb: str
    target: str
    case_id: str | None
    detail: dict[str, Json]
    chain: str = ACT


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One record of a chain as it is hashed."""

    chain: str
    seq: int
    at: datetime
    actor_id: str
    verb: str
    target: str
    case_id: str | None
    text: str
    algorithm: str
    key_id: str
    prev_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What walking a chain found: how many records hold, and the first that does not."""

    count: int
    #: sequence number of the first broken record, None when the chain holds
    broken: int | None = None
    reason: str = ""


def digest(record: Record) -> str:
    """The hash of a record, hexadecimal, over length-prefixed UTF-8 of every part."""
    hashing = Hash(_ALGORITHMS[record.algorithm]())
    moment = record.at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = (
        record.chain,
        str(record.seq),
        moment,
        record.key_id,
        record.prev_hash,
        record.algorithm,
        record.actor_id,
        record.verb,
        record.target,
        record.case_id or "",
        record.text,
    )
    encoded = [part.encode() for part in parts]
    hashing.update(b"".join(len(part).to_bytes(8, "big") + part for part in encoded))
    return hashing.finalize().hex()


def append(
    session: Session, events: Sequence[Happened], *, actor: Actor, now: datetime, config: Config
) -> None:
    """Append the events to their chains; the heads stay locked until the commit.

    The last thing before a commit: whoever takes another lock afterwards may deadlock.
    """
    for chain in CHAINS:
        own = [happened for happened in events if happened.chain == chain]
        if own:
            _append(session, own, actor=actor, now=now, config=config)


def _append(
    session: Session, events: Sequence[Happened], *, actor: Actor, now: datetime, config: Config
) -> None:
    chain = events[0].chain
    head = session.execute(_HEAD, {"of_chain": chain}).one()
    seq, prev_hash = head.seq, head.hash
    rows = []
    for happened in events:
        seq += 1
        row = _row(happened, actor=actor, now=now, config=config, seq=seq, prev_hash=prev_hash)
        rows.append(row)
        prev_hash = row["hash"]
    session.execute(_ADD, rows)
    moved = {
        "of_chain": chain,
        "to_seq": seq,
        "to_hash": prev_hash,
        "with_algorithm": config.audit_algorithm,
    }
    session.execute(_MOVE, moved)


def verify(session: Session, chain: str = ACT) -> Verdict:
    """Walk a chain from its beginning and compare it with its head; repairs nothing."""
    head = session.execute(select(AuditHead).where(AuditHead.chain == chain)).scalar_one()
    rows = session.execute(
        select(AuditEvent).where(AuditEvent.chain == chain).order_by(AuditEvent.seq)
    ).scalars()
    count, prev_hash = 0, ""
    for row in rows.yield_per(1000):
        reason = _broken(row, seq=count + 1, prev_hash=prev_hash)
        if reason:
            return Verdict(count=count, broken=count + 1, reason=reason)
        count, prev_hash = count + 1, row.hash
    if (head.seq, head.hash) != (count, prev_hash):
        return Verdict(count=count, broken=count + 1, reason=_("记录链的末端与链头不一致"))
    return Verdict(count=count)


def _broken(row: AuditEvent, *, seq: int, prev_hash: str) -> str:
    if row.seq != seq:
        return _("序号不连续，缺少一条记录")
    if row.prev_hash != prev_hash:
        return _("与上一条记录的摘要不衔接")
    if row.algorithm not in _ALGORITHMS:
        return _("摘要算法未知")
    columns = {name: getattr(row, name) for name in Record.__slots__}
    if digest(Record(**columns)) != row.hash:
        return _("记录内容与摘要不符")
    return ""


def _row(
    happened: Happened, *, actor: Actor, now: datetime, config: Config, seq: int, prev_hash: str
) -> dict[str, Json]:
    detail = dict(happened.detail)
    if actor.on_behalf_of:
        detail["on_behalf_of"] = actor.on_behalf_of
    if actor.session_id:
        detail = {"session": actor.session_id, "address": actor.address, **detail}
    record = Record(
        chain=happened.chain,
        seq=seq,
        at=now,
        actor_id=actor.person_id,
        verb=happened.verb,
        target=happened.target,
        case_id=happened.case_id,
        text=orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode(),
        algorithm=config.audit_algorithm,
        key_id="",
        prev_hash=prev_hash,
    )
    return {**{name: getattr(record, name) for name in Record.__slots__}, "hash": digest(record)}
