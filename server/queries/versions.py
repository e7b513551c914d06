"""The versions that name what somebody has seen: of a task, and of a case with its state."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.access import Actor
from server.domain.errors import NotFound
from server.models.case import case, case_state
from server.models.work import work_item
from server.queries.visibility import visible


def of_task(session: Session, actor: Actor, item_id: str) -> int:
    """The version of a task.

    Raises:
        NotFound: there is none, or it does not exist for the actor, who brings today's posts.
    """
    version = session.scalar(
        select(work_item.c.version)
        .join(case, case.c.id == work_item.c.case_id)
        .where(work_item.c.id == item_id, visible(actor))
    )
    if version is None:
        raise NotFound
    return int(version)


def of_case(session: Session, actor: Actor, case_id: str) -> str:
    """The version of a case; every step and every change of its head gives another one.

    Raises:
        NotFound: as for :func:`of_task`.
    """
    row = session.execute(
        select(case.c.version, case_state.c.version.label("state"))
        .join(case_state, case_state.c.case_id == case.c.id)
        .where(case.c.id == case_id, visible(actor))
    ).one_or_none()
    if row is None:
        raise NotFound
    return f"{row.version}.{row.state}"
