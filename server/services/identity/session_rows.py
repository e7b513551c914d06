"""Rows of sessions: what is stored of a token, when a session is alive, and how it looks outside.

Sessions live by real time, so that moving the clock of a drill forward signs nobody out. Moments
given to others are on the installation's clock, like everything they are compared with.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, Select, delete, exists, func, insert, or_, select, update

from server.config import SESSIONS_KEPT, SESSIONS_PER_PERSON, TOKENS_PER_PERSON, Config
from server.domain.expressions import Json
from server.models.access import session
from server.models.base import new_id
from server.models.identity import Person
from server.models.installation import drill
from server.services.context import Context

Kind = Literal["browser", "token"]

_LIMITS: Mapping[Kind, int] = {"browser": SESSIONS_PER_PERSON, "token": TOKENS_PER_PERSON}


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """Somebody who is signed in, and how."""

    #: id of the session, not its token
    id: str
    kind: Kind
    person_id: str
    login: str
    name: str
    created_at: datetime
    #: when the password was entered last
    fresh_at: datetime
    must_change_secret: bool
    preferences: Mapping[str, Json]
    #: the sign-in before this one
    previous_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """A new session. The token is told once and can never be read again."""

    token: str
    expires_at: datetime
    signed: Signed
    #: the sign-in before this one
    last_sign_in: datetime | None
    #: attempts that failed since
    failures_since: int


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def ahead(ctx: Context) -> timedelta:
    """How far this installation's clock is ahead of the real one: nothing outside a drill."""
    return timedelta(seconds=ctx.session.scalar(select(drill.c.ahead)) or 0)


def query() -> Select[Any]:
    """Sessions with their person, and how far the clock is ahead."""
    return select(
        session,
        Person.login,
        Person.name,
        Person.must_change_secret,
        Person.preferences,
        Person.state,
        func.coalesce(select(drill.c.ahead).scalar_subquery(), 0).label("ahead"),
    ).join(Person, Person.id == session.c.person_id)


def is_alive(row: Row[Any], config: Config, now: datetime) -> bool:
    """True until it ends, runs out, lies idle (browsers only), or the account is disabled."""
    real = now - timedelta(seconds=row.ahead)
    if row.revoked_at is not None or row.state != "active":
        return False
    if real >= min(row.expires_at, row.created_at + config.session_life):
        return False
    return bool(row.kind == "token" or real - row.seen_at < config.session_idle)


def signed(row: Row[Any]) -> Signed:
    """The row as others see it."""
    lead = timedelta(seconds=row.ahead)
    return Signed(
        id=row.id,
        kind=row.kind,
        person_id=row.person_id,
        login=row.login,
        name=row.name,
        created_at=row.created_at + lead,
        fresh_at=row.fresh_at + lead,
        must_change_secret=row.must_change_secret,
        preferences=row.preferences,
        previous_at=None if row.previous_at is None else row.previous_at + lead,
    )


def create(ctx: Context, person_id: str, kind: Kind, *, address: str, failures: int) -> Granted:
    """A new session; the oldest of its kind end where there are too many."""
    real = ctx.now - ahead(ctx)
    token = new_token()
    row = {
        "id": new_id(),
        "kind": kind,
        "token_hash": digest(token),
        "person_id": person_id,
        "created_at": real,
        "fresh_at": real,
        "seen_at": real,
        "expires_at": real + ctx.tools.config.session_life,
        "address": address[:64],
        "previous_at": ctx.session.scalar(
            select(func.max(session.c.created_at)).where(session.c.person_id == person_id)
        ),
        "failures": failures,
    }
    ctx.session.execute(insert(session).values(row))
    _make_room(ctx, person_id, kind, real)
    return granted(ctx, row["id"], token)


def renew(ctx: Context, session_id: str) -> Granted:
    """The same session under a new token, the password just entered."""
    token = new_token()
    ctx.session.execute(
        update(session)
        .where(session.c.id == session_id)
        .values(token_hash=digest(token), fresh_at=ctx.now - ahead(ctx))
    )
    return granted(ctx, session_id, token)


def granted(ctx: Context, session_id: str, token: str) -> Granted:
    """What is told of a session to whom it was given."""
    row = ctx.session.execute(query().where(session.c.id == session_id)).one()
    lead = timedelta(seconds=row.ahead)
    return Granted(
        token=token,
        expires_at=row.expires_at + lead,
        signed=signed(row),
        last_sign_in=None if row.previous_at is None else row.previous_at + lead,
        failures_since=row.failures,
    )


def forget_old(ctx: Context) -> None:
    """Throw away sessions that ended long ago; the newest of each person stays.

    From that one he is told when he signed in before (ID-8).
    """
    before, newer = ctx.now - ahead(ctx) - SESSIONS_KEPT, session.alias()
    is_over = or_(session.c.expires_at < before, session.c.revoked_at < before)
    has_newer = exists().where(
        newer.c.person_id == session.c.person_id, newer.c.created_at > session.c.created_at
    )
    ctx.session.execute(delete(session).where(is_over, has_newer))


def _make_room(ctx: Context, person_id: str, kind: Kind, real: datetime) -> None:
    oldest = ctx.session.scalars(
        select(session.c.id)
        .where(
            session.c.person_id == person_id,
            session.c.kind == kind,
            session.c.revoked_at.is_(None),
            session.c.expires_at > real,
        )
        .order_by(session.c.created_at.desc(), session.c.seen_at.desc())
        .offset(_LIMITS[kind])
    ).all()
    if oldest:
        ctx.session.execute(update(session).where(session.c.id.in_(oldest)).values(revoked_at=real))
