"""How often work was urged, and by whom: acts on the task itself, and those of the applicant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ScalarSelect, and_, func, or_, select
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


#: how often the task of a line was urged, to be asked within its statement
TIMES: Final[ScalarSelect[int]] = (
    select(func.count())
    .select_from(work_act)
    .where(work_act.c.case_id == work_item.c.case_id, _MEANS, work_act.c.verb == "urge")
    .correlate(work_item)
    .scalar_subquery()
)


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
