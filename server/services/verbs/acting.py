"""In whose name somebody does something: his own, or that of whom he stands in for (ADR 0030).

His own right counts first. In another's name he acts only where that person could, and where
nothing keeps either of the two from the case; what is done is recorded as his, for the other. What
is a person's own stays his: a vote, and what he said at a meeting.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from server.domain.access import Actor, faces
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.groups import Duty
from server.domain.recusal import fit
from server.domain.texts import _
from server.domain.together import Kind, Together
from server.domain.work import Work
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import posts
from server.services.verbs import parties, work_rows
from server.services.verbs.work_rows import ItemRow

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Named(Generic[T]):
    """A decision, and in whose name it was reached."""

    #: the use case, in which from now on everything is recorded in that name
    ctx: Context
    #: the person it is done in the name of
    actor: Actor
    decided: T


def decide(
    ctx: Context, actor: Actor, item: ItemRow, work: Work, rule: Callable[[Work, Actor], T]
) -> Named[T]:
    """What the rule says for the actor, or else for somebody he stands in for.

    Raises:
        Conflict, Forbidden: what the rule says for the actor himself.
    """
    himself, *_others = faces(actor)
    try:
        return Named(ctx=ctx, actor=himself, decided=rule(work, himself))
    except (Conflict, Forbidden):
        for absent in work_rows.spoken_for(actor, item, work):
            try:
                decided = rule(work, absent)
            except (Conflict, Forbidden):
                continue
            _refuse_twice(ctx, item)
            speaking = ctx.speaking_for(absent.person_id)
            return Named(ctx=speaking, actor=absent, decided=decided)
        raise


def in_case(ctx: Context, case: CaseRow, may: Callable[[Context], T]) -> tuple[Context, T]:
    """What the actor may do to a whole case, or else somebody he stands in for; and in whose name.

    Raises:
        NotFound, Forbidden: what is said to the actor himself.
    """
    try:
        return ctx, may(ctx)
    except (NotFound, Forbidden):
        for speaking in names(ctx, case):
            try:
                return speaking, may(speaking)
            except (NotFound, Forbidden):
                continue
        raise


def names(ctx: Context, case: CaseRow) -> Iterator[Context]:
    """The same use case in the name of each whom the actor could speak for in the case."""
    actor = posts.with_posts(ctx)
    if not actor.stands_in:
        return
    both = (actor.person_id, *(absent.person_id for absent in actor.stands_in))
    able = fit(both, "", parties.of_case(ctx, case.id))
    if actor.person_id in able:
        for absent in actor.stands_in:
            if absent.person_id in able:
                yield posts.filling(ctx, absent)


def refuse_ballot(ctx: Context, item: ItemRow, rule: Together | None) -> None:
    """Return when nobody votes for somebody else. Raises Forbidden."""
    is_ballot = item.duty == Duty.MEMBER and rule is not None and rule.kind is Kind.VOTE
    if is_ballot and item.assignee_id != ctx.actor.person_id:
        raise Forbidden(no_vote())


def no_vote() -> str:
    """Why nobody votes for another, in words."""
    return _("表决由本人进行，不能由代理人代为表决")


def _refuse_twice(ctx: Context, item: ItemRow) -> None:
    """Return when the actor has no part of his own in the task: nobody signs it twice."""
    if work_rows.has_part(ctx, item):
        raise Conflict(_("您本人在同一待办中已有签署任务，不能再代理他人办理"))
