"""A task that a body decides: when its form may be handed in, and what becomes of its decision."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select, update

from server.domain.errors import Conflict
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.models.decision import decision
from server.services.context import Context
from server.services.verbs.work_rows import ItemRow

#: where a use case remembers, under the lock of the case, that no meeting was convened for a task
_NOTHING: Final = "no decision of"


def refuse_form(ctx: Context, pack: PolicyPack, item: ItemRow) -> None:
    """Return when the task may be handed in: by its form, or because its decision was closed.

    Raises:
        Conflict: a meeting is convened for it, or it is decided by a meeting alone.
    """
    entry = pack.decisions.get(item.node_key)
    if entry is None:
        return
    state = _state(ctx, item)
    if state is None:
        ctx.memo[_NOTHING, item.group_id] = True
    if state == "open":
        raise Conflict(_("本待办已召开会议，请在会议页面表决并结束议题；改用表单的，先撤下议题"))
    if not entry.by_form and state != "closed":
        raise Conflict(_("本待办须经会议集体研究，请先召开会议"))


def is_decided(ctx: Context, pack: PolicyPack, item: ItemRow) -> bool:
    """Was the task handed in because its body decided it."""
    return item.node_key in pack.decisions and _state(ctx, item) == "closed"


def call_off(ctx: Context, groups: Collection[str]) -> None:
    """These groups of work no longer wait: what is open of their decisions is called off."""
    asked = [each for each in groups if (_NOTHING, each) not in ctx.memo]
    if asked:
        ctx.session.execute(
            update(decision)
            .where(decision.c.id.in_(asked), decision.c.state == "open")
            .values(state="cancelled", closed_at=ctx.now, version=decision.c.version + 1)
        )


def _state(ctx: Context, item: ItemRow) -> str | None:
    return ctx.session.scalar(select(decision.c.state).where(decision.c.id == item.group_id))
