"""Letters before they are sent: who sends one holds its rows for a while.

What is due to one receiver on one way goes out as one letter. Its id is settled with the claim and
stays as long as nobody knows whether the letter arrived; once it is certain that it did not, its
rows are free to join the next one. Another sender passes by what is held.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from server.domain.access import SYSTEM
from server.domain.channels import OF_WAY, Fault, Way
from server.models.identity import Person
from server.models.outbox import outbox
from server.services.backoff import patiently
from server.services.context import Context, Tools, transaction

#: longer than the slowest conversation with a receiver
LEASE: Final = timedelta(minutes=5)
#: receivers of one round on one way, and rows changed by one statement
_MOST: Final = 500
_MOST_ROWS: Final = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What is due to one receiver, and goes together."""

    channel: str
    recipient_id: str | None
    message_id: str | None
    #: whoever has this row has the letter
    anchor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A letter somebody is sending."""

    channel: str
    message_id: str
    address: str = field(repr=False)
    ids: tuple[str, ...]
    until: datetime


def due(tools: Tools, channel: str, now: datetime) -> tuple[Due, ...]:
    """The letters that are due on this way, the longest owed first."""
    with tools.readers() as session:
        rows = session.execute(
            select(
                outbox.c.recipient_id,
                outbox.c.message_id,
                func.min(outbox.c.id).label("anchor"),
            )
            .where(_is_due(channel, now))
            .group_by(outbox.c.recipient_id, outbox.c.message_id)
            .order_by(func.min(outbox.c.created_at), func.min(outbox.c.id))
            .limit(_MOST)
        ).all()
    return tuple(Due(channel=channel, **row._mapping) for row in rows)


def rests(tools: Tools, channel: str, now: datetime) -> bool:
    """Did this way fail a short while ago: nothing is tried on it before its next moment."""
    with tools.readers() as session:
        wanted = select(outbox.c.id).where(
            _is_owed(channel), outbox.c.next_at > now, outbox.c.error.in_(sorted(OF_WAY))
        )
        return session.scalar(wanted.limit(1)) is not None


def take(tools: Tools, now: datetime, way: Way, found: Due) -> Claim | None:
    """Hold the rows of a letter, None when somebody else does or nobody is there to get it."""
    with transaction(tools, SYSTEM, now) as ctx:
        ids = ctx.session.scalars(
            select(outbox.c.id)
            .where(_is_due(way.name, now), *_to(found))
            .order_by(outbox.c.id)
            .limit(_MOST_ROWS)
            .with_for_update(skip_locked=True)
        ).all()
        if found.anchor not in ids:
            return None
        address = _address(ctx, found) if way.is_personal else ""
        if address is None:
            _end(ctx, ids, "recorded", Fault.NO_ADDRESS)
            return None
        claim = Claim(
            channel=way.name,
            message_id=found.message_id or str(uuid4()),
            address=address,
            ids=tuple(ids),
            until=now + LEASE,
        )
        ctx.session.execute(
            update(outbox)
            .where(outbox.c.id.in_(ids))
            .values(message_id=claim.message_id, claimed_until=claim.until)
        )
    return claim


def sent(tools: Tools, now: datetime, claim: Claim) -> bool:
    """Note that the letter is with its receiver; False when the claim had run out."""
    with transaction(tools, SYSTEM, now) as ctx:
        done = _still(
            ctx, claim, state="sent", sent_at=now, claimed_until=None, next_at=None, error=""
        )
        if done:
            detail = {"message": claim.message_id, "notices": len(done)}
            ctx.record("notice.send", f"channel:{claim.channel}", detail=detail)
    return bool(done)


def refused(tools: Tools, now: datetime, claim: Claim) -> None:
    """This address is refused for good: its rows are over, the way itself is sound."""
    with transaction(tools, SYSTEM, now) as ctx:
        _give_up(ctx, claim.channel, _still(ctx, claim, claimed_until=None), Fault.ADDRESS_REFUSED)


def deferred(tools: Tools, now: datetime, claim: Claim) -> None:
    """This address is not taken now: later again."""
    with transaction(tools, SYSTEM, now) as ctx:
        ids = _still(ctx, claim, message_id=None, claimed_until=None)
        _postpone(ctx, claim.channel, ids, Fault.ADDRESS_DEFERRED)


def failed(tools: Tools, now: datetime, claim: Claim, fault: Fault) -> None:
    """The way does not work: all that waits on it waits for the same next moment.

    So a receiver that comes back gets one letter for each person, not one for each attempt.
    """
    may_have_arrived = fault is Fault.UNANSWERED
    with transaction(tools, SYSTEM, now) as ctx:
        kept = {"message_id": claim.message_id if may_have_arrived else None}
        if not _still(ctx, claim, claimed_until=None, **kept):
            return
        ids = ctx.session.scalars(
            select(outbox.c.id)
            .where(_is_owed(claim.channel), _is_free(now), outbox.c.created_at <= now)
            .order_by(outbox.c.id)
            .limit(_MOST_ROWS)
            .with_for_update(skip_locked=True)
        ).all()
        _postpone(ctx, claim.channel, ids, fault)


def forsaken(tools: Tools, now: datetime) -> int:
    """End what is owed on ways the settings name no more; how much it was."""
    names = sorted(tools.ways.names)
    wanted = and_(
        outbox.c.kind == "notice",
        outbox.c.state == "pending",
        outbox.c.channel.not_in(["", *names]),
        _is_free(now),
    )
    with tools.readers() as session:
        if session.scalar(select(outbox.c.id).where(wanted).limit(1)) is None:
            return 0
    with transaction(tools, SYSTEM, now) as ctx:
        rows = ctx.session.execute(
            select(outbox.c.channel, outbox.c.id)
            .where(wanted)
            .order_by(outbox.c.id)
            .limit(_MOST_ROWS)
            .with_for_update(skip_locked=True)
        ).all()
        for channel in sorted({row.channel for row in rows}):
            ids = [row.id for row in rows if row.channel == channel]
            _give_up(ctx, channel, ids, Fault.NOT_CONFIGURED)
    return len(rows)


def _is_owed(channel: str) -> ColumnElement[bool]:
    return and_(outbox.c.kind == "notice", outbox.c.state == "pending", outbox.c.channel == channel)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now)


def _is_due(channel: str, now: datetime) -> ColumnElement[bool]:
    return and_(_is_owed(channel), outbox.c.next_at <= now, _is_free(now))


def _to(found: Due) -> tuple[ColumnElement[bool], ...]:
    wanted = ((outbox.c.recipient_id, found.recipient_id), (outbox.c.message_id, found.message_id))
    return tuple(column.is_(None) if value is None else column == value for column, value in wanted)


def _address(ctx: Context, found: Due) -> str | None:
    """Where he gets mail today."""
    address: str | None = ctx.session.scalar(
        select(Person.email).where(Person.id == found.recipient_id, Person.state == "active")
    )
    return address or None


def _still(ctx: Context, claim: Claim, **values: Any) -> list[str]:
    """Change the rows of a letter as long as the claim holds; the ids of those that were."""
    rows = ctx.session.scalars(
        update(outbox)
        .where(
            outbox.c.id.in_(claim.ids),
            outbox.c.state == "pending",
            outbox.c.message_id == claim.message_id,
            outbox.c.claimed_until == claim.until,
        )
        .values(**values)
        .returning(outbox.c.id)
    )
    return sorted(rows)


def _postpone(ctx: Context, channel: str, ids: Any, fault: Fault) -> None:
    """Count one more attempt for all of them alike; what is owed for too long is given up."""
    rows = ctx.session.execute(
        select(outbox.c.id, outbox.c.attempts, outbox.c.created_at).where(outbox.c.id.in_(ids))
    ).all()
    attempts = 1 + max((row.attempts for row in rows), default=0)
    over = [row.id for row in rows if patiently(ctx.now, attempts, row.created_at) is None]
    left = [row.id for row in rows if row.id not in over]
    if left:
        ctx.session.execute(
            update(outbox)
            .where(outbox.c.id.in_(left))
            .values(attempts=attempts, next_at=patiently(ctx.now, attempts, ctx.now), error=fault)
        )
    _give_up(ctx, channel, over, fault)


def _give_up(ctx: Context, channel: str, ids: Any, fault: Fault) -> None:
    if ids:
        _end(ctx, ids, "failed", fault)
        detail = {"error": fault, "notices": len(ids)}
        ctx.record("notice.fail", f"channel:{channel}", detail=detail)


def _end(ctx: Context, ids: Any, state: str, fault: Fault) -> None:
    ctx.session.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(state=state, error=fault, next_at=None, claimed_until=None)
    )
