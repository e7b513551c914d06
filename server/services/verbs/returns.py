"""退回: a case goes back to an earlier step, and whoever did that step does it again."""

from server.domain import work as rules
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.findings import Finding
from server.domain.groups import SIGNERS
from server.domain.texts import _
from server.engine.port import Return
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import (
    acting,
    advance,
    earlier_steps,
    handing_back,
    reasons,
    work_acts,
    work_rows,
)
from server.services.verbs.earlier_steps import Earlier
from server.services.verbs.judged import Choice, Judged
from server.services.verbs.work_rows import ItemRow


def return_(
    ctx: Context, item_id: str, *, to_task: str, reason: str, seen: int | None = None
) -> None:
    """Let the case go back to an earlier step; what lies between is to be done again.

    The step goes to whoever did it, who reads the reason.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has lost the post it was offered to, is barred, or is a party.
        Conflict: it is not in his hands, the case stands still, or it changed since he looked.
        Invalid: no reason, or a step it may not go back to.
        EngineError: the procedure could not go back; nothing was changed.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    reasons.refuse_empty(reason)
    _refuse_signer(item)
    ctx = acting.decide(ctx, actor, item, work, rules.send_back).ctx
    release = definitions.release(ctx, case.pack_version_id)
    known = {each.node_key: each for each in earlier_steps.of(ctx, case, release, item)}
    chosen = known.get(to_task)
    if chosen is None:
        raise _not_there()
    work_acts.append(ctx, item, "return", text=reason, to_node=to_task)
    way = chosen.way
    command = Return(
        target=to_task,
        variables={},
        now=ctx.now,
        scope=(item.scopes or ())[way.kept - 1] if way.kept else None,
        into=way.into,
    )
    act = Act(
        command="return",
        node_key=item.node_key,
        task_key=item.task_key,
        work_item_id=item.id,
        went_back=earlier_steps.went(case, release, to_task, chosen.done),
    )
    advance.step(ctx, case, release, command, act)
    handing_back.hand_back(ctx, case, to_task, chosen.done)


def places(ctx: Context, item_id: str) -> list[Choice]:
    """The steps the actor may return it to, with who did them. Raises NotFound."""
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.looked_at(ctx, actor, item_id)
    try:
        acting.decide(ctx, actor, item, work, rules.send_back)
    except (Conflict, Forbidden):
        return []  # who may not, a party above all, learns of nobody who did what
    release = definitions.release(ctx, case.pack_version_id)
    return [_choice(each) for each in earlier_steps.of(ctx, case, release, item)]


def possible(judged: Judged) -> None:
    """Return when a task could be returned somewhere. Raises as :func:`return_`."""
    _refuse_signer(judged.item)
    rules.send_back(judged.work, judged.actor)
    if not earlier_steps.of(judged.ctx, judged.case, judged.release, judged.item):
        raise Conflict(_("没有可以退回的环节"))


def _refuse_signer(item: ItemRow) -> None:
    """Return when the item is the work itself. Raises Forbidden."""
    if item.duty in SIGNERS:
        raise Forbidden(_("加签的人不能退回，请签署意见"))


def _choice(earlier: Earlier) -> Choice:
    names = _("、").join(dict.fromkeys(each.name or _("系统") for each in earlier.done))
    last = earlier.done[0]
    day = last.at.astimezone(CHINA_TIME).date().isoformat()
    return Choice(
        value=earlier.node_key,
        label=last.title,
        hint=_("{names}，{day}办理").format(names=names, day=day),
    )


def _not_there() -> Invalid:
    message = _("不能退回到该环节")
    return Invalid(
        message,
        [Finding(code="RETURN_TO", field="to_task", message=message, fix=_("从名单中选择"))],
    )
