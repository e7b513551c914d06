"""The one condition per person that every reader applies: which cases he may know of.

Somebody sees a case he has a part in, and a case that an office he holds a post of today opened,
has or had work in, or was told of. Everything else does not exist for him. What somebody did
gives him no right by itself: it ends with his post.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.models.case import case
from server.models.outbox import notification
from server.models.work import participant, work_item


def visible_cases(person_id: str, unit_ids: Collection[str]) -> ColumnElement[bool]:
    """The condition on ``case``: true for the cases this person may know of.

    ``unit_ids`` are the units he holds posts in on the day.
    """
    part = select(participant.c.case_id).where(
        or_(participant.c.person_id == person_id, participant.c.unit_id.in_(unit_ids)),
        participant.c.to_at.is_(None),
    )
    work = select(work_item.c.case_id).where(work_item.c.candidate_unit.in_(unit_ids))
    told = select(notification.c.case_id).where(notification.c.unit_id.in_(unit_ids))
    return or_(
        case.c.opened_for.in_(unit_ids),
        case.c.id.in_(part),
        case.c.id.in_(work),
        case.c.id.in_(told),
    )


def sees(session: Session, person_id: str, unit_ids: Collection[str], case_id: str) -> bool:
    """May this person know of this case."""
    wanted = select(case.c.id).where(case.c.id == case_id, visible_cases(person_id, unit_ids))
    return session.scalar(wanted) is not None
