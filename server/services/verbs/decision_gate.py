"""A task that a body decides: when its form may be handed in, and what becomes of its decision."""

from collections.abc import Iterable

from sqlalchemy import select, update

from server.domain.errors import Conflict
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.engine.port import OpenTask
from server.models.decision import decision
from server.models.work import work_item
from server.services.context import Context
from server.services.verbs.work_rows import ItemRow


def refuse_form(ctx: Context, pack: PolicyPack, item: ItemRow) -> None:
    """Return when the task may be handed in: by its form, or because its decision was closed.

    Raises:
        Conflict: a meeting is convened for it, or it is decided by a meeting alone.
    """
    entry = pack.decisions.get(item.node_key)
    if entry is None:
        return
    state = ctx.session.scalar(select(decision.c.state).where(decision.c.id == item.group_id))
    if state == "open":
        raise Conflict(_("本待办已召开会议，请在会议页面表决并结束议题；改用表单的，先撤下议题"))
    if not entry.by_form and state != "closed":
        raise Conflict(_("本待办须经会议集体研究，请先召开会议"))


def call_off(ctx: Context, pack: PolicyPack, case_id: str, ended: Iterable[OpenTask]) -> None:
    """These tasks ended without their decision: what is open of it is called off."""
    keys = [task.task_key for task in ended if task.node_key in pack.decisions]
    if not keys:
        return
    items = select(work_item.c.id).where(
        work_item.c.case_id == case_id, work_item.c.task_key.in_(keys)
    )
    ctx.session.execute(
        update(decision)
        .where(decision.c.work_item_id.in_(items), decision.c.state == "open")
        .values(state="cancelled", closed_at=ctx.now, version=decision.c.version + 1)
    )
