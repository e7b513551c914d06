"""Who had to do with a case before: the acts that give somebody a say in how it goes on."""

from typing import Final

from sqlalchemy import BindParameter, and_, bindparam, or_, select

from server.domain.access import Actor
from server.models.case import case
from server.models.work import IS_DONE, work_item
from server.services.context import Context


def did(ctx: Context, actor: Actor, case_id: str) -> bool:
    """Did the actor complete a step of the case or open it, or an office he is head of now."""
    given = {"case": case_id, "person": actor.person_id, "headed": list(actor.headed)}
    return ctx.session.execute(_DID, given).first() is not None


_HEADED: Final[BindParameter[str]] = bindparam("headed", expanding=True)
_STEPS = select(work_item.c.id).where(
    work_item.c.case_id == bindparam("case"),
    IS_DONE,
    or_(
        work_item.c.assignee_id == bindparam("person"),
        work_item.c.candidate_unit.in_(_HEADED),
    ),
)
_DID: Final = select(case.c.id).where(
    case.c.id == bindparam("case"),
    or_(
        and_(case.c.opened_by == bindparam("person"), case.c.opened_for.is_not(None)),
        case.c.opened_for.in_(_HEADED),
        _STEPS.exists(),
    ),
)
