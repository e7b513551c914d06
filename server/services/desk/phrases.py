"""常用语: phrases that somebody keeps for his opinions, and those of his offices.

The head of an office keeps its phrases, all who serve it use them. A phrase is a template of
words: the record names it by its id, never by what it says.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Row, delete, func, insert, or_, select, update

from server.domain.access import Actor
from server.domain.errors import Forbidden, Invalid, NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.base import new_id
from server.models.desk import phrase
from server.models.identity import Unit
from server.services.case.case_rows import refuse_odd
from server.services.context import Context
from server.services.identity import posts

#: longest phrase, and most of them for one person or one office
LONGEST: Final = 500
MOST: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """One phrase."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """The phrases of somebody, or of one of his offices."""

    #: None: his own
    unit_id: str | None
    office: str
    may_change: bool
    phrases: tuple[Phrase, ...]


def texts(ctx: Context) -> tuple[str, ...]:
    """What the actor may put into an opinion: his own phrases first; one statement."""
    actor = posts.with_posts(ctx)
    rows = ctx.session.execute(
        select(phrase.c.text)
        .where(_his(actor))
        .order_by(phrase.c.person_id.is_(None), phrase.c.position, phrase.c.id)
    )
    return tuple(dict.fromkeys(row.text for row in rows))


def shelves(ctx: Context) -> tuple[Shelf, ...]:
    """His own phrases, then those of each of his offices."""
    actor = posts.with_posts(ctx)
    rows = ctx.session.execute(
        select(phrase).where(_his(actor)).order_by(phrase.c.position, phrase.c.id)
    ).all()
    ids = list(dict.fromkeys(post.unit_id for post in actor.posts))
    offices = ctx.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
    names = {row.id: row.name for row in offices}

    def shelf(unit_id: str | None) -> Shelf:
        return Shelf(
            unit_id=unit_id,
            office=names[unit_id] if unit_id else "",
            may_change=unit_id is None or unit_id in actor.headed,
            phrases=tuple(
                Phrase(id=row.id, text=row.text) for row in rows if row.unit_id == unit_id
            ),
        )

    return (shelf(None), *(shelf(unit_id) for unit_id in ids))


def add(ctx: Context, text: str, unit_id: str | None = None) -> None:
    """Keep one more phrase, for oneself or for an office one is head of.

    Raises:
        Forbidden: he is not head of that office.
        Invalid: it is empty or too long, is there already, or there are too many.
    """
    actor = posts.with_posts(ctx)
    if unit_id is not None and unit_id not in actor.headed:
        raise Forbidden(_("只有本机构负责人可以维护本机构的常用语"))
    said = _checked(text)
    mine = phrase.c.unit_id == unit_id if unit_id else phrase.c.person_id == actor.person_id
    there = ctx.session.scalars(select(phrase.c.text).where(mine)).all()
    if said in there:
        raise _wrong(_("已经有这一条常用语"))
    if len(there) >= MOST:
        raise _wrong(_("常用语最多{n}条，请先删除不用的").format(n=MOST))
    last = ctx.session.scalar(select(func.max(phrase.c.position)).where(mine)) or 0
    row = {
        "id": new_id(),
        "person_id": None if unit_id else actor.person_id,
        "unit_id": unit_id,
        "text": said,
        "position": last + 1,
    }
    ctx.session.execute(insert(phrase).values(**row))
    ctx.record("phrase.add", f"phrase:{row['id']}")


def change(ctx: Context, phrase_id: str, text: str) -> None:
    """Let a phrase say something else.

    Raises:
        NotFound: there is none that he may change.
        Invalid: it is empty or too long.
    """
    row = _own(ctx, phrase_id)
    said = _checked(text)
    ctx.session.execute(update(phrase).where(phrase.c.id == row.id).values(text=said))
    ctx.record("phrase.change", f"phrase:{row.id}")


def remove(ctx: Context, phrase_id: str) -> None:
    """Keep a phrase no longer. Raises NotFound where there is none that he may change."""
    row = _own(ctx, phrase_id)
    ctx.session.execute(delete(phrase).where(phrase.c.id == row.id))
    ctx.record("phrase.remove", f"phrase:{row.id}")


def _his(actor: Actor) -> ColumnElement[bool]:
    units = sorted({post.unit_id for post in actor.posts})
    return or_(phrase.c.person_id == actor.person_id, phrase.c.unit_id.in_(units))


def _own(ctx: Context, phrase_id: str) -> Row[tuple[str]]:
    refuse_odd(phrase_id)
    actor = posts.with_posts(ctx)
    row = ctx.session.execute(
        select(phrase.c.id).where(
            phrase.c.id == phrase_id,
            or_(phrase.c.person_id == actor.person_id, phrase.c.unit_id.in_(actor.headed)),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _checked(text: str) -> str:
    said = text.strip()
    if not said:
        raise _wrong(_("请填写常用语"))
    if len(said) > LONGEST:
        raise _wrong(_("常用语不超过{n}字").format(n=LONGEST))
    return said


def _wrong(message: str) -> Invalid:
    return Invalid(message, [Finding(code="PHRASE", field="text", message=message)])
