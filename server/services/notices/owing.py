"""A notice as rows: what its reader finds in the house, and what is owed to him outside.

Written in the transaction of its cause, once per cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select

from server.models.base import new_id
from server.models.outbox import notification, outbox
from server.services.context import Context

# written for every rung that fires: built once
_KNOWN = select(notification.c.dedupe_key).where(
    notification.c.dedupe_key.in_(bindparam("keys", expanding=True))
)
_WRITE = insert(notification)
_OWE = insert(outbox)


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


def owe(ctx: Context, wanted: Sequence[Wanted]) -> None:
    """Write these notices and owe them outside; a second time for the same cause is a no-op."""
    by_cause = {each.dedupe_key: each for each in wanted}
    known = set(ctx.session.scalars(_KNOWN, {"keys": list(by_cause)}))
    new = {new_id(): each for cause, each in by_cause.items() if cause not in known}
    if new:
        ctx.session.execute(_WRITE, [_row(ctx, *each) for each in new.items()])
    outside = [_outside(ctx, *each) for each in new.items() if each[1].recipient_id is not None]
    if outside:
        ctx.session.execute(_OWE, outside)


def _row(ctx: Context, notice_id: str, wanted: Wanted) -> dict[str, Any]:
    columns = {name: getattr(wanted, name) for name in Wanted.__slots__}
    return {"id": notice_id, **columns, "created_at": ctx.now}


def _outside(ctx: Context, notice_id: str, wanted: Wanted) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": "notice",
        "payload": {"notification": notice_id},
        "dedupe_key": f"notice:{notice_id}",
        "state": "pending",
        "next_at": ctx.now,
        "case_id": wanted.case_id,
        "created_at": ctx.now,
    }
