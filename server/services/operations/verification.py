"""Both chains of the record walked from their beginning, a piece at a time, and alarm.

Nothing is locked: each piece is a short reading of its own, and what is appended meanwhile is
walked with the rest. Where the walk ended is kept, and the next one must come by there: a chain
whose end was cut off and written anew is whole in itself, and found by that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.domain.expressions import Json
from server.domain.incidents import IncidentKind
from server.domain.texts import _
from server.queries import operations as queries
from server.services import audit, heartbeats
from server.services.audit import CHAINS, Record, Verdict, Walk
from server.services.context import Tools
from server.services.operations import incidents

#: records of one reading
PIECE: Final = 2_000
#: name of the heartbeat that keeps the ends; whoever verifies by command leaves them alone
_ENDS: Final = "verified ends"


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
        """What is kept of it, as of a verification by command: numbers and hashes."""
        wrong = [(chain, found) for chain, found in self.verdicts.items() if found.broken]
        chain, broken = wrong[0] if wrong else (None, Verdict(count=0))
        return {
            "ok": self.is_whole,
            "count": sum(verdict.count for verdict in self.verdicts.values()),
            "chain": chain,
            "broken": broken.broken,
            "reason": broken.reason or None,
        }


def verify(tools: Tools, real_now: datetime) -> Found:
    """Walk both chains; what is broken becomes an incident, what is whole again closes it."""
    kept = _kept(tools)
    verdicts: dict[str, Verdict] = {}
    ends: dict[str, Mark] = {}
    for chain in CHAINS:
        verdicts[chain], ends[chain] = _walked(tools, chain, kept.get(chain))
        _tell(tools, chain, verdicts[chain], real_now)
    kept_now = {chain: {"seq": mark.seq, "hash": mark.hash} for chain, mark in ends.items()}
    heartbeats.note(tools, _ENDS, real_now, dict(kept_now))
    return Found(verdicts=verdicts, ends=ends)


def _walked(tools: Tools, chain: str, kept: Mark | None) -> tuple[Verdict, Mark]:
    walk = Walk(chain)
    while True:
        tools.go_on()
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
    detail: dict[str, Json] = {"broken": verdict.broken, "reason": verdict.reason}
    incidents.met(tools, IncidentKind.AUDIT_BROKEN, real_now, subject=chain, detail=detail)


def _kept(tools: Tools) -> dict[str, Mark]:
    with tools.readers() as session:
        beat = queries.beats(session).get(_ENDS)
    found = beat.detail if beat is not None else {}
    return {
        chain: Mark(seq=end["seq"], hash=end["hash"])
        for chain, end in found.items()
        if isinstance(end, dict)
    }
