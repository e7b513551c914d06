"""转办: a task goes to somebody else of the office that has it, or to another office."""

from server.domain import work as rules
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.handovers import HandoverClock, rule_for
from server.domain.texts import _
from server.services.context import Context
from server.services.identity import people, posts
from server.services.identity.people import Office
from server.services.packs import definitions
from server.services.verbs import acting, handovers, reasons, receivers, work_acts, work_rows
from server.services.verbs.judged import Choice


def transfer(ctx: Context, item_id: str, *, to: str, reason: str, seen: int | None = None) -> None:
    """Put the item into the hands of a colleague, or offer it to another competent office.

    By whoever has it, or by the office's head. Its clock runs on; that of what another office
    takes over begins anew where the pack says so. What was typed goes with it to nobody.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: it is neither his nor of an office he is head of.
        Conflict: the case stands still, the item is over, or it changed since he looked.
        Invalid: no reason, or the receiver is none who could have it.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    named = acting.decide(ctx, actor, item, work, rules.may_transfer)
    ctx, actor = named.ctx, named.actor
    reasons.refuse_empty(reason)
    if to in {each.person_id for each in receivers.colleagues(ctx, item, work)}:
        given = rules.transfer(work, actor, to)
        work_rows.write(
            ctx,
            item,
            state=given.state,
            assignee_id=to,
            owner_id=None,
            claimed_at=ctx.now,
            touched_at=item.touched_at or ctx.now,
            handed_by=actor.person_id,
        )
        work_acts.append(ctx, item, "transfer", to_person=to, text=reason)
        return
    release = definitions.release(ctx, case.pack_version_id)
    office = receivers.offices(ctx, item, case, work, release).get(to)
    if office is None:
        message = _("接办人不是可以办理该待办的人员或者机构")
        finding = Finding(code="TRANSFER_TO", field="to", message=message, fix=_("从名单中选择"))
        raise Invalid(message, [finding])
    handovers.hand_over(ctx, actor, item, work, office, reason)


def choices(ctx: Context, item_id: str) -> list[Choice]:
    """Who could take it over: colleagues, then other offices. Raises NotFound."""
    item, case, work = work_rows.looked_at(ctx, posts.with_posts(ctx), item_id)
    release = definitions.release(ctx, case.pack_version_id)
    found = [
        Choice(value=each.person_id, label=each.name, hint=each.title)
        for each in receivers.colleagues(ctx, item, work)
    ]
    rule = rule_for(release.pack.handover, item.node_key, item.lane)
    is_anew = rule is not None and rule.clock is HandoverClock.RESTART
    clock = _("其他机构，签收后期限重新起算") if is_anew else _("其他机构，期限连续计算")
    others = receivers.offices(ctx, item, case, work, release).values()
    return found + [Choice(value=each.id, label=_full(ctx, each), hint=clock) for each in others]


def _full(ctx: Context, office: Office) -> str:
    """The office with its organ: offices of two levels share their name."""
    if office.parent_id is None:
        return office.name
    return f"{people.unit(ctx, office.parent_id).name} {office.name}"
