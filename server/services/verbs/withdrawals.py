"""撤回: whoever handed in the last step takes it back, while nobody has gone on from it.

The state of before becomes the state again, bytes for bytes; rows of before wait again under the
same ids, rows the step opened are over.
"""

from collections.abc import Mapping

from sqlalchemy import Row, select, update

from server.domain import withdrawal
from server.domain.access import Actor
from server.domain.errors import Conflict, EngineError
from server.domain.expressions import Json
from server.domain.lifecycle import CaseStatus, WorkState
from server.domain.texts import _
from server.domain.withdrawal import Handed
from server.domain.work import Work
from server.models.case import case_step
from server.models.identity import Person
from server.models.time import deadline
from server.models.work import work_item
from server.services.case import asked, case_state, undoing
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act, Log
from server.services.context import Context
from server.services.identity import posts
from server.services.law import charts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import (
    acting,
    decision_gate,
    signatures,
    taking_back,
    work_acts,
    work_rows,
)
from server.services.verbs.judged import Judged
from server.services.verbs.work_rows import ItemRow

_Step = Row[tuple[object, ...]]


def withdraw(ctx: Context, item_id: str, *, reason: str = "", seen: int | None = None) -> None:
    """Take back what was handed in last: the task waits again, with what was written as a draft.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: somebody else did it, or he has lost the post he did it in.
        Conflict: it cannot be taken back any more, or it changed since he looked.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    step = _last(ctx, case.id)
    release = definitions.release(ctx, case.pack_version_id)
    handed = _handed(ctx, item, case, release, work, step)

    def rule(_task: Work, who: Actor) -> None:
        withdrawal.may_withdraw(handed, who)

    ctx = acting.decide(ctx, actor, item, work, rule).ctx
    _restore(ctx, case, release, item, step)
    taking_back.take_back(ctx, case, release, step.seq, step.undo)
    _offer_again(ctx, item, step)
    signatures.offer_again(ctx, release, item)
    work_acts.append(ctx, item, "withdraw", text=reason)


def possible(judged: Judged) -> None:
    """Return when it could be taken back now. Raises as :func:`withdraw`."""
    ctx, item, case = judged.ctx, judged.item, judged.case
    if item.state != WorkState.DONE or item.assignee_id != judged.actor.person_id:
        raise Conflict(_("只有刚刚办理的待办可以撤回"))
    handed = _handed(ctx, item, case, judged.release, judged.work, _last(ctx, case.id))
    withdrawal.may_withdraw(handed, judged.actor)


def _last(ctx: Context, case_id: str) -> _Step:
    columns = [
        case_step.c[name]
        for name in (
            *("seq", "command", "work_item_id", "actor_id", "on_behalf_of"),
            *("answers", "messages", "state_before", "undo"),
        )
    ]
    wanted = select(*columns).where(case_step.c.case_id == case_id)
    return ctx.session.execute(wanted.order_by(case_step.c.seq.desc()).limit(1)).one()


def _handed(
    ctx: Context, item: ItemRow, case: CaseRow, release: Release, work: Work, step: _Step
) -> Handed:
    is_last = step.command == "complete" and step.work_item_id == item.id and step.undo is not None
    undo: Mapping[str, Json] = step.undo if is_last else {"rows": {}, "acts": {}}
    items = undoing.trace(undo, work_item)
    return Handed(
        case_status=CaseStatus(case.status),
        offered=work.offered,
        parties=work.parties,
        is_last=is_last,
        by=frozenset(each for each in (step.actor_id, step.on_behalf_of) if each),
        is_of_body=decision_gate.is_decided(ctx, release.pack, item),
        has_sent=bool(step.messages),
        ended=tuple(_titles_of_others(ctx, item, list(items.was))),
        touched=_touched(ctx, items.new),
        has_clocks_changed=_have_clocks_changed(ctx, undo),
    )


def _titles_of_others(ctx: Context, item: ItemRow, ids: list[str]) -> list[str]:
    found = ctx.session.scalars(
        select(work_item.c.title).where(
            work_item.c.id.in_(ids),
            work_item.c.group_id != item.group_id,
            work_item.c.state == WorkState.ENDED,
        )
    )
    return list(dict.fromkeys(found))


def _touched(ctx: Context, ids: tuple[str, ...]) -> dict[str, str]:
    rows = ctx.session.execute(
        select(work_item.c.title, Person.name)
        .outerjoin(Person, Person.id == work_item.c.assignee_id)
        .where(
            work_item.c.id.in_(ids),
            work_item.c.state.in_((WorkState.DONE, WorkState.ENDED))
            | work_item.c.touched_at.is_not(None)
            | work_item.c.draft.is_not(None),
        )
    )
    return {row.title: row.name or "" for row in rows}


def _have_clocks_changed(ctx: Context, undo: Mapping[str, Json]) -> bool:
    """Did somebody act on a clock that the step began or ended; a new calendar is nobody."""
    found = undoing.trace(undo, deadline)
    rows = ctx.session.execute(
        select(deadline.c.id, deadline.c.changes).where(deadline.c.id.in_([*found.new, *found.was]))
    )
    return any(undoing.acts_of_people(row.changes) != undo["acts"][row.id] for row in rows)


def _restore(ctx: Context, case: CaseRow, release: Release, item: ItemRow, step: _Step) -> None:
    """The stored bytes become the state again.

    Raises:
        EngineError: what would wait then is not what waited then.
    """
    files = release.files[case.procedure]
    before = case_state.load(ctx, case.id)
    ctx.engine_used(case.id)
    after = ctx.tools.engine.restore(files, before.state, step.state_before)
    opened = {each.task_key for each in after.opened}
    if item.task_key not in opened:
        raise EngineError(_("流程不能恢复到办理以前，没有撤回"), element=item.node_key)
    charted = charts.chart(files)
    version = case_state.store(ctx, case.id, before, after, definition=charted.content_hash)
    act = Act(
        command="withdraw",
        node_key=item.node_key,
        task_key=item.task_key,
        work_item_id=item.id,
    )
    log = Log(asked=asked.withdrawn(before.version - 1))
    case_state.append(ctx, case.id, before, after, act, log)
    ctx.after_commit(lambda: ctx.tools.engine.keep(case.id, version, after.state))


def _offer_again(ctx: Context, item: ItemRow, step: _Step) -> None:
    """What he had handed in, for himself or for whom he stood in for, is his draft."""
    if step.answers is None or step.actor_id is None:
        return
    draft = {"by": step.actor_id, "at": ctx.now.isoformat(), "answers": step.answers}
    ctx.session.execute(
        update(work_item)
        .where(
            work_item.c.id == item.id,
            work_item.c.assignee_id.in_((step.actor_id, step.on_behalf_of)),
        )
        .values(draft=draft)
    )
