"""How the actor of a use case stands to a case, and which of its papers he may read whole.

A use case that only reads asks once, however many parts of a page ask here. One that writes asks
anew each time: what it did meanwhile may have taken the right.
"""

from server.domain.packs import PolicyPack
from server.domain.perspectives import Sight
from server.queries import papers, perspectives
from server.services.context import Context
from server.services.identity import posts


def of(ctx: Context, case_id: str) -> Sight:
    """What the actor sees of the case today.

    Raises:
        NotFound: there is no such case, or it does not exist for him.
    """
    actor = posts.with_posts(ctx)
    return ctx.once(
        ("sight", actor.person_id, case_id), lambda: perspectives.of(ctx.session, actor, case_id)
    )


def readable(ctx: Context, case_id: str, pack: PolicyPack) -> set[tuple[str, int]]:
    """(case, step) of every paper of the case he may read whole. Raises NotFound as :func:`of`."""
    sight = of(ctx, case_id)
    addressed = {paper.node for paper in pack.papers.values() if paper.to}
    return ctx.once(
        ("papers", ctx.actor.person_id, case_id),
        lambda: papers.readable(ctx.session, {case_id: sight}, {case_id: addressed}),
    )
