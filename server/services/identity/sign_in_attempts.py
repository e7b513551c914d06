"""Counts attempts to sign in, in the database: several workers share it and restarts keep it.

An attempt is written down as failed **before** the password is looked at, under the lock of the
account, and taken back when it succeeds. So of many attempts at once no more than the limit ever
get to guess, and an attempt that a crash cut short counts.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update

from server.config import (
    ADDRESS_FAILURES,
    FAILURES_KEPT,
    FORGOTTEN_REQUESTS,
    SIGN_IN_FAILURES,
    SIGN_IN_LOCK,
)
from server.domain.errors import TooOften
from server.domain.lockout import locked_until
from server.models.access import sign_in_failure as failure
from server.models.base import new_id
from server.models.identity import Person
from server.services.context import Context
from server.services.identity import session_rows

#: longest login that is looked up; whatever is longer is nobody's
_LONGEST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """An attempt that is under way."""

    #: what was typed, in small letters
    login: str
    person_id: str | None
    #: None when nothing would be right: unknown, disabled, without a password
    secret_hash: str | None
    address: str
    #: too many failures before: the right password is refused as well
    is_locked: bool
    #: too many failures from this address: the answer has to wait
    is_slowed: bool
    #: the rows that say it failed, as long as nobody says otherwise
    rows: tuple[str, ...]


def spelt(login: str) -> str:
    """The login as it is stored and counted: letter case and width make no difference."""
    return unicodedata.normalize("NFKC", login).strip().lower()[:_LONGEST]


def begin(ctx: Context, login: str, address: str) -> Attempt:
    """Write the attempt down as failed, at its real moment, and say what was known before it."""
    wanted, at = spelt(login), ctx.now - session_rows.ahead(ctx)
    row = ctx.session.execute(
        select(Person.id, Person.login, Person.secret_hash, Person.state)
        .where(Person.login == wanted)
        .with_for_update(key_share=True)
    ).one_or_none()
    is_locked = _is_locked(ctx, wanted, at)
    subjects = (_subject(wanted, is_known=row is not None, is_locked=is_locked), _of(address))
    rows = {new_id(): subject for subject in subjects}
    is_slowed = _from_address(ctx, address, at) >= ADDRESS_FAILURES
    _forget(ctx, at)
    ctx.session.execute(
        insert(failure), [{"id": key, "subject": rows[key], "at": at} for key in rows]
    )
    is_open = row is not None and row.state == "active"
    return Attempt(
        login=wanted,
        person_id=None if row is None else row.id,
        secret_hash=row.secret_hash if row is not None and is_open else None,
        address=address,
        is_locked=is_locked,
        is_slowed=is_slowed,
        rows=tuple(rows),
    )


def succeed(ctx: Context, attempt: Attempt) -> int:
    """Take the attempt back and start the count anew; how many had failed before it."""
    ctx.session.execute(delete(failure).where(failure.c.id.in_(attempt.rows)))
    failed = ctx.session.execute(
        delete(failure)
        .where(failure.c.subject.in_((f"login:{attempt.login}", f"locked:{attempt.login}")))
        .returning(failure.c.id)
    ).all()
    return len(failed)


def pardon(ctx: Context, login: str) -> None:
    """Unlock an account: its failures are still told, and count no longer."""
    ctx.session.execute(
        update(failure)
        .where(failure.c.subject == f"login:{login}")
        .values(subject=f"locked:{login}")
    )


def ask(ctx: Context, address: str) -> None:
    """Count a request for a forgotten password.

    Raises:
        TooOften: this address asked often enough.
    """
    subject, at = f"forgotten:{address[:64]}", ctx.now - session_rows.ahead(ctx)
    count = ctx.session.scalar(
        select(func.count())
        .select_from(failure)
        .where(failure.c.subject == subject, failure.c.at > at - SIGN_IN_LOCK)
    )
    if int(count or 0) >= FORGOTTEN_REQUESTS:
        raise TooOften(int(SIGN_IN_LOCK.total_seconds()))
    _forget(ctx, at)
    ctx.session.execute(insert(failure).values(id=new_id(), subject=subject, at=at))


def forget_old(ctx: Context) -> None:
    """Throw away every failure that no longer counts and that nobody came to be told of."""
    at = ctx.now - session_rows.ahead(ctx)
    _forget(ctx, at)
    ctx.session.execute(delete(failure).where(failure.c.at <= at - FAILURES_KEPT))


def _is_locked(ctx: Context, login: str, at: datetime) -> bool:
    """True while nobody can sign in to this account."""
    newest = ctx.session.scalars(
        select(failure.c.at)
        .where(failure.c.subject == f"login:{login}")
        .order_by(failure.c.at.desc())
        .limit(SIGN_IN_FAILURES)
    ).all()
    until = locked_until(newest, limit=SIGN_IN_FAILURES, window=SIGN_IN_LOCK)
    return until is not None and at < until


def _subject(login: str, *, is_known: bool, is_locked: bool) -> str:
    if not is_known:
        # somebody may have typed his password here
        return f"unknown:{hashlib.sha256(login.encode()).hexdigest()}"
    return f"locked:{login}" if is_locked else f"login:{login}"


def _of(address: str) -> str:
    return f"address:{address[:64]}"


def _from_address(ctx: Context, address: str, at: datetime) -> int:
    count = ctx.session.scalar(
        select(func.count())
        .select_from(failure)
        .where(failure.c.subject == _of(address), failure.c.at > at - SIGN_IN_LOCK)
    )
    return int(count or 0)


def _forget(ctx: Context, at: datetime) -> None:
    """Drop what nobody will be told and no longer counts."""
    short_lived = or_(
        failure.c.subject.between("address:", "address;"),
        failure.c.subject.between("unknown:", "unknown;"),
        failure.c.subject.between("forgotten:", "forgotten;"),
    )
    ctx.session.execute(delete(failure).where(short_lived, failure.c.at <= at - SIGN_IN_LOCK))
