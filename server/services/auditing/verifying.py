"""Are both chains whole: walked in the database or an export, and held against an older one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from server.domain.access import Actor
from server.domain.chores import VERIFY
from server.domain.expressions import Json
from server.domain.incidents import IncidentKind
from server.domain.texts import _
from server.services import audit, heartbeats, reads
from server.services.audit import Record, Verdict, Walk
from server.services.auditing.exports import Export, Unreadable, anchored
from server.services.context import Context, Tools
from server.services.operations import incidents

#: the records of a chain
_Records = Callable[[str], Iterator[tuple[Record, str]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What walking both chains found; the first record that does not hold, if any."""

    #: records that hold
    count: int
    #: chain -> its end
    heads: dict[str, Json]
    chain: str | None = None
    broken: int | None = None
    reason: str = ""

    @property
    def document(self) -> dict[str, Json]:
        """As programs read it."""
        return {
            "count": self.count,
            "chain": self.chain,
            "broken": self.broken,
            "reason": self.reason or None,
        }


def in_database(ctx: Context, anchor: Export | None = None) -> Verified:
    """Walk the chains of the database; repairs nothing."""
    # what is appended meanwhile is left to the next time
    ends = {chain: audit.ends(ctx.session, chain) for chain in audit.CHAINS}
    heads: dict[str, Json] = {chain: head for chain, (head, _last) in ends.items()}
    return _verified(
        lambda chain: audit.records(ctx.session, chain, up_to=ends[chain][1]), heads, anchor
    )


def in_export(export: Export, anchor: Export | None = None) -> Verified:
    """Walk the chains of an export, with no database."""
    heads = {chain: dict(export.heads[chain]) for chain in audit.CHAINS}
    found = _verified(export.records, heads, anchor)
    if found.broken is not None:
        return found
    last = audit.CHAINS[-1]
    broken = int(heads[last]["seq"]) + 1
    try:
        fault = export.fault()
    except Unreadable as error:
        fault = _("文件第{n}行不能识别").format(n=error)
    if not fault:
        return found
    return Verified(count=found.count, heads=heads, chain=last, broken=broken, reason=fault)


def note(tools: Tools, actor: Actor, found: Verified, now: datetime, real_now: datetime) -> None:
    """Put a verification of the database on record, and what it found where people look.

    ``now`` is the installation's clock, ``real_now`` the machine's.
    """
    detail = found.document | {"ok": found.broken is None, "heads": found.heads}
    reads.noted(tools, actor, now, verb="audit.verify", target="audit", detail=detail)
    heartbeats.note(tools, VERIFY.name, real_now, detail)
    for chain in audit.CHAINS:
        if chain == found.chain:
            told = {"broken": found.broken}
            incidents.met(
                tools, IncidentKind.AUDIT_BROKEN, real_now, subject=chain, detail=dict(told)
            )
        elif found.broken is None:
            incidents.over(tools, IncidentKind.AUDIT_BROKEN, real_now, subject=chain)


def _verified(records: _Records, heads: dict[str, Json], anchor: Export | None) -> Verified:
    count = 0
    for chain in audit.CHAINS:
        verdict = _walked(chain, records(chain), heads[chain], anchor)
        count += verdict.count
        if verdict.broken is not None:
            return Verified(
                count=count,
                heads=heads,
                chain=chain,
                broken=verdict.broken,
                reason=verdict.reason,
            )
    return Verified(count=count, heads=heads)


def _walked(
    chain: str,
    records: Iterator[tuple[Record, str]],
    head: dict[str, Json],
    anchor: Export | None,
) -> Verdict:
    walk = Walk(chain)
    try:
        for record, stored, is_other in anchored(records, anchor):
            reason = walk.step(record, stored)
            if not reason and is_other:
                walk.count -= 1
                reason = _("与先前导出的记录不同：这一条及其以后被改写过")
            if reason:
                return walk.broken(reason)
    except Unreadable as error:
        return walk.broken(_("文件第{n}行不能识别").format(n=error))
    if anchor is not None and anchor.has_more(chain):
        return walk.broken(_("先前导出的记录在此之后还有，末尾被截去"))
    return walk.end(head)
