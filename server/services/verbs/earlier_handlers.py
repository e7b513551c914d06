"""Who handled the decision that a case is about: a person who is named, or an earlier case.

A recheck is done by other persons (DOMAIN section 7 no. 11). Nobody has to remember who they were:
the office enters the reference of the earlier case, and its own record tells. Only a case about the
same person or unit counts, so that nobody is kept out by a number typed wrongly.
"""

from sqlalchemy import select

from server.domain.lifecycle import WorkState
from server.domain.recusal_rules import DecisionMaker
from server.domain.roles import capacity_of
from server.models.case import case as case_table
from server.models.work import work_item
from server.services.case import links
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
    if row is None or not links.share_a_party(ctx, case.id, row.id):
        return []
    pack = definitions.release(ctx, row.pack_version_id).pack
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
            if capacity_of(pack.capacities, each.candidate_role) in maker.handled
        }
    )
