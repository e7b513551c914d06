"""The cases somebody handles, as a condition: for lists of what is said among those who do."""

from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.queries import perspectives
from server.queries.visibility import recused_from


def handles(session: Session, actor: Actor, case_id: Any) -> ColumnElement[bool]:
    """True where the actor handles the case with this id; never for whoever is party to it."""
    return and_(
        case_id.in_(perspectives.named_cases(session, actor)),
        case_id.not_in(perspectives.own_cases(actor)),
        case_id.not_in(recused_from(actor)),
    )
