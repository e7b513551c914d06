"""Periods within which somebody has to act himself: what waits for him as a party of a case."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.domain.lifecycle import OPEN_DEADLINES, CaseStatus
from server.models.case import case
from server.models.time import deadline
from server.models.work import OPEN_STATES, participant, work_item


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A task of a party with its clock, as the party may know it."""

    task_id: str
    title: str
    reference: str
    #: empty where no period runs
    state: str
    due_on: date | None
    provisional_on: date | None
    line: str


def open_windows(session: Session, person_id: str, unit_ids: Collection[str]) -> tuple[Window, ...]:
    """What waits for this person, or for a unit he speaks for, as a party; the earliest first."""
    part = select(participant.c.id).where(
        participant.c.case_id == work_item.c.case_id,
        participant.c.role_key == work_item.c.candidate_role,
        participant.c.to_at.is_(None),
        or_(participant.c.person_id == person_id, participant.c.unit_id.in_(unit_ids)),
    )
    clock = and_(
        deadline.c.case_id == work_item.c.case_id,
        deadline.c.rule_key == work_item.c.deadline_key,
        deadline.c.state.in_(OPEN_DEADLINES),
    )
    rows = session.execute(
        select(
            work_item.c.id.label("task_id"),
            work_item.c.title,
            case.c.reference,
            deadline.c.state,
            deadline.c.due_on,
            deadline.c.provisional_on,
            deadline.c.line,
        )
        .join(case, case.c.id == work_item.c.case_id)
        .outerjoin(deadline, clock)
        .where(
            work_item.c.state.in_(OPEN_STATES),
            work_item.c.candidate_unit.is_(None),
            work_item.c.candidate_role == "applicant",
            case.c.status == CaseStatus.OPEN,
            part.exists(),
        )
        .order_by(deadline.c.due_on.is_(None), deadline.c.due_on, work_item.c.opened_at)
        .limit(20)
    )
    return tuple(
        Window(**{**row._mapping, "state": row.state or "", "line": row.line or ""}) for row in rows
    )
