"""转办: a task goes to somebody else of the office that has it."""

from server.domain import work as rules
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.recusal import barred
from server.domain.texts import _
from server.domain.work import Work
from server.services.context import Context
from server.services.identity import people, posts
from server.services.identity.people import Holder
from server.services.verbs import reasons, work_acts, work_rows
from server.services.verbs.judged import Choice
from server.services.verbs.work_rows import ItemRow


def transfer(ctx: Context, item_id: str, *, to: str, reason: str, seen: int | None = None) -> None:
    """Put the item into the hands of a colleague: by whoever has it, or by the office's head.

    Its clock runs on. What was typed goes with it.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: it is neither his nor of an office he is head of.
        Conflict: the case stands still, the item is over, or it changed since he looked.
        Invalid: no reason, or the receiver is none who could claim it.
    """
    actor = posts.with_posts(ctx)
    item, _case, work = work_rows.held(ctx, actor, item_id, seen)
    reasons.refuse_empty(reason)
    if to not in {each.person_id for each in _able(ctx, item, work)}:
        message = _("接办人不是本机构可以办理该待办的人员")
        finding = Finding(code="TRANSFER_TO", field="to", message=message, fix=_("从名单中选择"))
        raise Invalid(message, [finding])
    given = rules.transfer(work, actor, to)
    work_rows.write(
        ctx,
        item,
        state=given.state,
        assignee_id=to,
        claimed_at=ctx.now,
        touched_at=item.touched_at or ctx.now,
        handed_by=actor.person_id,
    )
    work_acts.append(ctx, item, "transfer", to_person=to, text=reason)


def receivers(ctx: Context, item_id: str) -> list[Choice]:
    """Who could take it over. Raises NotFound."""
    item, _case, work = work_rows.looked_at(ctx, posts.with_posts(ctx), item_id)
    found = _able(ctx, item, work)
    return [Choice(value=each.person_id, label=each.name, hint=each.title) for each in found]


def _able(ctx: Context, item: ItemRow, work: Work) -> list[Holder]:
    """People of the office who could claim it and do not have it."""
    if item.candidate_unit is None:
        return []
    holders = people.holders(ctx, item.candidate_unit, ctx.today, head_only=item.head_only)
    kept_out = work_rows.kept_out(ctx, item.case_id)
    return [
        each
        for each in holders
        if each.person_id != item.assignee_id
        and each.person_id not in kept_out
        and barred(each.person_id, item.candidate_role, work.parties) is None
    ]
