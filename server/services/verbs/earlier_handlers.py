"""Who handled the decision that a case is about: a person who is named, or an earlier case.

A recheck is done by other persons (DOMAIN section 7 no. 11). Nobody has to remember who they were:
the office enters the reference of the earlier case, and its own record tells. Only a case about the
same person or unit counts, so that nobody is kept out by a number typed wrongly.
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from server.domain.lifecycle import WorkState
from server.domain.recusal_rules import DecisionMaker
from server.domain.roles import capacity_of
from server.models.case import case as case_table
from server.models.case import subject
from server.models.work import work_item
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.packs import definitions


def meant(ctx: Context, case: CaseRow, maker: DecisionMaker, entered: str) -> list[str]:
    """Ids of the people whom an entry of such a field means."""
    if not maker.handled:
        return [entered]
    row = ctx.session.execute(
        select(case_table.c.id, case_table.c.pack_version_id).where(
            case_table.c.reference == entered.strip(), case_table.c.id != case.id
        )
    ).first()
    if row is None or not _same_party(ctx, case.id, row.id):
        return []
    pack = definitions.release(ctx, row.pack_version_id).pack
    roles = {key: role.capacity for key, role in pack.roles.items()}
    done = ctx.session.execute(
        select(work_item.c.assignee_id, work_item.c.candidate_role)
        .where(
            work_item.c.case_id == row.id,
            work_item.c.state == WorkState.DONE,
            work_item.c.assignee_id.is_not(None),
        )
        .distinct()
    )
    return sorted(
        {
            each.assignee_id
            for each in done
            if capacity_of(roles, each.candidate_role) in maker.handled
        }
    )


def _same_party(ctx: Context, case_id: str, earlier_id: str) -> bool:
    own, other = aliased(subject), aliased(subject)
    return (
        ctx.session.execute(
            select(own.c.id)
            .join(
                other,
                or_(own.c.person_id == other.c.person_id, own.c.unit_id == other.c.unit_id),
            )
            .where(own.c.case_id == case_id, other.c.case_id == earlier_id)
            .limit(1)
        ).first()
        is not None
    )
