"""Which case a message is for that begins none: the one it names, or the family of its sender.

A reference reaches a case that is linked with the sender or about the same person or unit, and no
other: whether there is another case with this reference is not told.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select

from server.domain.lifecycle import OVER, CaseStatus
from server.domain.links import Fault
from server.domain.packs import Message
from server.models.case import case as case_table
from server.models.case import takeover
from server.models.outbox import outbox
from server.services.case import facts, links, outgoing, subscriptions
from server.services.case.case_rows import CaseRow
from server.services.case.outgoing import Owed
from server.services.context import Context
from server.services.law.releases import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Receivers:
    """Who gets a message now, or why nobody does."""

    #: cases that wait for it, locked
    waiting: tuple[str, ...] = ()
    #: why nobody gets it; it stays owed where that may change by itself
    fault: Fault | None = None
    #: the one case it is for, once it is known
    one: str | None = None


def of(
    ctx: Context, sender: CaseRow, release: Release, declared: Message | None, owed: Owed
) -> Receivers:
    """The cases this message goes to now; every case that counts is locked, by ascending id."""
    wanted = _reference(ctx, sender, release, declared, owed)
    is_for_one = bool(wanted) or owed.part is not None
    if is_for_one:
        found = _by_reference(ctx, sender, wanted)
        candidates = [found] if found else []
        nobody = Fault.NO_SUCH_CASE
    else:
        candidates = links.family(ctx, sender.id)
        nobody = Fault.NO_RECEIVER
    states = _locked(ctx, [sender.id, *candidates])
    alive = [each for each in candidates if states[each] not in OVER]
    one = candidates[0] if len(candidates) == 1 else None
    waiting = tuple(
        each
        for each in alive
        if states[each] == CaseStatus.OPEN and subscriptions.waiting(ctx, each, owed.message)
    )
    if waiting:
        return Receivers(waiting=waiting, one=one)
    if alive or (not is_for_one and _begins_more(ctx, release, owed)):
        return Receivers(fault=Fault.NOT_AWAITED, one=one)
    return Receivers(fault=Fault.RECEIVER_OVER if candidates else nobody, one=one)


def _reference(
    ctx: Context, sender: CaseRow, release: Release, declared: Message | None, owed: Owed
) -> str:
    if declared is None or declared.to_case is None:
        return ""
    seen = outgoing.known(ctx, sender, release, declared, owed)
    return str(facts.value(ctx.tools.evaluate, declared.to_case, seen) or "").strip()


def _by_reference(ctx: Context, sender: CaseRow, reference: str) -> str | None:
    """The case with this reference, or that was taken over under it, if the sender may reach it."""
    if not reference or "\x00" in reference:
        return None
    found = ctx.session.scalars(
        select(case_table.c.id)
        .outerjoin(takeover, takeover.c.case_id == case_table.c.id)
        .where(
            or_(case_table.c.reference == reference, takeover.c.reference == reference),
            case_table.c.id != sender.id,
        )
        .order_by(case_table.c.id)
    )
    return next(
        (
            each
            for each in found
            if links.are_linked(ctx, sender.id, each) or links.share_a_party(ctx, sender.id, each)
        ),
        None,
    )


def _locked(ctx: Context, ids: list[str]) -> dict[str, str]:
    rows = ctx.session.execute(
        select(case_table.c.id, case_table.c.status)
        .where(case_table.c.id.in_(ids))
        .order_by(case_table.c.id)
        .with_for_update()
    )
    return {row.id: row.status for row in rows}


def _begins_more(ctx: Context, release: Release, owed: Owed) -> bool:
    """Is the beginning of a case still owed that might be the receiver."""
    messages = release.pack.messages
    begins = {key for key, each in messages.items() if each.opens}
    if not begins:
        return False
    rows = ctx.session.scalars(
        select(outbox.c.payload).where(
            outbox.c.case_id == owed.case_id,
            outbox.c.kind == "message",
            outbox.c.state.in_(("pending", "failed")),
            outbox.c.id != owed.id,
        )
    )
    return any(row["message"] in begins for row in rows)
