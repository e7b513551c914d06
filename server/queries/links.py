"""The family of a case as somebody may see it, and the messages a case has sent.

A link is shown with both of its cases or not at all: the family is walked from the case one looks
at through cases one may know of, so that a hidden one in between connects nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.expressions import Json
from server.models.case import case
from server.models.link import case_link
from server.models.outbox import outbox
from server.queries.visibility import visible

#: so many cases are shown at most, found in so many steps from the one looked at
_MOST: Final = 60
_STEPS: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Linked:
    """A case of the family."""

    id: str
    reference: str
    procedure: str
    pack_version_id: str
    status: str
    opened_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Which began, answered or named which."""

    from_id: str
    to_id: str
    kind: str
    message: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """A message the case has sent, and what became of it."""

    id: str
    message: str
    #: of one that begins a case for each item: which item, from 0
    part: int | None
    #: pending, sent, recorded or failed
    state: str
    #: word of domain/links.Fault, or the class of a fault of the program
    error: str
    #: what the start form does not take, by field
    problems: tuple[dict[str, Json], ...]
    at: datetime


def family(
    session: Session, actor: Actor, case_id: str
) -> tuple[tuple[Linked, ...], tuple[Link, ...], bool]:
    """The cases the actor may know of that are linked with this one, itself among them.

    At most so many that people can read them, the nearest first; False: there are more.
    """
    seen: dict[str, Linked] = {}
    links: set[Link] = set()
    frontier, is_all = {case_id}, True
    for _step in range(_STEPS):
        near = _near(session, frontier)
        wanted = {case_id, *(end for link in near for end in (link.from_id, link.to_id))}
        found = _known(session, actor, wanted - seen.keys()) if near else {}
        is_all = is_all and len(seen) + len(found) <= _MOST and len(near) < _MOST * _STEPS
        seen |= dict(list(found.items())[: _MOST - len(seen)])
        links |= {link for link in near if link.from_id in seen and link.to_id in seen}
        frontier = found.keys() - {case_id}
        if not frontier:
            break
    else:
        is_all = is_all and not _known_beyond(session, actor, seen, frontier)
    ordered = sorted(seen.values(), key=lambda each: (each.opened_on, each.reference))
    return tuple(ordered), tuple(sorted(links, key=lambda each: (each.at, each.to_id))), is_all


def sendings(session: Session, case_id: str) -> tuple[Sending, ...]:
    """The messages the case has sent, oldest first; one that became several stands for none."""
    rows = session.execute(
        select(outbox)
        .where(outbox.c.case_id == case_id, outbox.c.kind == "message")
        .order_by(outbox.c.created_at, outbox.c.dedupe_key)
    ).all()
    divided = {row.dedupe_key.rpartition(":")[0] for row in rows if "part" in row.payload}
    return tuple(
        Sending(
            id=row.id,
            message=row.payload["message"],
            part=row.payload.get("part"),
            state=row.state,
            error=row.error,
            problems=tuple(row.problems or ()),
            at=row.created_at,
        )
        for row in rows
        if row.id not in divided
    )


def _known_beyond(
    session: Session, actor: Actor, seen: Collection[str], frontier: Collection[str]
) -> bool:
    """Does the family go on behind the last step."""
    near = _near(session, frontier)
    ends = {end for link in near for end in (link.from_id, link.to_id)} - set(seen)
    return bool(ends and _known(session, actor, ends))


def _near(session: Session, case_ids: Collection[str]) -> list[Link]:
    rows = session.execute(
        select(
            case_link.c.from_id,
            case_link.c.to_id,
            case_link.c.kind,
            case_link.c.message,
            case_link.c.at,
        )
        .where(or_(case_link.c.from_id.in_(case_ids), case_link.c.to_id.in_(case_ids)))
        .limit(_MOST * _STEPS)
    )
    return [Link(**row._mapping) for row in rows]


def _known(session: Session, actor: Actor, case_ids: Collection[str]) -> dict[str, Linked]:
    columns = [case.c[name] for name in Linked.__slots__]
    rows = session.execute(
        select(*columns).where(case.c.id.in_(case_ids), visible(actor)).order_by(case.c.opened_on)
    )
    return {row.id: Linked(**row._mapping) for row in rows}
