"""A change that was asked for twice under one key is done once and answered the same.

A route that changes something and was given a key (the ``Idempotency-Key`` header of the API, a
hidden field of a page) has its effect run by :func:`once`, all in one transaction.

``answered`` reserves the key before anything else is touched: of two requests at once the second
waits there until the first is committed, and then gets its answer. An effect that is refused
leaves no trace, so the same key may be tried again. A key belongs to one person and one route; a
route is the method with the whole path, ids included. What is kept falls away after
``Config.answers_kept``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.access import idempotency
from server.queries.visibility import knows
from server.services.context import Context
from server.services.identity import posts

#: longest key
MAX_KEY = 200

#: status of a key whose answer is still being made
_UNDER_WAY = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a route answered."""

    status: int
    body: Json
    #: headers that belong to the answer, e.g. ETag and Location
    headers: Mapping[str, str] = field(default_factory=dict)
    #: the case it is about: only who may still see that case is answered again
    case_id: str | None = None


def once(
    ctx: Context, route: str, key: str, body_hash: str, effect: Callable[[Context], Answer]
) -> Answer:
    """Run the effect, or give what was answered to this key before. Raises as :func:`answered`."""
    answer = answered(ctx, route, key, body_hash)
    if answer is None:
        answer = effect(ctx)
        keep(ctx, route, key, body_hash, answer)
    return answer


def answered(ctx: Context, route: str, key: str, body_hash: str) -> Answer | None:
    """What was answered to this key before; None, and the key is reserved, when nothing was.

    ``body_hash`` is the SHA-256 of what was sent, hexadecimal.

    Raises:
        Invalid: no key of 1 to 200 printable characters, or it came with another body before.
        NotFound: the actor may not see any more what the answer is about.
    """
    _refuse_odd(key)
    if _reserve(ctx, route, key, body_hash):
        return None
    row = ctx.session.execute(select(idempotency).where(_same(ctx, route, key))).one()
    if row.body_hash != body_hash:
        raise Invalid(_("该幂等键已用于另一内容的请求，请换用新的键"))
    if row.status == _UNDER_WAY:
        raise Conflict(_("该请求没有处理完毕，请换用新的键重新提交"))
    if row.case_id is not None and not _sees(ctx, row.case_id):
        raise NotFound
    return Answer(status=row.status, body=row.answer, headers=row.headers, case_id=row.case_id)


def keep(ctx: Context, route: str, key: str, body_hash: str, answer: Answer) -> None:
    """Remember the answer to a key that :func:`answered` reserved, in the same transaction."""
    ctx.session.execute(
        update(idempotency)
        .where(_same(ctx, route, key), idempotency.c.body_hash == body_hash)
        .values(
            status=answer.status,
            answer=answer.body,
            headers=dict(answer.headers),
            case_id=answer.case_id,
        )
    )


def forget_old(ctx: Context) -> int:
    """Throw away what was kept longer than configured; give how many answers that were."""
    gone = ctx.session.execute(
        delete(idempotency)
        .where(idempotency.c.at < ctx.now - ctx.tools.config.answers_kept)
        .returning(idempotency.c.key)
    )
    return len(gone.all())


def _reserve(ctx: Context, route: str, key: str, body_hash: str) -> bool:
    """Was the key free, or its answer too old; waits for whoever is at work under it."""
    fresh: dict[str, Any] = {
        "body_hash": body_hash,
        "status": _UNDER_WAY,
        "answer": {},
        "headers": {},
        "case_id": None,
        "at": ctx.now,
    }
    is_postgres = ctx.session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgres else sqlite.insert
    statement = (
        insert(idempotency)
        .values(person_id=ctx.actor.person_id, route=route, key=key, **fresh)
        .on_conflict_do_update(
            index_elements=["person_id", "route", "key"],
            set_=fresh,
            where=idempotency.c.at < ctx.now - ctx.tools.config.answers_kept,
        )
        .returning(idempotency.c.key)
    )
    return ctx.session.execute(statement).one_or_none() is not None


def _same(ctx: Context, route: str, key: str) -> ColumnElement[bool]:
    return and_(
        idempotency.c.person_id == ctx.actor.person_id,
        idempotency.c.route == route,
        idempotency.c.key == key,
    )


def _refuse_odd(key: str) -> None:
    if not 0 < len(key) <= MAX_KEY or not key.isprintable():
        finding = Finding(
            code="IDEMPOTENCY_KEY",
            field="Idempotency-Key",
            message=_("幂等键应为1至{n}个可见字符").format(n=MAX_KEY),
            fix=_("换用新的键，例如一个随机的UUID"),
        )
        raise Invalid(_("幂等键不符合要求"), [finding])


def _sees(ctx: Context, case_id: str) -> bool:
    return knows(ctx.session, posts.with_posts(ctx), case_id)
