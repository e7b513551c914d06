"""How many rows there are, counted no further than anybody reads."""

from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

#: totals are exact up to here
MAX_TOTAL: Final = 10_000


def total(session: Session, query: Select[Any]) -> int | None:
    """How many rows the query finds: exact up to 10 000, None beyond; one statement."""
    some = query.limit(MAX_TOTAL + 1).subquery()
    counted = session.scalar(select(func.count()).select_from(some)) or 0
    return counted if counted <= MAX_TOTAL else None
