"""What a recusal brings about once it holds: the person's work goes back, and nobody's is lost.

His claimed items are offered again to the office, what was passed on by him or to him as well; he
has no part in the case any more. An item that nobody is left to do goes up to the same kind of
office above; where there is none, a head is told that it is unattended. Never silently.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from server.domain.packs import PolicyPack
from server.models.work import OPEN_STATES
from server.services.buffers import Row
from server.services.case.case_rows import CaseRow
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.identity import people, same_kind
from server.services.identity.people import Office
from server.services.packs import definitions
from server.services.verbs import (
    correction_heads,
    letting_go,
    parties,
    recusal_notices,
    work_rows,
)
from server.services.verbs.work_rows import ItemRow


def end_part(ctx: Context, case: CaseRow, person_id: str, recusal_id: str) -> None:
    """Take everything in the case from whom a recusal of holds now, and see who goes on."""
    parties.forget_bars(ctx, case.id)
    _give_back(ctx, case, person_id)
    left = parties.leave(ctx, case.id, person_id)
    if left:
        _tell_who_appoints(ctx, case, recusal_id)
    _see_to_unattended(ctx, case, person_id, left)
    ctx.settle()


def give_back_part(ctx: Context, case: CaseRow, person_id: str, ended_at: datetime) -> None:
    """The recusal does not hold: the parts that it ended begin again, the work stays offered."""
    parties.forget_bars(ctx, case.id)
    parties.rejoin(ctx, case.id, person_id, ended_at)
    ctx.settle()


def _give_back(ctx: Context, case: CaseRow, person_id: str) -> None:
    def is_his(row: Row) -> bool:
        return person_id in (row["assignee_id"], row["owner_id"])

    for item in letting_go.in_turn(ctx, case, is_his):
        ctx.record("work.release", item["id"], case.id, {"node": item["node_key"]})
        letting_go.let_go(ctx, case, item, {person_id})


def _tell_who_appoints(ctx: Context, case: CaseRow, recusal_id: str) -> None:
    head = correction_heads.nearest(ctx, case)
    if head is not None:
        recusal_notices.replace(ctx, case.id, recusal_id, *head)


def _see_to_unattended(ctx: Context, case: CaseRow, person_id: str, left: Collection[str]) -> None:
    """Pass up, or tell a head of, every item that he could have done and nobody else can."""
    pack = definitions.release(ctx, case.pack_version_id).pack
    kept = work_clocks.open_items(ctx, case.id)
    for item in kept:
        row = work_rows.of_row(item)
        was_his = person_id in work_rows.offered_to(ctx, row) or row.candidate_role in left
        if row.state not in OPEN_STATES or not was_his or work_rows.able(ctx, pack, row):
            continue
        office = _able_above(ctx, pack, row)
        if office is None:
            ctx.record("work.unattended", item["id"], case.id, {"node": item["node_key"]})
            _tell_a_head(ctx, case, item)
            continue
        kept.change(
            item,
            candidate_unit=office.id,
            level=office.level,
            version=item["version"] + 1,
        )
        detail = {"node": item["node_key"], "to_unit": office.id}
        ctx.record("work.pass_up", item["id"], case.id, detail)
        heads = {each.person_id for each in people.holders(ctx, office.id, ctx.today)}
        recusal_notices.passed_up(ctx, case.id, item["id"], item["title"], office, heads)


def _able_above(ctx: Context, pack: PolicyPack, item: ItemRow) -> Office | None:
    """The nearest office of the same kind above in which somebody could do it."""
    if item.candidate_unit is None:
        return None
    own = people.unit(ctx, item.candidate_unit)
    return next(
        (
            office
            for office in reversed(same_kind.everywhere_above(ctx, own))
            if len(office.region) < len(own.region)
            and work_rows.able(ctx, pack, replace(item, candidate_unit=office.id))
        ),
        None,
    )


def _tell_a_head(ctx: Context, case: CaseRow, item: Mapping[str, Any]) -> None:
    """The nearest head who may act in the case; nobody above means nobody to tell."""
    own = [item["candidate_unit"]] if item["candidate_unit"] else []
    head = correction_heads.nearest(ctx, case, own)
    if head is not None:
        recusal_notices.unattended(ctx, case.id, item["id"], item["title"], *head)
