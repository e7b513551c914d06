"""Signing in, staying signed in, signing out: a table of sessions, no secret in it.

Browsers and programs hold a random token, of which only the SHA-256 is stored. Every refusal of a
sign-in reads the same and takes the same time, whatever its reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from sqlalchemy import select, update

from server.config import ADDRESS_PAUSE, PAUSED_AT_ONCE
from server.domain.access import SYSTEM, Actor, Permission, permits
from server.domain.errors import NotFound, NotSignedIn, SignInRefused
from server.models.access import session
from server.models.identity import Person
from server.services import audit
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import passwords, posts, session_rows, sessions_end, sign_in_attempts
from server.services.identity.session_rows import Granted as Granted
from server.services.identity.session_rows import Kind as Kind
from server.services.identity.session_rows import Signed as Signed
from server.services.identity.sign_in_attempts import Attempt

#: how often the moment of the last use is written
_TOUCH = timedelta(minutes=1)

_waiting = BoundedSemaphore(PAUSED_AT_ONCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A session or token as its owner sees it."""

    id: str
    kind: Kind
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    #: the sign-in before it, and the attempts that failed in between
    previous_at: datetime | None
    failures: int


def sign_in(
    tools: Tools, now: datetime, *, login: str, secret: str, address: str, kind: Kind = "browser"
) -> Granted:
    """Give whoever knows the password of an active account a session under a new token.

    The oldest session of the kind ends when there are too many (BU-8). Success and failure are in
    the access chain before this returns.

    Raises:
        SignInRefused: wrong, unknown, locked or disabled: the same text, after the same time.
    """

    def grant(ctx: Context, attempt: Attempt, person_id: str) -> Granted:
        failures = sign_in_attempts.succeed(ctx, attempt)
        return session_rows.create(ctx, person_id, kind, address=address, failures=failures)

    with transaction(tools, SYSTEM, now) as ctx:
        attempt = sign_in_attempts.begin(ctx, login, address)
    return _answer(tools, now, attempt, secret, grant)


def sign_in_again(
    tools: Tools, now: datetime, signed: Signed, *, secret: str, address: str
) -> Granted:
    """Take the password once more: the session goes on as fresh, under a new token (ID-13).

    Raises:
        SignInRefused: as for :func:`sign_in`, and when the session has ended.
    """

    def grant(ctx: Context, attempt: Attempt, _person_id: str) -> Granted:
        confirm(ctx, signed)
        sign_in_attempts.succeed(ctx, attempt)
        return session_rows.renew(ctx, signed.id)

    with transaction(tools, SYSTEM, now) as ctx:
        attempt = sign_in_attempts.begin(ctx, signed.login, address)
    return _answer(tools, now, attempt, secret, grant)


def current(tools: Tools, now: datetime, token: str, kind: Kind) -> Signed | None:
    """Who holds this token, None when it is none, has ended or ran out.

    A browser's session ends when it was idle for too long; everything ends with the session's
    life, when it is revoked, and when the account is disabled.
    """
    with reading(tools, SYSTEM, now) as ctx:
        row = ctx.session.execute(
            session_rows.query().where(
                session.c.token_hash == session_rows.digest(token), session.c.kind == kind
            )
        ).one_or_none()
    if row is None or not session_rows.is_alive(row, tools.config, now):
        return None
    real = now - timedelta(seconds=row.ahead)
    if real - row.seen_at >= _TOUCH:
        with transaction(tools, SYSTEM, now) as ctx:
            ctx.session.execute(update(session).where(session.c.id == row.id).values(seen_at=real))
    return session_rows.signed(row)


def confirm(ctx: Context, signed: Signed) -> None:
    """Make sure, inside a use case, that the session still holds, and keep it until the commit.

    Whoever ends it meanwhile waits for the commit; who comes after the end is refused (ID-11).

    Raises:
        NotSignedIn: the session ended since the request began.
    """
    row = ctx.session.execute(
        select(session.c.id)
        .join(Person, Person.id == session.c.person_id)
        .where(session.c.id == signed.id, session.c.revoked_at.is_(None), Person.state == "active")
        .with_for_update(read=True, of=session)
    ).one_or_none()
    if row is None:
        raise NotSignedIn


