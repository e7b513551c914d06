"""催办: somebody asks that work be done; whoever has it is told, as often as the pack lets him.

An official urges a task, an applicant his matter: he learns of no task of the offices that handle
it (SECURITY section 6), so his urging goes to all of those that have open work in it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, or_, select

from server.domain import talking
from server.domain.access import Actor
from server.domain.calendar import CHINA_TIME, weekday_word
from server.domain.desk import again_at
from server.domain.errors import Conflict, Forbidden
from server.domain.recusal import fit
from server.domain.roles import PARTIES
from server.domain.rung_texts import RungKind
from server.domain.texts import _
from server.domain.work import Work
from server.models.work import work_act
from server.queries import perspectives
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.clocks.work_clocks import open_items
from server.services.context import Context
from server.services.identity import posts
from server.services.notices import between
from server.services.packs import definitions
from server.services.verbs import acting, earlier, reasons, work_acts, work_rows
from server.services.verbs.work_rows import ItemRow


def urge(ctx: Context, item_id: str, *, reason: str, seen: int | None = None) -> None:
    """Tell whoever has the task, or the office where nobody has it, that it should be done.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he handled no earlier step and is not head of the office that has it.
        Conflict: nothing waits, it waits for himself, he urged as often as the pack allows, or
            it changed since he looked.
        Invalid: no reason.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    sight = perspectives.of(ctx.session, actor, case.id)

    def rule(task: Work, who: Actor) -> None:
        talking.may_urge(task, who, sight, did_earlier=earlier.did(ctx, who, case.id))

    named = acting.decide(ctx, actor, item, work, rule)
    ctx, actor = named.ctx, named.actor
    reasons.refuse_empty(reason)
    _refuse_too_often(ctx, case, item.id)
    act_id = work_acts.append(ctx, item, "urge", text=reason)
    _tell(ctx, item, work, act_id, _text(actor, item, reason))


def urge_own(ctx: Context, case_id: str, *, reason: str) -> None:
    """Let the applicant urge his own matter: every office that has open work in it is told.

    Raises:
        NotFound: there is no such case, or it does not exist for the actor.
        Forbidden: it is not his matter.
        Conflict: no office has work in it now, or he urged as often as the pack allows.
        Invalid: no reason.
    """
    actor = posts.with_posts(ctx)
    if not perspectives.of(ctx.session, actor, case_id).is_party:
        raise Forbidden(_("只有申请人或者当事人可以催办本人的事项"))
    case = case_rows.lock_open(ctx, case_id)
    reasons.refuse_empty(reason)
    if not _of_offices(ctx, case):
        raise Conflict(_("现在没有机关正在办理的环节，不需要催办"))
    _refuse_too_often(ctx, case, None)
    act_id = work_acts.append_to_case(ctx, case.id, "urge", text=reason)
    text = _("申请人催办该事项：{reason}").format(reason=reason)
    tell_offices(ctx, case, act_id, text)


def tell_offices(ctx: Context, case: CaseRow, act_id: str, text: str) -> None:
    """Tell every office that has open work in the case what a party of it did."""
    for item in _of_offices(ctx, case):
        _tell(ctx, item, work_rows.judged(ctx, item, case), act_id, text)


def _of_offices(ctx: Context, case: CaseRow) -> list[ItemRow]:
    items = [work_rows.of_row(row) for row in open_items(ctx, case.id)]
    return [item for item in items if not _is_party(item)]


_BEFORE: Final = select(work_act.c.at).where(
    work_act.c.case_id == bindparam("case"),
    work_act.c.verb == "urge",
    work_act.c.actor_id == bindparam("person"),
    or_(work_act.c.work_item_id == bindparam("item"), work_act.c.work_item_id.is_(None)),
)


def again_on(ctx: Context, case: CaseRow, item_id: str | None) -> datetime | None:
    """When the actor may urge this task, or his own matter, again; None: now."""
    limit = definitions.release(ctx, case.pack_version_id).pack.desk.urge
    given = {"case": case.id, "person": ctx.actor.person_id, "item": item_id}
    return again_at(limit, ctx.session.scalars(_BEFORE, given), ctx.now)


def _refuse_too_often(ctx: Context, case: CaseRow, item_id: str | None) -> None:
    when = again_on(ctx, case, item_id)
    if when is not None:
        day = when.astimezone(CHINA_TIME).date()
        words = _("您已经催办过，{day}（{weekday}）起可以再次催办")
        raise Conflict(words.format(day=day.isoformat(), weekday=weekday_word(day)))


def _tell(ctx: Context, item: ItemRow, work: Work, act_id: str, text: str) -> None:
    """Tell whoever has it; where nobody has, or he has left, those who could take it."""
    if item.assignee_id is not None and not work.is_abandoned:
        found: Iterable[str] = [item.assignee_id]
    else:
        found = work_rows.offered_to(ctx, item)
    told = set(fit(found, item.candidate_role, work.parties)) - {ctx.actor.person_id}
    cause = (item.case_id, item.id, act_id)
    between.tell(ctx, RungKind.URGED, cause, [(person, text) for person in sorted(told)])


def _text(actor: Actor, item: ItemRow, reason: str) -> str:
    """What those read who have the task: a party no name and no word of those who handle it."""
    if _is_party(item):
        return _("承办机关请您尽快办理")
    if item.candidate_unit in {post.unit_id for post in actor.posts}:
        return _("{name}催办：{reason}").format(name=actor.name, reason=reason)
    return _("承办机关催办：{reason}").format(reason=reason)


def _is_party(item: ItemRow) -> bool:
    return item.candidate_unit is None and item.candidate_role in PARTIES
