"""The row a task is shown from: the item with its case, who has it, and in whose hands it was."""

from sqlalchemy import Row, and_, select

from server.domain.access import Actor
from server.domain.errors import NotFound
from server.models.case import case as case_table
from server.models.case import case_state
from server.models.identity import Person, Unit
from server.models.work import work_item
from server.queries.visibility import visible
from server.services.context import Context
from server.services.files import sheet_handing


def found(ctx: Context, actor: Actor, item_id: str) -> Row[tuple[object, ...]]:
    """The row. Raises NotFound when the actor may not know of the case, or there is none."""
    case_columns = ("reference", "procedure", "status", "status_reason", "outcome", "opened_on")
    row = ctx.session.execute(
        select(
            work_item,
            *(case_table.c[name].label(f"case_{name}") for name in (*case_columns, "level")),
            case_table.c.title.label("case_matter"),
            Unit.name.label("office"),
            Person.name.label("assignee"),
            *sheet_handing.COLUMNS,
            case_state.c.variables,
        )
        .join(case_table, case_table.c.id == work_item.c.case_id)
        .join(case_state, case_state.c.case_id == work_item.c.case_id)
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .outerjoin(Person, Person.id == work_item.c.assignee_id)
        .outerjoin(sheet_handing.OWNER, sheet_handing.IS_OWNER)
        .outerjoin(sheet_handing.SENDER, sheet_handing.IS_SENDER)
        .outerjoin(sheet_handing.LYING, sheet_handing.LIES)
        .outerjoin(sheet_handing.THERE, sheet_handing.IS_THERE)
        .where(and_(work_item.c.id == item_id, visible(actor)))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row
