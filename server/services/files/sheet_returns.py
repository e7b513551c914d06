"""Why a task is to be done again: who returned it, from where, with which reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select

from server.domain.perspectives import Sight
from server.models.identity import Person, Unit
from server.models.work import work_act, work_item
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """The return that opened a task."""

    #: empty where the reader may not know who it was
    by: str
    office: str
    #: title of the step it was returned from; empty when a closed case was taken up again
    step: str
    reason: str
    at: datetime


def of(ctx: Context, row: Row[tuple[object, ...]], sight: Sight) -> Returned | None:
    """The return or the reopening whose step opened this task, None for any other.

    The reason is meant for whoever does the task; of those who handle the case a party reads no
    name.
    """
    found = ctx.session.execute(
        select(
            work_act.c.text,
            work_act.c.at,
            Person.name.label("by"),
            Unit.name.label("office"),
            work_item.c.title.label("step"),
        )
        .join(Person, Person.id == work_act.c.actor_id)
        .outerjoin(Unit, Unit.id == work_act.c.unit_id)
        .outerjoin(work_item, work_item.c.id == work_act.c.work_item_id)
        .where(
            work_act.c.case_id == row.case_id,
            work_act.c.verb.in_(("return", "reopen")),
            work_act.c.to_node == row.node_key,
            work_act.c.at == row.opened_at,
        )
    ).first()
    if found is None:
        return None
    return Returned(
        by=found.by if sight.is_office else "",
        office=found.office or "",
        step=found.step or "",
        reason=found.text,
        at=found.at,
    )
