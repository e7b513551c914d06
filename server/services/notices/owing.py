"""A notice as rows: what its reader finds in the house, and what is owed to him outside.

Written in the transaction of its cause, once per cause.
"""

from dataclasses import dataclass

from sqlalchemy import insert, select

from server.models.base import new_id
from server.models.outbox import notification, outbox
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What somebody is to be told."""

    #: whose notice it is, e.g. ``case_supervision_office.head``
    label: str
    #: None: nobody holds the post today
    recipient_id: str | None
    #: the office he is told in, None for a person of the case
    unit_id: str | None
    #: deadline: a rung of a ladder; others say what they are about
    kind: str
    case_id: str
    deadline_id: str | None = None
    #: what he reads, and no more than he may know
    text: str
    #: ends with ``:`` and the recipient, so that a group is told once of what many are
    dedupe_key: str


def owe(ctx: Context, wanted: Wanted) -> None:
    """Write the notice and owe it outside; a second time for the same cause is a no-op."""
    known = select(notification.c.id).where(notification.c.dedupe_key == wanted.dedupe_key)
    if ctx.session.scalar(known) is not None:
        return
    notice_id = new_id()
    ctx.session.execute(
        insert(notification).values(
            id=notice_id,
            **{name: getattr(wanted, name) for name in Wanted.__slots__},
            created_at=ctx.now,
        )
    )
    if wanted.recipient_id is None:
        return
    ctx.session.execute(
        insert(outbox).values(
            id=new_id(),
            kind="notice",
            payload={"notification": notice_id},
            dedupe_key=f"notice:{notice_id}",
            state="pending",
            next_at=ctx.now,
            case_id=wanted.case_id,
            created_at=ctx.now,
        )
    )
