"""Messages between cases: each begins a case or is handed to those it is for, never broadcast."""

import logging
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from server.domain.access import SYSTEM, Permission, permits
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.links import Fault, LinkKind
from server.domain.packs import Message
from server.domain.texts import _
from server.engine.port import Deliver
from server.models.outbox import outbox
from server.services import database_faults
from server.services.backoff import MOST_ATTEMPTS, next_try
from server.services.case import case_rows, incidents, links, outgoing, sights, subscriptions
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.case.outgoing import Owed
from server.services.context import Context, Tools, transaction
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import addressees, advance, beginnings
from server.services.verbs.beginnings import StartRefused

_log = logging.getLogger(__name__)


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
    """Hand over the messages that cases have sent: each begins a case or reaches those it is for.

    One transaction per message; returns how many arrived. What nobody here is for is kept as
    ``recorded`` with the reason; one whose receiver does not wait yet stays owed; one whose start
    form takes it not is parked as ``failed`` until somebody has mended the cause.
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


def again(ctx: Context, outbox_id: str, case_id: str = "") -> None:
    """Try a message once more that was given up, recorded, or waits to be tried again.

    Raises:
        Forbidden: the actor is neither the program, nor the system administrator, nor one of those
            who handle the case (``case_id``) that sent it.
        NotFound: there is no such message (of this case), or it has arrived.
    """
    handles = bool(case_id) and sights.of(ctx, case_id).is_office
    if not handles and not permits(posts.with_posts(ctx), Permission.INCIDENT_RESOLVE):
        raise Forbidden(_("只有承办机关和运行人员可以重试"))
    row = ctx.session.execute(
        update(outbox)
        .where(
            outbox.c.id == outbox_id,
            outbox.c.kind == "message",
            outbox.c.state.in_(("pending", "failed", "recorded")),
            *([outbox.c.case_id == case_id] if case_id else []),
        )
        .values(state="pending", attempts=0, next_at=ctx.now, error="", problems=None)
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


def _owed(tools: Tools, now: datetime, limit: int) -> list[Owed]:
    with tools.readers() as session:
        rows = session.execute(
            select(outbox.c.id, outbox.c.case_id, outbox.c.payload, outbox.c.attempts)
            .where(outbox.c.kind == "message", outbox.c.state == "pending", outbox.c.next_at <= now)
            .order_by(outbox.c.created_at, outbox.c.dedupe_key)
            .limit(limit)
        ).all()
    return [
        outgoing.read(row.payload, id=row.id, case_id=row.case_id, attempts=row.attempts)
        for row in rows
    ]


def _hand_over_one(ctx: Context, owed: Owed) -> bool:
    sender = case_rows.found(ctx, owed.case_id)
    release = definitions.release(ctx, sender.pack_version_id)
    declared = release.pack.messages.get(owed.message)
    if declared is not None and declared.opens:
        return beginnings.begin(ctx, sender, release, declared, owed)
    if declared is not None and declared.each and owed.part is None:
        return _divide(ctx, sender, release, declared, owed)
    found = addressees.of(ctx, sender, release, declared, owed)
    if not outgoing.hold(ctx, owed):
        return False
    for case_id in found.waiting:
        deliver(ctx, case_id, owed.message, _understood(ctx, case_id, owed), sender=sender.id)
        links.add(
            ctx, LinkKind.ANSWERED, sender.id, case_id, outbox_id=owed.id, message=owed.message
        )
    if found.fault is Fault.NOT_AWAITED:
        _keep(ctx, owed, found.one)
    else:
        outgoing.mark(ctx, owed, "sent" if found.waiting else "recorded", found.fault or "")
    return bool(found.waiting)


def _divide(ctx: Context, sender: CaseRow, release: Release, declared: Message, owed: Owed) -> bool:
    """One message for each item, so that what one of them meets holds up no other."""
    if not outgoing.hold(ctx, owed):
        return False
    seen = outgoing.known(ctx, sender, release, declared, owed)
    items = outgoing.parts(ctx.tools.evaluate, declared, seen)
    outgoing.split(ctx, owed, items)
    return bool(items)


def _understood(ctx: Context, case_id: str, owed: Owed) -> dict[str, Json]:
    """What of the message the pack of the receiver takes: two packs name each its own.

    One of several takes nothing along: what the others are for is no business of its receiver.
    """
    if owed.part is not None:
        return {}
    row = case_rows.found(ctx, case_id)
    declared = definitions.release(ctx, row.pack_version_id).pack.messages.get(owed.message)
    return {
        key: owed.data[key] for key in (declared.carries if declared else ()) if key in owed.data
    }


def _keep(ctx: Context, owed: Owed, receiver_id: str | None) -> None:
    """It stays owed for as long as its receiver may come to wait for it."""
    attempts = owed.attempts + 1
    ctx.session.execute(
        update(outbox)
        .where(outbox.c.id == owed.id)
        .values(
            attempts=attempts,
            next_at=next_try(ctx.now, min(attempts, MOST_ATTEMPTS - 1)),
            receiver_id=receiver_id,
            error=Fault.NOT_AWAITED,
        )
    )


def _postpone(tools: Tools, now: datetime, owed: Owed, error: Exception) -> None:
    """Try again later, and give it up after some attempts; it is shown until somebody mends it.

    What a start form does not take is given up at once: it takes no more of it the next time.
    """
    is_refused = isinstance(error, StartRefused)
    attempts = owed.attempts + 1
    later = None if is_refused else next_try(now, attempts)
    with transaction(tools, SYSTEM, now) as ctx:
        ctx.session.execute(
            update(outbox)
            .where(outbox.c.id == owed.id, outbox.c.state == "pending")
            .values(
                attempts=attempts,
                next_at=later,
                state="pending" if later else "failed",
                error=Fault.START_REFUSED if is_refused else type(error).__name__,
                problems=outgoing.problems_of(error.findings)
                if isinstance(error, StartRefused)
                else None,
            )
        )
