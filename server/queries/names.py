"""Names of people whose ids somebody may know."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.identity import Person


def of_people(session: Session, ids: Collection[str]) -> Mapping[str, str]:
    """Name by id; what is no id of a person is left out."""
    if not ids:
        return {}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}