def sign_out(tools: Tools, now: datetime, signed: Signed) -> None:
    """End this session; the access chain has it before this returns."""
    actor = Actor(person_id=signed.person_id, name=signed.name)
    with transaction(tools, actor, now) as ctx:
        sessions_end.one(ctx, signed.id)
        ctx.record(
            "sign_out",
            f"person:{signed.person_id}",
            detail={"session": signed.id},
            chain=audit.ACCESS,
        )


def sign_out_all(ctx: Context, person_id: str, except_id: str | None = None) -> int:
    """End every session and token of a person, but the one excepted; how many those were.

    Raises:
        NotFound: they are somebody else's and the actor is no security administrator.
    """
    _may_look(ctx, person_id)
    return sessions_end.of_person(ctx, person_id, why="asked", except_id=except_id)


def listed(ctx: Context, person_id: str) -> tuple[Listed, ...]:
    """The open sessions and tokens of a person, the newest first.

    Raises:
        NotFound: they are somebody else's and the actor is no security administrator.
    """
    _may_look(ctx, person_id)
    rows = ctx.session.execute(
        session_rows.query()
        .where(session.c.person_id == person_id, session.c.revoked_at.is_(None))
        .order_by(session.c.created_at.desc(), session.c.id)
    )
    return tuple(
        Listed(
            id=row.id,
            kind=row.kind,
            created_at=row.created_at + timedelta(seconds=row.ahead),
            seen_at=row.seen_at + timedelta(seconds=row.ahead),
            expires_at=row.expires_at + timedelta(seconds=row.ahead),
            address=row.address,
            previous_at=(
                None if row.previous_at is None else row.previous_at + timedelta(seconds=row.ahead)
            ),
            failures=row.failures,
        )
        for row in rows
        if session_rows.is_alive(row, ctx.tools.config, ctx.now)
    )


def end(ctx: Context, session_id: str) -> None:
    """End a session or token: one's own, or as security administrator anybody's (ID-12).

    Raises:
        NotFound: there is none, it has ended, or it is somebody else's.
    """
    row = ctx.session.execute(
        select(session.c.person_id).where(
            session.c.id == session_id, session.c.revoked_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    _may_look(ctx, row.person_id)
    sessions_end.one(ctx, session_id)
    detail = {"count": 1, "why": "asked", "session": session_id}
    ctx.record("session.end", f"person:{row.person_id}", detail=detail)


def _may_look(ctx: Context, person_id: str) -> None:
    if person_id == ctx.actor.person_id:
        return
    if not permits(posts.with_posts(ctx), Permission.SECURITY_ADMINISTER):
        raise NotFound


_Grant = Callable[[Context, Attempt, str], Granted]


def _answer(tools: Tools, now: datetime, attempt: Attempt, secret: str, grant: _Grant) -> Granted:
    """Look at the password outside any transaction, then grant and record, or refuse and record."""
    is_heard = not attempt.is_slowed or _waited(tools)
    is_right = passwords.matches(tools.config, attempt.secret_hash, secret) and is_heard
    granted = None
    # who only guesses is nobody we know
    actor = Actor(person_id=attempt.person_id) if is_right and attempt.person_id else SYSTEM
    with transaction(tools, actor, now) as ctx:
        person = _still(ctx, attempt)
        if is_right and person is not None and not attempt.is_locked:
            granted = grant(ctx, attempt, person.id)
            passwords.renew_hash(ctx, person, secret)
        _record(ctx, attempt, granted)
    if granted is None:
        raise SignInRefused
    return granted


def _waited(tools: Tools) -> bool:
    """Let who guesses wait; False when so many wait already that others would find no thread."""
    if not _waiting.acquire(blocking=False):
        return False
    try:
        tools.pause(ADDRESS_PAUSE.total_seconds())
    finally:
        _waiting.release()
    return True


def _still(ctx: Context, attempt: Attempt) -> Person | None:
    """The person, locked, when nothing has changed about him since the password was looked at."""
    person = ctx.session.scalar(
        select(Person)
        .where(Person.login == attempt.login)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if person is None or person.state != "active" or person.secret_hash != attempt.secret_hash:
        return None
    return person


def _record(ctx: Context, attempt: Attempt, granted: Granted | None) -> None:
    detail = {"address": attempt.address, "session": granted.signed.id if granted else None}
    ctx.record(
        "sign_in" if granted else "sign_in.refused",
        f"person:{attempt.person_id or 'unknown'}",
        detail=detail,
        chain=audit.ACCESS,
    )
