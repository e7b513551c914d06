"""Both chains of the record walked from their beginning, a piece at a time, and alarm.

Nothing is locked: each piece is a short reading of its own, and what is appended meanwhile is
walked with the rest. Where the walk ended is kept, and the next one must come by there: a chain
whose end was cut off and written anew is whole in itself, and found by that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.domain.chores import VERIFY
from server.domain.expressions import Json
from server.domain.incidents import IncidentKind
from server.domain.texts import _
from server.queries import operations as queries
from server.services import audit
from server.services.audit import CHAINS, Record, Verdict, Walk
from server.services.context import Tools
from server.services.operations import incidents

#: records of one reading
PIECE: Final = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """How far a chain was walked: its last record that held."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What walking both chains found."""

    verdicts: Mapping[str, Verdict]
    ends: Mapping[str, Mark]

    @property
    def is_whole(self) -> bool:
        """Does every chain hold."""
        return all(verdict.broken is None for verdict in self.verdicts.values())

    def told(self) -> dict[str, Json]:
        """What is kept of it: numbers and hashes."""
        ends = {chain: {"seq": mark.seq, "hash": mark.hash} for chain, mark in self.ends.items()}
        broken = {
            chain: verdict.broken
            for chain, verdict in self.verdicts.items()
            if verdict.broken is not None
        }
        count = sum(verdict.count for verdict in self.verdicts.values())
        return {"count": count, "ends": dict(ends), "broken": dict(broken)}


def verify(tools: Tools, real_now: datetime) -> Found:
    """Walk both chains; what is broken becomes an incident, what is whole again closes it."""
    kept = _kept(tools)
    verdicts: dict[str, Verdict] = {}
    ends: dict[str, Mark] = {}
    for chain in CHAINS:
        verdicts[chain], ends[chain] = _walked(tools, chain, kept.get(chain))
        _tell(tools, chain, verdicts[chain], real_now)
    return Found(verdicts=verdicts, ends=ends)


def _walked(tools: Tools, chain: str, kept: Mark | None) -> tuple[Verdict, Mark]:
    walk = Walk(chain)
    while True:
        with tools.readers() as session:
            end, last = audit.ends(session, chain)
            piece = list(audit.records(session, chain, after=walk.count, up_to=last, most=PIECE))
        reason = _reason(walk, piece, kept)
        if reason:
            return walk.broken(reason), kept or Mark()
        if len(piece) < PIECE:
            break
    verdict = walk.end(end)
    if verdict.broken is None and kept is not None and walk.count < kept.seq:
        verdict = walk.broken(_("上次核对时还有的记录不见了"))
    is_whole = verdict.broken is None
    return verdict, Mark(seq=walk.count, hash=walk.last) if is_whole else kept or Mark()


def _reason(walk: Walk, piece: list[tuple[Record, str]], kept: Mark | None) -> str:
    """Walk on; what is wrong with the first record that does not hold, empty for nothing."""
    for record, stored in piece:
        if kept is not None and record.seq == kept.seq and stored != kept.hash:
            return _("与上次核对时的记录不同")
        reason = walk.step(record, stored)
        if reason:
            return reason
    return ""


def _tell(tools: Tools, chain: str, verdict: Verdict, real_now: datetime) -> None:
    if verdict.broken is None:
        incidents.over(tools, IncidentKind.AUDIT_BROKEN, real_now, subject=chain)
        return
    detail: dict[str, Json] = {"seq": verdict.broken, "reason": verdict.reason}
    incidents.met(tools, IncidentKind.AUDIT_BROKEN, real_now, subject=chain, detail=detail)


def _kept(tools: Tools) -> dict[str, Mark]:
    with tools.readers() as session:
        beat = queries.beats(session).get(VERIFY.name)
    ends = beat.detail.get("ends") if beat is not None else None
    if not isinstance(ends, dict):
        return {}
    return {chain: Mark(seq=end["seq"], hash=end["hash"]) for chain, end in ends.items()}
