"""Passwords: stored as Argon2id, chosen by their owner, never readable again."""

import secrets
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update

from server.config import Config, HashCost
from server.domain import passwords as rules
from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.identity import Person
from server.models.installation import drill
from server.services.context import Context
from server.services.identity import sessions_end

_COMMON = Path(__file__).with_name("common_passwords.txt")

#: letters and digits that cannot be taken for one another when read from paper
_CLEAR_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5


def hashed(config: Config, secret: str) -> str:
    """The password as it is stored; the same password never gives the same text twice."""
    return _hasher(config.hash_cost).hash(rules.normalised(secret))


def matches(config: Config, stored: str | None, secret: str) -> bool:
    """Is this the password? Takes as long for an account without one as for one that has."""
    hasher = _hasher(config.hash_cost)
    try:
        hasher.verify(stored or _nobodys(config.hash_cost), rules.normalised(secret))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def renew_hash(ctx: Context, person: Person, secret: str) -> None:
    """Hash the right password anew where it was hashed at another cost than is configured now."""
    stored = person.secret_hash
    if stored is not None and _hasher(ctx.tools.config.hash_cost).check_needs_rehash(stored):
        person.secret_hash = hashed(ctx.tools.config, secret)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A random first password, about 98 bits, easy to read out and to type, and its hash."""

    secret: str = field(repr=False)
    stored: str = field(repr=False)


class Supply:
    """First passwords hashed in advance; whoever takes more than there are waits for a hash.

    A hash takes a tenth of a second. Made inside a transaction, those of a table of people would
    keep everybody else from writing for half a minute (SQLite).
    """

    def __init__(self, config: Config, count: int = 0) -> None:
        self._config = config
        self._ready = [self._made() for _one in range(count)]

    def take(self) -> Ready:
        """One that nobody has."""
        return self._ready.pop() if self._ready else self._made()

    def _made(self) -> Ready:
        secret = "-".join(
            "".join(secrets.choice(_CLEAR_SIGNS) for _sign in range(_GROUP))
            for _group in range(_GROUPS)
        )
        return Ready(secret=secret, stored=hashed(self._config, secret))


def set_first(ctx: Context, person_id: str, first: Ready) -> None:
    """Give an account its first password, which its owner has to replace, and end its sessions.

    In a drill nobody has to replace it. Raises NotFound.
    """
    row = ctx.session.get(Person, person_id, populate_existing=True)
    if row is None:
        raise NotFound
    row.secret_hash = first.stored
    row.secret_changed_at = ctx.now
    row.must_change_secret = ctx.session.scalar(select(drill.c.id)) is None
    ctx.session.flush()
    sessions_end.of_person(ctx, row.id, why="secret")
    ctx.record("secret.set", f"person:{row.id}", detail={"must_change": True})


def set_for_all(ctx: Context, secret: str) -> None:
    """Give every account one password, hashed once: for drills and tests only.

    Hundreds of accounts would take a minute, each with a hash of its own; and nothing is lost where
    everybody knows the password anyway.
    """
    ctx.session.execute(
        update(Person).values(
            secret_hash=hashed(ctx.tools.config, secret),
            secret_changed_at=ctx.now,
            must_change_secret=False,
            version=Person.version + 1,
        )
    )
    ctx.record("secret.set", "person:all")


def change_own(ctx: Context, old: str, new: str, *, session_id: str | None = None) -> None:
    """Change the actor's own password; every other session of his ends.

    Raises:
        Invalid: the old password is wrong, or the new one breaks the rules or is the old one.
    """
    row = ctx.session.get(Person, ctx.actor.person_id, populate_existing=True)
    if row is None:
        raise NotFound
    if not matches(ctx.tools.config, row.secret_hash, old):
        problem = Finding(code="SECRET_WRONG", field="old", message=_("原口令不正确"))
        raise Invalid(problem.message, [problem])
    if rules.normalised(old) == rules.normalised(new):
        problem = Finding(code="SECRET_SAME", field="new", message=_("新口令不能与原口令相同"))
        raise Invalid(problem.message, [problem])
    _check(new, row)
    row.secret_hash = hashed(ctx.tools.config, new)
    row.secret_changed_at = ctx.now
    row.must_change_secret = False
    ctx.session.flush()
    sessions_end.of_person(ctx, row.id, why="secret", except_id=session_id)
    ctx.record("secret.change", f"person:{row.id}")


def _check(secret: str, row: Person) -> None:
    found = rules.problems(secret, login=row.login, name=row.name, common=_common())
    if found:
        raise Invalid("；".join(finding.message for finding in found), found)


@cache
def _common() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _hasher(cost: HashCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.rounds, memory_cost=cost.kibibytes, parallelism=cost.lanes)


@cache
def _nobodys(cost: HashCost) -> str:
    """What the password of somebody who has none is compared with, at the same cost."""
    return _hasher(cost).hash(secrets.token_urlsafe())
