"""How often work was urged, and by whom: acts on the task itself, and those of the applicant."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from server.models.identity import Person
from server.models.work import work_act, work_item


@dataclass(frozen=True, kw_only=True, slots=True)
class Urging:
    """One urging, for those who handle the case."""

    at: datetime
    by: str
    reason: str
    #: by somebody whose own matter it is
    is_by_party: bool


#: an act on the task, or since it opened one on the whole case where an office has the task
_MEANS: Final = or_(
    work_act.c.work_item_id == work_item.c.id,
    and_(
        work_act.c.work_item_id.is_(None),
        work_act.c.at >= work_item.c.opened_at,
        work_item.c.candidate_unit.is_not(None),
    ),
)


def counts(session: Session, ids: Collection[str]) -> Mapping[str, int]:
    """Task -> how often it was urged, for those that were; one statement."""
    if not ids:
        return {}
    rows = session.execute(
        select(work_item.c.id, func.count().label("times"))
        .join(work_act, and_(work_act.c.case_id == work_item.c.case_id, _MEANS))
        .where(work_item.c.id.in_(ids), work_act.c.verb == "urge")
        .group_by(work_item.c.id)
    )
    return {row.id: row.times for row in rows}


def of_task(session: Session, item_id: str) -> tuple[Urging, ...]:
    """The urgings of one task, the latest first; the caller shows them to who may know them."""
    rows = session.execute(
        select(
            work_act.c.at,
            work_act.c.text,
            work_act.c.work_item_id,
            Person.name,
        )
        .select_from(work_item)
        .join(work_act, and_(work_act.c.case_id == work_item.c.case_id, _MEANS))
        .join(Person, Person.id == work_act.c.actor_id)
        .where(work_item.c.id == item_id, work_act.c.verb == "urge")
        .order_by(work_act.c.at.desc(), work_act.c.id)
    )
    return tuple(
        Urging(at=row.at, by=row.name, reason=row.text, is_by_party=row.work_item_id is None)
        for row in rows
    )
