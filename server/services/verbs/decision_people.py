"""Who leads the meeting of a body, and who keeps its record."""

from server.domain.jurisdiction import Level
from server.queries import visibility
from server.services.context import Context
from server.services.identity import people
from server.services.identity.people import Holder
from server.services.verbs import advance_work, decision_terms, parties
from server.services.verbs.decision_rows import Held


def secretaries(ctx: Context, found: Held) -> list[Holder]:
    """Who may keep the record: holders of the office the pack names who know of the case, none of
    them a member."""
    role = decision_terms.text(
        ctx, found.entry.secretary, decision_terms.known(ctx, found.release, found.case)
    )
    if not role:
        return []
    case = found.case
    office = advance_work.office_of(ctx, case, role, Level(case.level))
    if office is None:
        return []
    out = {one.person_id for one in found.members}
    return [
        one
        for one in people.holders(ctx, office.id, ctx.today)
        if one.person_id not in out
        and not parties.bars_of(ctx, case.id).keeps_out(one.person_id)
        and visibility.sees(ctx.session, one.person_id, [office.id], case.id)
    ]


def may_lead(ctx: Context, found: Held, person_id: str) -> bool:
    """May this member take the chair: where several offices decide, one of the task's own."""
    if found.member(person_id) is None:
        return False
    own = people.holders(ctx, found.item.candidate_unit or "", ctx.today)
    return not found.entry.offices or person_id in {one.person_id for one in own}
