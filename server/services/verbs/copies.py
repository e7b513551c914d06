"""抄送: a copy to somebody who handles the case, or who leads an organ that does; with a receipt.

A copy opens nothing: whoever handles the case reads it there as before, whoever leads above reads
the reference, the step and the reason. It is there for him as long as he has that standing, and
until its sender takes it back.
"""

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from server.domain import talking
from server.domain.access import Actor
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.findings import Finding
from server.domain.rung_texts import RungKind
from server.domain.texts import _
from server.domain.work import Work
from server.models.desk import cc
from server.models.work import work_act
from server.queries import copies as rows
from server.queries import perspectives
from server.services import audit
from server.services.context import Context
from server.services.identity import posts
from server.services.notices import between
from server.services.verbs import acting, parties, reasons, work_acts, work_rows
from server.services.verbs.judged import Choice
from server.services.verbs.work_rows import ItemRow


def send(
    ctx: Context, item_id: str, *, persons: Sequence[str], reason: str, seen: int | None = None
) -> None:
    """Send these people a copy of the task; who has one of it already gets no second.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he does not handle the case, or the task is none of his office's.
        Conflict: all of them have one, or the item changed since he looked.
        Invalid: no reason, nobody, or somebody who may not know of the case.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    sight = perspectives.of(ctx.session, actor, case.id)

    def rule(task: Work, who: Actor) -> None:
        talking.may_copy(task, who, sight)

    ctx = acting.decide(ctx, actor, item, work, rule).ctx
    reasons.refuse_empty(reason)
    able = _able(ctx, case.id)
    wanted = list(dict.fromkeys(persons))
    _refuse_strangers(wanted, able)
    new = [person for person in wanted if person not in _have(ctx, item)]
    if not new:
        raise Conflict(_("所选的人员已经收到该待办的抄送"))
    for person in new:
        _send(ctx, item, person, able[person], reason)


def withdraw(ctx: Context, copy_id: str) -> None:
    """Take a copy back; again is a no-op.

    Raises:
        NotFound: it is none of the actor's, or the case does not exist for him any more.
    """
    row = rows.sent(ctx.session, copy_id, ctx.actor.person_id)
    if row is None:
        raise NotFound
    perspectives.of(ctx.session, posts.with_posts(ctx), row.case_id)
    ended = ctx.session.execute(
        update(cc)
        .where(cc.c.id == copy_id, cc.c.ended_at.is_(None))
        .values(ended_at=ctx.now)
        .returning(cc.c.id)
    )
    if ended.one_or_none() is not None:
        ctx.record("work.cc_withdraw", row.work_item_id, row.case_id, {"act": copy_id})


def read(ctx: Context, copy_id: str) -> None:
    """Note that the actor has opened the copy he was sent; again is a no-op.

    Raises:
        NotFound: it is none of his, was taken back, or he may not have it any more.
    """
    actor = posts.with_posts(ctx)
    found = rows.one(ctx.session, actor, copy_id)
    if found is None:
        raise NotFound
    done = ctx.session.execute(
        update(cc)
        .where(cc.c.id == copy_id, cc.c.read_at.is_(None))
        .values(read_at=ctx.now)
        .returning(cc.c.id)
    )
    if done.one_or_none() is not None:
        ctx.record("cc.read", copy_id, found.case_id, chain=audit.ACCESS)


def receivers(ctx: Context, item_id: str) -> list[Choice]:
    """Who may be sent a copy. Raises NotFound."""
    item, case, _work = work_rows.looked_at(ctx, posts.with_posts(ctx), item_id)
    circle = parties.circle(ctx, case.id)
    have = _have(ctx, item) | {ctx.actor.person_id}
    handling = [(each.id, each.name, each.where) for each in circle.handling]
    above = [(each.id, each.name, each.where) for each in circle.above.values()]
    return [
        Choice(value=person, label=name, hint=where)
        for person, name, where in (*handling, *above)
        if person not in have
    ]


def _able(ctx: Context, case_id: str) -> dict[str, str | None]:
    """Who may have a copy: person -> unit he leads above the case, None for who handles it."""
    circle = parties.circle(ctx, case_id)
    able: dict[str, str | None] = {each.id: each.unit_id for each in circle.above.values()}
    return able | dict.fromkeys(
        each.id for each in circle.handling if each.id != ctx.actor.person_id
    )


def _refuse_strangers(wanted: Sequence[str], able: dict[str, str | None]) -> None:
    message = ""
    if not wanted:
        message = _("请选择抄送给谁")
    elif not set(wanted) <= able.keys():
        message = _("所选的人员不能知悉该事项，不能抄送")
    if message:
        fix = _("从名单中选择")
        raise Invalid(message, [Finding(code="CC_TO", field="persons", message=message, fix=fix)])


def _have(ctx: Context, item: ItemRow) -> frozenset[str]:
    """Who has a copy of this task that nobody took back."""
    found = select(cc.c.person_id).join(work_act, work_act.c.id == cc.c.id)
    found = found.where(work_act.c.work_item_id == item.id, cc.c.ended_at.is_(None))
    return frozenset(ctx.session.scalars(found))


def _send(ctx: Context, item: ItemRow, person: str, unit_id: str | None, reason: str) -> None:
    act_id = work_acts.append(ctx, item, "cc", to_person=person, text=reason)
    row = {"id": act_id, "case_id": item.case_id, "person_id": person, "unit_id": unit_id}
    ctx.session.execute(insert(cc).values(**row))
    text = _("{name}向您抄送，请到“抄送我的”阅看").format(name=ctx.actor.name)
    between.tell(ctx, RungKind.COPIED, (item.case_id, item.id, act_id), [(person, text)])
