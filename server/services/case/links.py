"""Rows that say which case began, answered or named which, written with the act itself."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from server.domain.links import LinkKind
from server.models.base import new_id
from server.models.case import subject
from server.models.link import NAMED, case_link
from server.models.outbox import outbox
from server.services.context import Context


def add(
    ctx: Context,
    kind: LinkKind,
    from_id: str,
    to_id: str,
    *,
    outbox_id: str | None = None,
    message: str = "",
) -> None:
    """Note that one case began, answered or named the other.

    Raises:
        IntegrityError: this message began a case already.
    """
    link = _link(ctx, kind, from_id, to_id)
    ctx.session.execute(
        insert(case_link).values({**link, "outbox_id": outbox_id, "message": message})
    )


def name(ctx: Context, from_id: str, to_ids: Sequence[str]) -> list[str]:
    """Note that one case named these; those it has not named before, in their order."""
    is_postgres = ctx.session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if is_postgres else sqlite.insert)(case_link)
    made = ctx.session.scalars(
        statement.values([_link(ctx, LinkKind.NAMED, from_id, to_id) for to_id in to_ids])
        .on_conflict_do_nothing(
            index_elements=["from_id", "to_id"],
            index_where=NAMED,
        )
        .returning(case_link.c.to_id)
    )
    return sorted(made)


def _link(ctx: Context, kind: LinkKind, from_id: str, to_id: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "from_id": from_id,
        "to_id": to_id,
        "kind": kind,
        "message": "",
        "at": ctx.now,
        "by_id": None if ctx.actor.is_system else ctx.actor.person_id,
    }


def family(ctx: Context, case_id: str) -> list[str]:
    """Ids of the case that began this one and of those this one began."""
    rows = ctx.session.execute(
        select(case_link.c.from_id, case_link.c.to_id).where(
            case_link.c.kind == LinkKind.OPENED,
            or_(case_link.c.from_id == case_id, case_link.c.to_id == case_id),
        )
    )
    return sorted({row.to_id if row.from_id == case_id else row.from_id for row in rows})


def begun_by(ctx: Context, case_id: str) -> list[str]:
    """Ids of the cases this one began, those that they began, and so on."""
    found: list[str] = []
    wave = [case_id]
    while wave:
        begun = select(case_link.c.to_id).where(
            case_link.c.kind == LinkKind.OPENED, case_link.c.from_id.in_(wave)
        )
        known = {case_id, *found}
        wave = [
            one for one in ctx.session.scalars(begun.order_by(case_link.c.at)) if one not in known
        ]
        found += wave
    return found


def are_linked(ctx: Context, one: str, other: str) -> bool:
    """Did one of them begin, answer or name the other."""
    wanted = select(case_link.c.id).where(
        or_(
            and_(case_link.c.from_id == one, case_link.c.to_id == other),
            and_(case_link.c.from_id == other, case_link.c.to_id == one),
        )
    )
    return ctx.session.scalars(wanted.limit(1)).first() is not None


def share_a_party(ctx: Context, one: str, other: str) -> bool:
    """Are both about the same person, or the same unit."""
    return bool(ctx.session.scalar(select(of_one_party(one, other))))


def is_about(one: str, other: str | ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that both are about one party; a case about nobody is about what it named."""
    names = exists().where(
        case_link.c.kind == LinkKind.NAMED,
        case_link.c.from_id == one,
        case_link.c.to_id == other,
    )
    nobody = ~exists().where(subject.c.case_id == one)
    return or_(of_one_party(one, other), and_(nobody, names))


def of_one_party(one: str, other: str | ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that says so; the other case may be a row of the statement it stands in."""
    mine, theirs = subject.alias(), subject.alias()
    return exists().where(
        mine.c.case_id == one,
        theirs.c.case_id == other,
        or_(
            mine.c.person_id == theirs.c.person_id,
            and_(
                mine.c.person_id.is_(None),
                theirs.c.person_id.is_(None),
                mine.c.unit_id == theirs.c.unit_id,
            ),
        ),
    )


def awaken(ctx: Context, case_id: str) -> None:
    """The case began to wait for something: what may be for it is handed over at once."""
    linked = (
        select(case_link.c.from_id)
        .where(case_link.c.to_id == case_id)
        .union(select(case_link.c.to_id).where(case_link.c.from_id == case_id))
    )
    ctx.session.execute(
        update(outbox)
        .where(
            outbox.c.kind == "message",
            outbox.c.state == "pending",
            or_(outbox.c.receiver_id == case_id, outbox.c.case_id.in_(linked)),
        )
        .values(next_at=ctx.now)
    )
