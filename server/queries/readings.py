"""Who has looked at the papers of a case, as numbers: from the record of looks."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.audit import AuditEvent


def of(session: Session, case_id: str, item_id: str, person_ids: Collection[str]) -> dict[str, int]:
    """How many of these people looked at the task (``task.read``), and at the file of the case."""
    looks = AuditEvent.verb.in_(("task.read", "case.read"))
    rows = session.execute(
        select(AuditEvent.verb, func.count(AuditEvent.actor_id.distinct()).label("people"))
        .where(
            AuditEvent.case_id == case_id,
            looks,
            AuditEvent.target.in_((item_id, case_id)),
            AuditEvent.actor_id.in_(sorted(person_ids)),
        )
        .group_by(AuditEvent.verb)
    )
    return {row.verb: row.people for row in rows}
