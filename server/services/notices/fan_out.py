"""A notice that is owed becomes one row per way it goes: to the person, to groups of his office.

In one transaction with what ends the row it came from, each with a dedupe key of its own: a
person's letter is owed once per notice, an office's group is told once per rung, however many of
its people were.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, bindparam, select, text, update

from server.domain.access import SYSTEM
from server.domain.channels import cause_of, leads
from server.domain.paces import Pace, next_digest, pace_of
from server.domain.rung_texts import of_stored
from server.models.base import new_id
from server.models.identity import Person, Unit
from server.models.outbox import notification, outbox
from server.models.time import deadline
from server.services.context import Context, Tools, transaction

#: notices of one transaction
_BATCH: Final = 200

_FRESH: Final[ColumnElement[bool]] = and_(
    outbox.c.kind == "notice", outbox.c.state == "pending", outbox.c.channel == ""
)
_COLUMNS: Final = (
    *("id", "kind", "payload", "dedupe_key", "state", "attempts", "next_at", "case_id"),
    *("created_at", "channel", "recipient_id", "error"),
)


def spread(tools: Tools, now: datetime) -> int:
    """Spread every notice that is owed over the ways out; how many there were."""
    n = 0
    while _is_any(tools):
        tools.go_on()
        with transaction(tools, SYSTEM, now) as ctx:
            found = _spread(ctx)
        n += found
        if not found:  # another worker has them
            break
    return n


def _is_any(tools: Tools) -> bool:
    """Asked of a reader first: the usual round finds nothing and writes nothing."""
    with tools.readers() as session:
        return session.scalar(select(outbox.c.id).where(_FRESH).limit(1)) is not None


def _spread(ctx: Context) -> int:
    rows = ctx.session.execute(
        select(outbox.c.id, outbox.c.payload)
        .where(_FRESH)
        .order_by(outbox.c.created_at, outbox.c.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    notices = _notices(ctx, [row.payload["notification"] for row in rows])
    owed = {row.id: notices.get(row.payload["notification"]) for row in rows}
    letters = [each for found in owed.values() if found for each in _letters(ctx, found)]
    spread = {each["payload"]["notification"] for each in letters}
    if letters:
        ctx.session.execute(_ADD, sorted(letters, key=lambda each: str(each["dedupe_key"])))
    for state, is_out in (("sent", True), ("recorded", False)):
        ended = [row.id for row in rows if (row.payload["notification"] in spread) is is_out]
        if ended:
            ctx.session.execute(
                update(outbox).where(outbox.c.id.in_(ended)).values(state=state, next_at=None)
            )
    return len(rows)


def _notices(ctx: Context, ids: list[str]) -> dict[str, Row[Any]]:
    rows = ctx.session.execute(
        select(
            notification.c.id,
            notification.c.case_id,
            notification.c.recipient_id,
            notification.c.dedupe_key,
            notification.c.created_at,
            notification.c.kind,
            notification.c.label,
            deadline.c.force,
            Person.email,
            Person.preferences,
            Unit.path,
        )
        .outerjoin(Person, Person.id == notification.c.recipient_id)
        .outerjoin(Unit, Unit.id == notification.c.unit_id)
        .outerjoin(deadline, deadline.c.id == notification.c.deadline_id)
        .where(notification.c.id.in_(ids))
    )
    return {row.id: row for row in rows}


def _letters(ctx: Context, notice: Row[Any]) -> Iterator[dict[str, Any]]:
    for way in ctx.tools.ways.ways:
        if way.is_personal and notice.email:
            owed_at = _owed_at(notice)
            if owed_at is not None:
                letter = _letter(ctx, notice, way.name, notice.id)
                yield letter | {"recipient_id": notice.recipient_id} | owed_at
        elif leads(way, notice.path):
            cause = cause_of(notice.dedupe_key, notice.recipient_id)
            yield _letter(ctx, notice, way.name, cause)


def _owed_at(notice: Row[Any]) -> dict[str, Any] | None:
    """When he is told who chose for himself how soon; None: not at all."""
    kind = of_stored(notice.kind, notice.dedupe_key, notice.label, notice.force)
    pace = pace_of(notice.preferences, kind)
    if pace is Pace.NEVER:
        return None
    # what goes out once a day is owed from then on: nothing is late before
    later = next_digest(notice.created_at)
    return {} if pace is Pace.AT_ONCE else {"next_at": later, "created_at": later}


def _letter(ctx: Context, notice: Row[Any], channel: str, cause: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": "notice",
        "payload": {"notification": notice.id},
        "dedupe_key": f"{channel}:{cause}",
        "state": "pending",
        "attempts": 0,
        "next_at": ctx.now,
        "case_id": notice.case_id,
        # since when it is owed, however late it was spread
        "created_at": notice.created_at,
        "channel": channel,
        "recipient_id": None,
        "error": "",
    }


def _written_out() -> Any:
    """Both databases read it: a row whose cause is known already is none."""
    names = ", ".join(_COLUMNS)
    values = ", ".join(f":{name}" for name in _COLUMNS)
    statement = text(
        f"INSERT INTO outbox ({names}) VALUES ({values}) "  # noqa: S608  # names of ours
        "ON CONFLICT (dedupe_key) DO NOTHING"
    )
    types = {name: outbox.c[name].type for name in _COLUMNS}
    return statement.bindparams(*(bindparam(name, type_=kind) for name, kind in types.items()))


_ADD: Final = _written_out()
