"""Who handled the decision that a case is about: a person who is named, or an earlier case.

A recheck is done by other persons (DOMAIN section 7 no. 11). Nobody has to remember who they were:
the office enters the reference of the earlier case, and its own record tells. Only a case about the
same person or unit counts, so that nobody is kept out by a number typed wrongly; for a case about
nobody, as a review of drawn cases is, the one it has named.
"""

from collections.abc import Iterable

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


def meant(
    ctx: Context, case: CaseRow, entered: Iterable[tuple[DecisionMaker, str]]
) -> dict[str, str]:
    """The people whom these entries mean, each with the ground of the last that means him."""
    found: dict[str, str] = {}
    for maker, text in entered:
        people = _handlers(ctx, case, maker, text.strip()) if maker.handled else [text]
        found |= dict.fromkeys(people, maker.ground)
    return found


def _handlers(ctx: Context, case: CaseRow, maker: DecisionMaker, reference: str) -> list[str]:
    """Who completed a task of the case with this reference, in one of the capacities meant."""
    done = ctx.session.execute(
        select(work_item.c.assignee_id, work_item.c.candidate_role, case_table.c.pack_version_id)
        .join(case_table, case_table.c.id == work_item.c.case_id)
        .where(
            case_table.c.reference == reference,
            case_table.c.id != case.id,
            work_item.c.state == WorkState.DONE,
            work_item.c.assignee_id.is_not(None),
            links.is_about(case.id, case_table.c.id),
        )
        .distinct()
    ).all()
    return sorted(
        {
            each.assignee_id
            for each in done
            if capacity_of(
                definitions.release(ctx, each.pack_version_id).pack.capacities, each.candidate_role
            )
            in maker.handled
        }
    )
