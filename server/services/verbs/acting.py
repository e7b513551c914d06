"""In whose name somebody does something to a task: his own, or that of whom he stands in for.

His own right counts first. In another's name he acts only where that person could, and where
nothing keeps either of the two from the case; what is done is recorded as his, for the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from server.domain.access import Actor, faces
from server.domain.errors import Conflict, Forbidden
from server.domain.work import Work
from server.services.context import Context
from server.services.verbs import work_rows
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
            speaking = ctx.speaking_for(absent.person_id)
            return Named(ctx=speaking, actor=absent, decided=decided)
        raise
