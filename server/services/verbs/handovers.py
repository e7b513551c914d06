"""移送: a task passes to another competent office, by both desks.

The item ends at the office that gives it, and one is offered to the other office in the same work
group. Until that office takes it the giver may take it back, and the office may send it back: then
the first item is open again as it was, and the other office is as if it had never been asked.
"""

from server.domain import handing as rules
from server.domain.access import Actor, Offered
from server.domain.errors import Conflict
from server.domain.lifecycle import WorkState
from server.domain.texts import _
from server.domain.work import Work
from server.models.base import new_id
from server.services.case.case_rows import CaseRow
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.identity import posts
from server.services.identity.people import Office
from server.services.verbs import acting, reasons, work_acts, work_rows
from server.services.verbs.work_rows import ItemRow


def hand_over(
    ctx: Context, actor: Actor, item: ItemRow, work: Work, to: Office, reason: str
) -> None:
    """Offer the held item to another office; the caller found the office competent.

    Raises:
        Forbidden, Conflict: the actor may not give it now.
    """
    _refuse_company(ctx, item)
    offered = Offered(role=to.kind, unit_id=to.id, head_only=item.head_only)
    ended, there = rules.hand_over(work, actor, offered)
    kept = work_clocks.open_items(ctx, item.case_id)
    before = next(row for row in kept if row["id"] == item.id)
    work_rows.write(ctx, item, state=ended.state, closed_at=ctx.now, owner_id=None)
    kept.add(
        **{
            **before,
            "id": new_id(),
            "version": 1,
            "candidate_role": to.kind,
            "candidate_unit": to.id,
            "level": to.level,
            "state": there.state,
            "assignee_id": there.offered.assignee_id,
            "owner_id": there.owner_id,
            "claimed_at": None,
            "draft": None,
            "opened_at": ctx.now,
            "parent_id": item.id,
            "handed_by": actor.person_id,
            "handed_from": item.candidate_unit,
        }
    )
    work_acts.append(ctx, item, "transfer", to_unit=to.id, text=reason)


def decline(ctx: Context, item_id: str, *, reason: str, seen: int | None = None) -> None:
    """Send back to the other office what it offered and nobody here has taken.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has no post in the office it is offered to.
        Conflict: somebody took it, the case stands still, or it changed since he looked.
        Invalid: no reason.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    ctx = acting.decide(ctx, actor, item, work, rules.decline).ctx
    reasons.refuse_empty(reason)
    work_acts.append(ctx, item, "decline", to_unit=item.handed_from, text=reason)
    given = work_rows.stored(ctx, case, item.parent_id or "")
    _restore(ctx, case, given, item, rules.restored(work_rows.judged(ctx, given, case)))


def take_back(ctx: Context, item: ItemRow, case: CaseRow, work: Work, reason: str) -> None:
    """Open the held item again, which was given to an office that has not taken it.

    Raises:
        Forbidden: the actor neither gave it nor is head of the office.
        Conflict: it was taken, or it ended otherwise.
    """
    lying, then = may_take_back(ctx, item, case, work)
    work_acts.append(ctx, item, "recall", to_unit=lying.candidate_unit, text=reason)
    _restore(ctx, case, item, lying, then)


def may_take_back(ctx: Context, item: ItemRow, case: CaseRow, work: Work) -> tuple[ItemRow, Work]:
    """What lies with the other office, and the item as it would be; raises as take_back."""
    lying = lies(ctx, item)
    if lying is None:
        raise Conflict(_("该待办已经办结或者已不需办理，请刷新后再试"))
    there = work_rows.judged(ctx, lying, case)
    return lying, rules.take_back(work, there, posts.with_posts(ctx), lying.handed_by)


def lies(ctx: Context, item: ItemRow) -> ItemRow | None:
    """The item another office is offered in place of this one and has not taken, None for none."""
    waiting = map(work_rows.of_row, work_clocks.open_items(ctx, item.case_id))
    return next((each for each in waiting if each.parent_id == item.id and each.handed_from), None)


def _restore(ctx: Context, case: CaseRow, given: ItemRow, lying: ItemRow, then: Work) -> None:
    """Open what was given again, under its clock as it stands now, and end what lies elsewhere.

    The row that ends is of the giving office from now on: the other one has no part in the case.
    """
    work_rows.write(
        ctx,
        lying,
        state=WorkState.ENDED,
        closed_at=ctx.now,
        candidate_unit=given.candidate_unit,
        candidate_role=given.candidate_role,
        handed_from=None,
    )
    work_rows.write(ctx, given, state=then.state, closed_at=None)
    ctx.settle()
    work_clocks.hang_again(ctx, case.id, [given.id], case.priority)


def _refuse_company(ctx: Context, item: ItemRow) -> None:
    """Return when nobody else has a part in the same work. Raises Conflict."""
    others = [
        row
        for row in work_clocks.open_items(ctx, item.case_id)
        if row["group_id"] == item.group_id and row["id"] != item.id
    ]
    if others:
        raise Conflict(_("还有其他人在共同办理该待办，不能移送其他机构"))
