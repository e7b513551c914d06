"""Remarks of one case, for those who handle it alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.perspectives import Sight
from server.models.desk import comment
from server.models.identity import Person, Unit
from server.models.work import work_item
from server.queries import names


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """One remark; what was taken back says nothing any more."""

    id: str
    at: datetime
    author_id: str
    author: str
    office: str
    #: title of the task it was written at, empty: on the case as a whole
    step: str
    task_id: str | None
    text: str
    #: names of those it calls
    called: tuple[str, ...]
    called_ids: tuple[str, ...]
    withdrawn_at: datetime | None


def of_case(session: Session, sight: Sight, case_id: str) -> tuple[Comment, ...]:
    """The remarks of the case, the oldest first; none for whoever does not handle it."""
    if not sight.is_office:
        return ()
    rows = session.execute(
        select(
            comment.c.id,
            comment.c.at,
            comment.c.author_id,
            comment.c.text,
            comment.c.mentions,
            comment.c.withdrawn_at,
            Person.name.label("author"),
            Unit.name.label("office"),
            work_item.c.id.label("task_id"),
            work_item.c.title.label("step"),
        )
        .join(Person, Person.id == comment.c.author_id)
        .outerjoin(Unit, Unit.id == comment.c.unit_id)
        .outerjoin(work_item, work_item.c.id == comment.c.work_item_id)
        .where(comment.c.case_id == case_id)
        .order_by(comment.c.at, comment.c.id)
    ).all()
    called = names.of_people(session, {person for row in rows for person in row.mentions})
    return tuple(
        Comment(
            id=row.id,
            at=row.at,
            author_id=row.author_id,
            author=row.author,
            office=row.office or "",
            step=row.step or "",
            task_id=row.task_id,
            text="" if row.withdrawn_at else row.text,
            called=() if row.withdrawn_at else tuple(called[each] for each in row.mentions),
            called_ids=() if row.withdrawn_at else tuple(row.mentions),
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    )
