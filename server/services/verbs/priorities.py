"""快查快结: a case goes before others of its kind in every list, by the head of its office.

It shortens no period and changes no right: what is overdue by law still stands before a target.
"""

from server.domain.errors import Conflict
from server.domain.texts import _
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.verbs import case_verbs, work_acts

#: priority of a case that goes first
FAST = 1


def hasten(ctx: Context, case_id: str, *, reason: str) -> None:
    """Let the case go first from now on.

    Raises:
        NotFound: there is no such case, or it does not exist for the actor.
        Forbidden: he is not the head of a competent office, or the matter is his own.
        Conflict: it is over, or goes first already.
        Invalid: no reason.
    """
    ctx, case, _release = case_verbs.steered(ctx, case_id, reason)
    may_hasten(case)
    _set(ctx, case, FAST, reason, "hasten")


def ease(ctx: Context, case_id: str, *, reason: str) -> None:
    """Let the case go in its turn again. Raises as :func:`hasten`."""
    ctx, case, _release = case_verbs.steered(ctx, case_id, reason)
    may_ease(case)
    _set(ctx, case, 0, reason, "ease")


def may_hasten(case: CaseRow) -> None:
    """Return when the case can be let go first. Raises Conflict."""
    case_verbs.refuse_over(case)
    if case.priority >= FAST:
        raise Conflict(_("该事项已经列为快查快结"))


def may_ease(case: CaseRow) -> None:
    """Return when the case can be let go in its turn again. Raises Conflict."""
    case_verbs.refuse_over(case)
    if case.priority < FAST:
        raise Conflict(_("该事项没有列为快查快结"))


def _set(ctx: Context, case: CaseRow, priority: int, reason: str, verb: str) -> None:
    case_rows.change(ctx, case, priority=priority, priority_reason=reason if priority else "")
    work_clocks.prefer(ctx, case.id, priority)
    work_acts.append_to_case(ctx, case.id, verb, text=reason)
