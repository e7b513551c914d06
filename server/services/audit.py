"""The audit chains: append under the head's lock, and find the first broken record.

Two chains: acts are written with what they change; accesses (reads, denials, sign-ins) in a short
transaction of their own before the answer leaves (``reads``).

Each record carries the hash of the one before; the hash runs over every stored column, each
prefixed with its length, so that no two different records read the same. The sequence comes
from the head row, never from a serial: a rollback leaves no gap. The head is locked last,
directly before the commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import orjson
from cryptography.hazmat.primitives.hashes import SHA256, SM3, Hash
from sqlalchemy import Table, bindparam, func, insert, select, update
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

#: records in memory while a chain is walked
_AT_ONCE = 1000

_ALGORITHMS = {"SM3": SM3, "SHA-256": SHA256}

_HEADS = AuditHead.__table__
# every use case ends with these three; they are built once, past the mapper
_HEAD = (
    select(_HEADS.c.seq, _HEADS.c.hash)
    .where(_HEADS.c.chain == bindparam("of_chain"))
    .with_for_update()
)
_EVENTS = cast("Table", AuditEvent.__table__)
_ADD = insert(_EVENTS)
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


@dataclass(slots=True)
class Walk:
    """A chain walked from its beginning, one record after the other."""

    chain: str
    count: int = 0
    last: str = ""

    def step(self, record: Record, stored: str) -> str:
        """Take the next record, stored with this hash; what is wrong with it, empty for nothing."""
        reason = self._broken(record, stored)
        if not reason:
            self.count, self.last = self.count + 1, stored
        return reason

    def end(self, head: Mapping[str, Json]) -> Verdict:
        """What came of it: the last record must be the one the head names."""
        if (head["seq"], head["hash"]) != (self.count, self.last):
            return self.broken(_("记录链的末端与链头不一致"))
        return Verdict(count=self.count)

    def broken(self, reason: str) -> Verdict:
        """The next record does not hold."""
        return Verdict(count=self.count, broken=self.count + 1, reason=reason)

    def _broken(self, record: Record, stored: str) -> str:
        if (record.chain, record.seq) != (self.chain, self.count + 1):
            return _("序号不连续，缺少一条记录")
        if record.prev_hash != self.last:
            return _("与上一条记录的摘要不衔接")
        if record.algorithm not in _ALGORITHMS:
            return _("摘要算法未知")
        return "" if digest(record) == stored else _("记录内容与摘要不符")


def verify(session: Session, chain: str = ACT) -> Verdict:
    """Walk a chain from its beginning and compare it with its head; repairs nothing."""
    end, last = ends(session, chain)
    walk = Walk(chain)
    for record, stored in records(session, chain, up_to=last):
        reason = walk.step(record, stored)
        if reason:
            return walk.broken(reason)
    return walk.end(end)


def head(session: Session, chain: str) -> dict[str, Json]:
    """The end of a chain as its head says: the number and the hash of the last record."""
    row = session.execute(select(_HEADS.c.seq, _HEADS.c.hash).where(_HEADS.c.chain == chain)).one()
    return {"seq": row.seq, "hash": row.hash}


def ends(session: Session, chain: str) -> tuple[dict[str, Json], int]:
    """What the head says, and the number of the last record there is, both of one moment.

    Whoever walks no further than that is not misled by what is appended meanwhile.
    """
    last = select(func.max(_EVENTS.c.seq)).where(_EVENTS.c.chain == chain).scalar_subquery()
    row = session.execute(
        select(_HEADS.c.seq, _HEADS.c.hash, last.label("last")).where(_HEADS.c.chain == chain)
    ).one()
    return {"seq": row.seq, "hash": row.hash}, row.last or 0


def records(
    session: Session,
    chain: str,
    *,
    after: int = 0,
    up_to: int | None = None,
    most: int | None = None,
) -> Iterator[tuple[Record, str]]:
    """The records of a chain in turn, each with its stored hash; few are in memory at a time."""
    names = [*Record.__slots__, "hash"]
    wanted = select(*(_EVENTS.c[name] for name in names)).where(_EVENTS.c.chain == chain)
    if after:
        wanted = wanted.where(_EVENTS.c.seq > after)
    if up_to is not None:
        wanted = wanted.where(_EVENTS.c.seq <= up_to)
    if most is not None:
        wanted = wanted.limit(most)
    options = {"yield_per": _AT_ONCE}
    with session.execute(wanted.order_by(_EVENTS.c.seq), execution_options=options) as rows:
        for row in rows:
            *values, stored = row
            yield Record(**dict(zip(Record.__slots__, values, strict=True))), stored


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
