"""Messages between cases: handed to the one place that waits for them, never broadcast."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from server.domain.access import SYSTEM, Permission, permits
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.lifecycle import CaseStatus
from server.domain.texts import _
from server.engine.port import Deliver
from server.models.case import case as case_table
from server.models.outbox import outbox
from server.services import database_faults
from server.services.backoff import MOST_ATTEMPTS, next_try
from server.services.case import case_rows, incidents, subscriptions
from server.services.case.case_state import Act
from server.services.context import Context, Tools, transaction
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import advance

_log = logging.getLogger(__name__)


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
        tools.go_on()
        try:
            with incidents.acting(tools, SYSTEM, now) as ctx:
                arrived += _hand_over_one(ctx, owed)
        except RongcuoError as refused:
            _postpone(tools, now, owed, refused)
        except Exception as error:  # one bad message must not stop all others
            if database_faults.kind_of(error) is not None:
                raise
            _log.exception("message failed")
            _postpone(tools, now, owed, error)
    return arrived


def again(ctx: Context, outbox_id: str) -> None:
    """Try a message once more that was given up or waits to be tried again.

    Raises:
        Forbidden: the actor is neither the program nor the system administrator.
        NotFound: there is no such message, or it has arrived.
    """
    if not permits(posts.with_posts(ctx), Permission.INCIDENT_RESOLVE):
        raise Forbidden(_("只有运行人员可以重试"))
    row = ctx.session.execute(
        update(outbox)
        .where(
            outbox.c.id == outbox_id,
            outbox.c.kind == "message",
            outbox.c.state.in_(("pending", "failed")),
        )
        .values(state="pending", attempts=0, next_at=ctx.now, error="")
        .returning(outbox.c.case_id, outbox.c.payload)
    ).one_or_none()
    if row is None:
        raise NotFound
    ctx.record("message.again", row.payload["message"], row.case_id, {"outbox": outbox_id})


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
    waiting = [
        case_id
        for case_id, status in linked
        if status == CaseStatus.OPEN and subscriptions.waiting(ctx, case_id, owed.message)
    ]
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


def _linked(ctx: Context, case_id: str) -> list[tuple[str, str]]:
    """Ids of the cases this one came from or gave rise to, ascending and locked, with their
    status; one that stands still may come to wait for a message, one that is over never will."""
    parent = select(case_table.c.parent_case_id).where(case_table.c.id == case_id)
    return [
        (row.id, row.status)
        for row in ctx.session.execute(
            select(case_table.c.id, case_table.c.status)
            .where(
                or_(
                    case_table.c.parent_case_id == case_id,
                    case_table.c.id == parent.scalar_subquery(),
                ),
                case_table.c.status.in_((CaseStatus.OPEN, CaseStatus.SUSPENDED)),
            )
            .order_by(case_table.c.id)
            .with_for_update(of=case_table)
        )
    ]


def _mark(ctx: Context, owed: _Owed, state: str) -> None:
    ctx.session.execute(
        update(outbox).where(outbox.c.id == owed.id).values(state=state, next_at=None)
    )


def _postpone(tools: Tools, now: datetime, owed: _Owed, error: Exception) -> None:
    """Try again later; a message is owed for as long as its receiver may come to wait for it.

    One that no receiver could take for a fault of the program is given up after some attempts.
    """
    with transaction(tools, SYSTEM, now) as ctx:
        attempts = (
            1
            + ctx.session.execute(
                select(outbox.c.attempts).where(outbox.c.id == owed.id)
            ).scalar_one()
        )
        later = next_try(now, attempts)
        if isinstance(error, RongcuoError):
            later = next_try(now, min(attempts, MOST_ATTEMPTS - 1))
        ctx.session.execute(
            update(outbox)
            .where(outbox.c.id == owed.id, outbox.c.state == "pending")
            .values(
                attempts=attempts,
                next_at=later,
                state="pending" if later else "failed",
                error=type(error).__name__,
            )
        )
