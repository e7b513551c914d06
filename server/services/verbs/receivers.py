"""Who may be given a task: colleagues who could claim it, and offices the pack names.

Asked for the list a person chooses from, and asked again inside the transaction that gives it.
"""

from collections.abc import Iterator

from server.domain.errors import NotCompetent
from server.domain.handovers import Receiver, rule_for
from server.domain.jurisdiction import Level, level_of
from server.domain.recusal import fit
from server.domain.work import Work
from server.services.case import case_state, facts
from server.services.case.case_rows import CaseRow
from server.services.case.facts import Facts
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.identity import people
from server.services.identity.people import Holder, Office
from server.services.law.releases import Release
from server.services.verbs import advance_work
from server.services.verbs.work_rows import ItemRow


def colleagues(ctx: Context, item: ItemRow, work: Work) -> list[Holder]:
    """People of the office who could claim it, and have neither it nor another part in it."""
    if item.candidate_unit is None:
        return []
    found = _able(ctx, item, work, item.candidate_unit, item.candidate_role)
    return [each for each in found if each.person_id != item.assignee_id]


def offices(
    ctx: Context, item: ItemRow, case: CaseRow, work: Work, release: Release
) -> dict[str, Office]:
    """Other offices that may take it over and have somebody who can, by their id."""
    rule = rule_for(release.pack.handover, item.node_key, item.lane)
    if rule is None or item.candidate_unit is None:
        return {}
    variables = case_state.load(ctx, case.id).variables
    known = facts.collect(release, case.procedure, variables, {}, ctx.now)
    found = {
        office.id: office
        for receiver in rule.to
        for office in _offices(ctx, case, receiver, known)
        if office.id != item.candidate_unit
    }
    return {key: each for key, each in found.items() if _able(ctx, item, work, key, each.kind)}


def _offices(ctx: Context, case: CaseRow, receiver: Receiver, known: Facts) -> Iterator[Office]:
    if not facts.holds(ctx.tools.evaluate, receiver.when, known):
        return
    for named in receiver.levels:
        try:
            level = level_of(named, Level(case.level))
            office = advance_work.office_of(ctx, case, receiver.office, level)
        except NotCompetent:
            continue  # this place has no such level, or nobody can say which of two
        if office is not None:
            yield office


def _able(ctx: Context, item: ItemRow, work: Work, unit_id: str, role: str) -> list[Holder]:
    """Holders of the office on the day whom nothing keeps from this case."""
    there = people.holders(ctx, unit_id, ctx.today, head_only=item.head_only)
    able = set(fit((each.person_id for each in there), role, work.parties)) - in_group(ctx, item)
    return [each for each in there if each.person_id in able]


def in_group(ctx: Context, item: ItemRow) -> frozenset[str]:
    """Who has another item of the same group: nobody has a part in it twice."""
    return frozenset(
        row["assignee_id"]
        for row in work_clocks.open_items(ctx, item.case_id)
        if row["group_id"] == item.group_id and row["id"] != item.id and row["assignee_id"]
    )
