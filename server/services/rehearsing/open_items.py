"""Which open task a step of a scenario means."""

from collections.abc import Mapping

from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.texts import _
from server.queries import cases as case_queries
from server.queries.cases import CaseFacts, OpenWork
from server.services.context import Context
from server.services.rehearsing.scenario import Step


def meant(case: CaseFacts, step: Step) -> OpenWork:
    """The open task a step names; of several the one with the item, or of the office that acts."""
    found = [item for item in case.work if item.node_key == step.node]
    if step.item is not None:
        found = [item for item in found if step.item in (item.item, _key(item.item))]
    if not found:
        standing = f"；{case.status_reason}" if case.status_reason else ""
        raise NotFound(
            _("环节“{node}”没有待办，当前待办为{open}{standing}").format(
                node=step.node,
                open="、".join(item.node_key for item in case.work) or _("（无）"),
                standing=standing,
            )
        )
    role = step.by.removesuffix(".head")
    return min(found, key=lambda item: (item.office != role, item.assignee_id is not None))


def done(ctx: Context, case: CaseFacts, step: Step) -> OpenWork:
    """The task a step names that was done last, as it was when it waited."""
    found = case_queries.done_last(ctx.session, case.id, step.node)
    if found is None:
        raise NotFound(_("环节“{node}”还没有办理过").format(node=step.node))
    return found


def _key(item: Json) -> Json:
    """A dynamic list's row is named by its first value."""
    return next(iter(item.values()), None) if isinstance(item, Mapping) else item
