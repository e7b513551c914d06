"""Messages between cases: handed to the one place that waits for them, never broadcast."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from server.domain.access import SYSTEM, Permission, permits
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine.port import Deliver
from server.models.case import case as case_table
from server.models.outbox import outbox
from server.services.backoff import MOST_ATTEMPTS, next_try
from server.services.case import case_rows, incidents, subscriptions
from server.services.case.case_state import Act
from server.services.context import Context, Tools, transaction
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import advance


@dataclass(frozen=True, kw_only=True, slots=True)
class _Owed:
    """A message of one case that has not been handed over."""

    id: str
    case_id: str
    message: str
    data: Mapping[str, Json]


def deliver(
    ctx: Context, case_id: str, message: str, payload: Mapping[str, Json], *, sender: str = ""
) -> None:
    """Hand a message to a case that waits for it; only what the pack lets it carry comes along.

    Raises:
        NotFound: there is no such case.
        Forbidden: the actor is not the program.
        Invalid: the message carries something the pack does not name.
        Conflict: the case stands still, or waits for this message nowhere or in several places.
    """
    if not permits(ctx.actor, Permission.MESSAGE_DELIVER):
        raise Forbidden(_("您没有权限转送消息"))
    case = case_rows.lock_open(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)
    _carried(release, message, payload)
    places = subscriptions.waiting(ctx, case.id, message)
    if len(places) != 1:
        raise Conflict(_("该事项没有唯一等待此消息的环节"), detail=f"{message}: {len(places)}")
    place = places[0]
    subscriptions.delivered(ctx, place.id)
    ctx.record("message.deliver", message, case.id, {"from": sender})
    command = Deliver(
        task_key=place.task_key,
        element=place.element,
        payload=advance.routing(release, case.procedure, payload),
        now=ctx.now,
    )
    act = Act(
        command="deliver",
        node_key=place.element,
        task_key=place.task_key,
        answers=payload,
        message=message,
    )
    advance.step(ctx, case, release, command, act)


def hand_over(tools: Tools, now: datetime, limit: int = 100) -> int:
    """Hand the messages cases have sent to the linked cases that wait for them.

    One transaction per message; returns how many arrived. A message nobody here is linked to is
    kept as ``recorded``; one whose receiver does not wait yet stays owed.
    """
    arrived = 0
    for owed in _owed(tools, now, limit):
        try:
            with incidents.acting(tools, SYSTEM, now) as ctx:
                arrived += _hand_over_one(ctx, owed)
        except RongcuoError:
            _postpone(tools, now, owed)
    return arrived


def _carried(release: Release, message: str, payload: Mapping[str, Json]) -> None:
    declared = release.pack.messages.get(message)
    unknown = sorted(set(payload) - set(declared.carries if declared else ()))
    if declared is None or unknown:
        problems = [
            Finding(code="MESSAGE_FIELD", field=name, message=_("该消息不携带这一内容"))
            for name in unknown
        ]
        raise Invalid(_("消息的内容与政策包的规定不符"), problems, detail=message)


def _owed(tools: Tools, now: datetime, limit: int) -> list[_Owed]:
    with tools.readers() as session:
        rows = session.execute(
            select(outbox.c.id, outbox.c.case_id, outbox.c.payload)
            .where(outbox.c.kind == "message", outbox.c.state == "pending", outbox.c.next_at <= now)
            .order_by(outbox.c.created_at, outbox.c.dedupe_key)
            .limit(limit)
        ).all()
    return [
        _Owed(
            id=row.id,
            case_id=row.case_id,
            message=row.payload["message"],
            data=row.payload["data"],
        )
        for row in rows
    ]


def _hand_over_one(ctx: Context, owed: _Owed) -> bool:
    linked = _linked(ctx, owed.case_id)
    if not _is_owed(ctx, owed):
        return False
    waiting = [case_id for case_id in linked if subscriptions.waiting(ctx, case_id, owed.message)]
    if not waiting and linked:
        raise Conflict(_("收件事项尚未等待此消息"))
    for case_id in waiting:
        deliver(ctx, case_id, owed.message, owed.data, sender=owed.case_id)
    _mark(ctx, owed, "sent" if waiting else "recorded")
    return bool(waiting)


def _is_owed(ctx: Context, owed: _Owed) -> bool:
    """Does nobody else hand it over, or has; the row stays locked until the transaction ends."""
    row = select(outbox.c.id).where(outbox.c.id == owed.id, outbox.c.state == "pending")
    return ctx.session.scalar(row.with_for_update()) is not None


def _linked(ctx: Context, case_id: str) -> list[str]:
    """Ids of the open cases this one came from or gave rise to, ascending and locked."""
    parent = select(case_table.c.parent_case_id).where(case_table.c.id == case_id)
    return list(
        ctx.session.scalars(
            select(case_table.c.id)
            .where(
                or_(
                    case_table.c.parent_case_id == case_id,
                    case_table.c.id == parent.scalar_subquery(),
                ),
                case_table.c.status == "open",
            )
            .order_by(case_table.c.id)
            .with_for_update(of=case_table)
        )
    )


def _mark(ctx: Context, owed: _Owed, state: str) -> None:
    ctx.session.execute(
        update(outbox).where(outbox.c.id == owed.id).values(state=state, next_at=None)
    )


def _postpone(tools: Tools, now: datetime, owed: _Owed) -> None:
    """Try again later; a message is owed for as long as its receiver may come to wait for it."""
    with transaction(tools, SYSTEM, now) as ctx:
        attempts = (
            1
            + ctx.session.execute(
                select(outbox.c.attempts).where(outbox.c.id == owed.id)
            ).scalar_one()
        )
        ctx.session.execute(
            update(outbox)
            .where(outbox.c.id == owed.id, outbox.c.state == "pending")
            .values(attempts=attempts, next_at=next_try(now, min(attempts, MOST_ATTEMPTS - 1)))
        )
