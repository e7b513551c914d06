"""From whose hands a task came, and in whose it lies, in sentences for its page.

Read with the row of the task (``COLUMNS`` and the joins), so that it costs no statement.
"""

from typing import Final

from sqlalchemy import Row, and_
from sqlalchemy.orm import aliased

from server.domain.lifecycle import WorkState
from server.domain.texts import _
from server.models.identity import Person, Unit
from server.models.work import work_item
from server.services.context import Context

#: who asked the assignee to prepare it
OWNER = aliased(Person)
IS_OWNER: Final = OWNER.id == work_item.c.owner_id
#: the office that gave it here, as long as nobody here has taken it
SENDER = aliased(Unit)
IS_SENDER: Final = SENDER.id == work_item.c.handed_from
#: the item another office is offered in place of this one
LYING: Final = work_item.alias("lying")
LIES: Final = and_(
    LYING.c.parent_id == work_item.c.id,
    LYING.c.handed_from.is_not(None),
    LYING.c.state == WorkState.OFFERED,
)
THERE = aliased(Unit)
IS_THERE: Final = THERE.id == LYING.c.candidate_unit

COLUMNS: Final = (
    OWNER.name.label("owner_name"),
    SENDER.name.label("sender_name"),
    THERE.name.label("lies_with"),
)


def lines(ctx: Context, row: Row[tuple[object, ...]]) -> tuple[str, ...]:
    """What the reader, somebody of an office that handles the case, should know of it."""
    told = []
    if row.owner_name and row.assignee_id == ctx.actor.person_id:
        told.append(
            _("{name}委派您办理：填写后交回，由{name}核对并提交").format(name=row.owner_name)
        )
    elif row.owner_name:
        told.append(
            _("{owner}已委派{name}办理，交回以后由{owner}提交").format(
                owner=row.owner_name, name=row.assignee
            )
        )
    if row.sender_name:
        told.append(
            _("{unit}移送，等待本机构签收；不归本机构办理的，可以写明理由退回").format(
                unit=row.sender_name
            )
        )
    if row.lies_with:
        told.append(_("已移送{unit}，对方尚未签收；签收以前可以收回").format(unit=row.lies_with))
    return tuple(told)
