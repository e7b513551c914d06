"""What a list can be narrowed to, and what is new in it: for the bar above the list."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.models.case import case
from server.models.identity import Unit
from server.models.work import work_item
from server.queries.inbox import View, When
from server.queries.inbox_rows import selection, together

#: the rows of a list that are asked what there is: the first by urgency
ASKED = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """Steps, offices and procedures that occur in a list, as (key, words), each once."""

    steps: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    #: procedure and a pack version that has it
    procedures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What came into the lists of a person since a moment."""

    came: int
    #: of it for a second time: returned, or asked for again
    again: int


def choices(session: Session, actor: Actor, view: View, *, when: When) -> Choices:
    """What the first thousand rows of a list can be narrowed to; one statement."""
    rows = together(selection(actor, view, on=when.on, now=when.now))
    first = select(rows.c.id).order_by(rows.c.order_key).limit(ASKED)
    found = session.execute(
        select(
            work_item.c.node_key,
            work_item.c.title,
            work_item.c.candidate_unit,
            Unit.name,
            case.c.procedure,
            func.max(case.c.pack_version_id).label("pack_version_id"),
        )
        .join(case, case.c.id == work_item.c.case_id)
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .where(work_item.c.id.in_(first))
        .group_by(
            work_item.c.node_key,
            work_item.c.title,
            work_item.c.candidate_unit,
            Unit.name,
            case.c.procedure,
        )
    ).all()
    return Choices(
        steps=_sorted({row.node_key: row.title for row in found}),
        units=_sorted({row.candidate_unit: row.name for row in found if row.candidate_unit}),
        procedures=_sorted({row.procedure: row.pack_version_id for row in found}),
    )


def news(session: Session, actor: Actor, *, since: datetime, when: When) -> News:
    """What is in the actor's own list or in his queues and came after a moment; one statement."""
    came = (work_item.c.opened_at > since,)
    parts = [
        part
        for view in ("mine", "queue")
        for part in selection(actor, view, on=when.on, now=when.now, also=came)
    ]
    rows = together(tuple(parts))
    earlier = work_item.alias()
    again = select(earlier.c.id).where(
        earlier.c.case_id == work_item.c.case_id,
        earlier.c.node_key == work_item.c.node_key,
        earlier.c.opened_version < work_item.c.opened_version,
    )
    row = session.execute(
        select(func.count().label("came"), func.count().filter(again.exists()).label("again"))
        .select_from(rows)
        .join(work_item, work_item.c.id == rows.c.id)
    ).one()
    return News(came=row.came, again=row.again)


def _sorted(found: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(found.items(), key=lambda pair: (pair[1], pair[0])))
