"""Questions that somebody asks and another decides, and what a head never decides, whatever waits
for him: his own matter, and what he must not see."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, select
from sqlalchemy.orm import aliased

from server.domain.access import Actor
from server.models.case import case, subject
from server.models.identity import Person, Unit
from server.models.work import participant
from server.queries.visibility import recused_from


def questions(table: Table, names: Collection[str], *more: ColumnElement[Any]) -> Select[Any]:
    """Questions with their cases, and by name who asked, who decides and who decided.

    ``names``: of the columns that are wanted, as far as the table has them; ``more``: of others.
    """
    asked, decided = aliased(Person), aliased(Person)
    return (
        select(
            *(table.c[name] for name in names if name in table.c),
            *more,
            case.c.reference,
            case.c.pack_version_id,
            asked.name.label("asked_name"),
            decided.name.label("decided_name"),
            Unit.name.label("office"),
        )
        .join(case, case.c.id == table.c.case_id)
        .join(asked, asked.id == table.c.asked_by)
        .join(Unit, Unit.id == table.c.office_id)
        .outerjoin(decided, decided.id == table.c.decided_by)
    )


def may_be_his(case_id: ColumnElement[str], actor: Actor) -> ColumnElement[bool]:
    """The condition that a question of this case may lie before this person at all."""
    parties = (
        select(subject.c.case_id).where(subject.c.person_id == actor.person_id),
        select(participant.c.case_id).where(
            participant.c.person_id == actor.person_id,
            participant.c.role_key.in_(("applicant", "subject")),
        ),
    )
    out = [case_id.not_in(found) for found in parties]
    return and_(*out, case_id.not_in(recused_from(actor)))
