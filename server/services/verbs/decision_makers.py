"""Whom an office enters in a form as who took the decision a case is about: he keeps away.

It holds with the answers that name him: nothing of the case exists for him, and he can do nothing
in it. What it brings about, his work given back and a head who confirms it, the program does a
little later (``noted_recusals``), so that a task costs the same whoever is named in it.
"""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import ColumnElement, and_, func, insert, or_, select
from sqlalchemy.orm import aliased

from server.domain.expressions import Json
from server.domain.packs import PolicyPack
from server.domain.roles import OF_THE_UNIT, PARTIES
from server.models.base import new_id
from server.models.identity import Post, Unit
from server.models.recusal import recusal
from server.queries import tenure
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.verbs import earlier_handlers, parties
from server.services.verbs.work_rows import ItemRow

#: nobody has looked at it since it was noted: whatever changes a recusal counts its version on
_FIRST: Final = 1

#: the condition on ``recusal``: it holds, and what it brings about is still owed
IS_OWED: Final[ColumnElement[bool]] = and_(
    recusal.c.state == "declared",
    recusal.c.version == _FIRST,
    recusal.c.office_id.is_(None),
)


def meant(
    ctx: Context, case: CaseRow, pack: PolicyPack, item: ItemRow, given: Mapping[str, Json]
) -> Mapping[str, str]:
    """Whom these answers keep out, each with the ground; nobody who is kept out already.

    Who speaks for the unit concerned, or is party, keeps his own part; what a party enters counts
    for nothing here.
    """
    entered = [
        (one, str(given[one.field]))
        for one in pack.recusal.decision_makers
        if one.form == item.form_key and given.get(one.field)
    ]
    if not entered or item.candidate_role in PARTIES:
        return {}
    named = earlier_handlers.meant(ctx, case, entered)
    new = frozenset(named) - parties.bars_of(ctx, case.id).recused
    own = _with_own_part(ctx, case, new) if new else frozenset()
    return {each: named[each] for each in sorted(new - own)}


def note(ctx: Context, case_id: str, named: Mapping[str, str], by_id: str) -> None:
    """Keep these people out from now on; ``by_id`` entered them."""
    rows = [
        {
            "id": new_id(),
            "version": _FIRST,
            "case_id": case_id,
            "person_id": person_id,
            "capacity": "",
            "ground": ground,
            "by_id": by_id,
            "state": "declared",
            "at": ctx.now,
        }
        for person_id, ground in named.items()
    ]
    if not rows:
        return
    ctx.session.execute(insert(recusal), rows)
    for row in rows:
        verb = "declare" if row["person_id"] == row["by_id"] else "note"
        ctx.record(f"recusal.{verb}", str(row["id"]), case_id, {"person": row["person_id"]})
    parties.forget_bars(ctx, case_id)


def _with_own_part(ctx: Context, case: CaseRow, named: frozenset[str]) -> frozenset[str]:
    """Of these people, whose matter it is and who speaks for a party or the unit concerned."""
    concerned = parties.of_case(ctx, case.id)
    parts = [
        row
        for row in ctx.rows(parties.PARTS, case.id)
        if row["role_key"] in PARTIES and row["to_at"] is None
    ]
    own = concerned.subjects | concerned.applicants | {row["person_id"] for row in parts}
    offices = {row["unit_id"] for row in parts if row["unit_id"]}
    return (named & own) | _speaking(ctx, case.unit_id, offices, named)


def _speaking(
    ctx: Context, unit_id: str | None, others: Collection[str], named: Collection[str]
) -> frozenset[str]:
    """Of these people, who holds a post of these offices, or of those that speak for the unit.

    They are the ones ``people.offices_of_unit`` finds; one statement, whoever is asked about.
    """
    above = aliased(Unit)
    inside = above.path + "/"
    held = and_(Post.unit_id == Unit.id, Post.person_id.in_(named), tenure.held(ctx.today))
    is_one = and_(
        Unit.kind.in_(OF_THE_UNIT),
        or_(Unit.closed_on.is_(None), Unit.closed_on >= ctx.today),
        or_(Unit.id == above.id, func.substr(Unit.path, 1, func.length(inside)) == inside),
    )
    rows = ctx.session.execute(
        select(Unit.id, Unit.kind, Post.person_id, is_one.label("is_one"))
        .select_from(Unit)
        .outerjoin(above, above.id == unit_id)
        .outerjoin(Post, held)
        .where(or_(Unit.id.in_(others), is_one))
        .order_by(Unit.path)
    ).all()
    first = {row.kind: row.id for row in reversed(rows) if row.is_one}
    found = {*others, *first.values()}
    return frozenset(row.person_id for row in rows if row.person_id and row.id in found)
