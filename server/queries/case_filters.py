"""What a list of cases is narrowed to, always within what the actor may know of."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.search_terms import terms
from server.models.case import case
from server.models.definition import PackVersion
from server.queries import perspectives, search
from server.queries.visibility import visible


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a list is narrowed to; what is empty narrows nothing."""

    status: str = ""
    procedure: str = ""
    #: id of the unit the case concerns
    unit_id: str = ""
    #: beginning of the reference, or words of it and of the names of those it is about
    q: str = ""
    #: ids of the cases it is about, None for any
    ids: tuple[str, ...] | None = None
    #: only cases the actor is party to, or only cases he is not
    is_own: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A procedure that a filter offers."""

    key: str
    #: the pack version that brings it: its title stands there
    pack_version_id: str


def kinds(session: Session, actor: Actor) -> tuple[Kind, ...]:
    """The procedures of the cases the actor may know of, with the newest version of each."""
    rows = session.execute(
        select(case.c.procedure, PackVersion.id, PackVersion.version)
        .join(PackVersion, PackVersion.id == case.c.pack_version_id)
        .where(visible(actor))
        .distinct()
        .order_by(case.c.procedure, PackVersion.version)
    )
    newest = {row.procedure: row.id for row in rows}
    return tuple(Kind(key=key, pack_version_id=id_) for key, id_ in newest.items())


def condition(session: Session, actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """The cases the actor may know of, narrowed to what he wants to see."""
    found = [visible(actor)]
    if any("\x00" in text for text in (wanted.status, wanted.procedure, wanted.unit_id, wanted.q)):
        return false()
    if wanted.status:
        found.append(case.c.status == wanted.status)
    if wanted.procedure:
        found.append(case.c.procedure == wanted.procedure)
    if wanted.unit_id:
        # like a name: whoever was only asked does not learn whom the case concerns
        found.append(case.c.unit_id == wanted.unit_id)
        found.append(case.c.id.in_(perspectives.named_cases(session, actor)))
    if wanted.q:
        found.append(or_(*_worded(session, actor, wanted.q)))
    if wanted.ids is not None:
        found.append(case.c.id.in_(wanted.ids))
    if wanted.is_own is not None:
        own = case.c.id.in_(perspectives.own_cases(actor))
        found.append(own if wanted.is_own else ~own)
    return and_(*found)


def _worded(session: Session, actor: Actor, text: str) -> Iterator[ColumnElement[bool]]:
    yield case.c.reference.startswith(text, autoescape=True)
    if terms(text):
        named = case.c.id.in_(perspectives.named_cases(session, actor))
        yield and_(search.by_head(session, text), named)
