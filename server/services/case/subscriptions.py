"""Which case waits for which message, and which messages a case has sent.

A subscription answers to the case's own id and nothing else, so that a message for one case never
enters another. Handing a message over is the business of ``messages``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import insert, select, update

from server.domain.packs import PolicyPack
from server.engine.port import MessageSent, Subscription
from server.models.base import new_id
from server.models.outbox import message_subscription, outbox
from server.services.buffers import Buffer, Row, Shelf
from server.services.case import links
from server.services.context import Context

_WAITING: Final = Shelf(message_subscription, message_subscription.c.state == "open")


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An open subscription."""

    id: str
    task_key: str
    element: str


def open_(ctx: Context, case_id: str, subscribed: Iterable[Subscription]) -> None:
    """Note what the case began to wait for; what was sent to it before comes at once."""
    begun = list(subscribed)
    if begun:
        links.awaken(ctx, case_id)
    for entry in begun:
        _open(ctx, case_id).add(
            case_id=case_id,
            task_key=entry.task_key,
            element=entry.element,
            message=entry.message,
            correlation_key=case_id,
            state="open",
        )


def close(ctx: Context, case_id: str, unsubscribed: Iterable[Subscription]) -> None:
    """Note what it no longer waits for."""
    gone = {(entry.task_key, entry.element) for entry in unsubscribed}
    if gone:
        _close(ctx, case_id, lambda row: (row["task_key"], row["element"]) in gone)


def carry(
    ctx: Context, case_id: str, stayed: Iterable[Subscription], mapping: Mapping[str, str]
) -> None:
    """Let the case wait on for the same under the names of another version of its diagram."""
    wanted = {(each.task_key, each.element): each for each in stayed}
    kept = _open(ctx, case_id)
    for row in kept:
        element = mapping.get(row["element"]) or row["element"]
        now = wanted.get((row["task_key"], element))
        if row["state"] == "open" and now is not None:
            if now.message != row["message"]:
                links.awaken(ctx, case_id)
            kept.change(row, element=now.element, message=now.message)


def close_all(ctx: Context, case_id: str) -> None:
    """The case is over: it waits for nothing."""
    _close(ctx, case_id, lambda _row: True)


def _open(ctx: Context, case_id: str) -> Buffer:
    return ctx.rows(_WAITING, case_id)


def _close(ctx: Context, case_id: str, is_meant: Callable[[Row], bool]) -> None:
    kept = _open(ctx, case_id)
    for row in kept:
        if row["state"] == "open" and is_meant(row):
            kept.change(row, state="closed")


def waiting(ctx: Context, case_id: str, message: str) -> list[Waiting]:
    """Where this case waits for this message."""
    rows = ctx.session.execute(
        select(
            message_subscription.c.id,
            message_subscription.c.task_key,
            message_subscription.c.element,
        )
        .where(
            message_subscription.c.message == message,
            message_subscription.c.correlation_key == case_id,
            message_subscription.c.case_id == case_id,
            message_subscription.c.state == "open",
        )
        .order_by(message_subscription.c.task_key, message_subscription.c.element)
    )
    return [Waiting(id=row.id, task_key=row.task_key, element=row.element) for row in rows]


def delivered(ctx: Context, subscription_id: str) -> None:
    """The message came to this subscription; it is used up."""
    ctx.session.execute(
        update(message_subscription)
        .where(message_subscription.c.id == subscription_id)
        .values(state="delivered")
    )


def send(
    ctx: Context, pack: PolicyPack, case_id: str, version: int, sent: Sequence[MessageSent]
) -> None:
    """Owe each message the diagram threw; only the variables the pack lets it carry travel."""
    owed = [
        {
            "id": new_id(),
            "kind": "message",
            "payload": {
                "message": message.message,
                "element": message.element,
                "data": {name: message.data.get(name) for name in _carried(pack, message)},
            },
            "dedupe_key": f"{case_id}:{version}:{index}:{message.element}",
            "state": "pending",
            "next_at": ctx.now,
            "case_id": case_id,
            "created_at": ctx.now,
        }
        for index, message in enumerate(sent)
    ]
    if owed:
        ctx.session.execute(insert(outbox), owed)
    for message in sent:
        ctx.record("message.send", message.message, case_id)


def _carried(pack: PolicyPack, message: MessageSent) -> Iterable[str]:
    declared = pack.messages.get(message.message)
    return declared.carries if declared else ()
