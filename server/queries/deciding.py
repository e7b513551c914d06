"""What a head never decides, whatever waits for him: his own matter, and what he must not see."""

from sqlalchemy import ColumnElement, and_, select

from server.models.case import subject
from server.models.work import participant
from server.queries.visibility import recused_from


def may_be_his(case_id: ColumnElement[str], person_id: str) -> ColumnElement[bool]:
    """The condition that a question of this case may lie before this person at all."""
    parties = (
        select(subject.c.case_id).where(subject.c.person_id == person_id),
        select(participant.c.case_id).where(
            participant.c.person_id == person_id,
            participant.c.role_key.in_(("applicant", "subject")),
        ),
    )
    out = [case_id.not_in(found) for found in parties]
    return and_(*out, case_id.not_in(recused_from(person_id)))
