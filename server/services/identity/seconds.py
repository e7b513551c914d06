"""Who may be the second of the two persons a change of accounts takes.

Another security administrator. Where a site has only one, the second for a password reset, and for
nothing else, is the head of the person's own office: whoever stands beside that person every day
knows best who asks. Without this a site with one security administrator could reset no password.
"""

from sqlalchemy import select

from server.domain.access import SECURITY_ADMIN, Permission, permits
from server.domain.proposals import ProposalKind
from server.models.access import Proposal
from server.models.identity import Unit
from server.services.context import Context
from server.services.identity import people, posts


def may_know(ctx: Context, row: Proposal) -> bool:
    """May the actor learn that there is this proposal: administrators, who proposed, who decides.

    Whom it is about learns what came of it, not that it is being thought about.
    """
    if row.kind not in set(ProposalKind):  # near relatives are no matter of accounts
        return False
    if row.proposed_by is not None and row.proposed_by == ctx.actor.person_id:
        return True
    is_administrator = permits(posts.with_posts(ctx), Permission.SECURITY_ADMINISTER)
    return is_administrator or may_decide(ctx, row)


def may_decide(ctx: Context, row: Proposal) -> bool:
    """True when the actor is the right second person for this proposal."""
    if ctx.actor.person_id in (row.person_id, row.proposed_by):
        return False
    if permits(posts.with_posts(ctx), Permission.SECURITY_ADMINISTER):
        return True
    return (
        row.kind == ProposalKind.RESET_SECRET
        and row.proposed_by is not None
        and ctx.actor.person_id in heads(ctx, row.person_id or "")
        and not _administrators(ctx) - {row.proposed_by, row.person_id}
    )


def heads(ctx: Context, person_id: str) -> frozenset[str]:
    """The heads of the office of somebody's main post; for its head, that of his whole unit."""
    held = people.posts_on(ctx, person_id, ctx.today)
    found = _heads_of(ctx, held[0].office.id) - {person_id} if held else frozenset()
    if found:
        return found
    unit = people.own_unit(ctx, person_id, ctx.today)
    top = None if unit is None else people.office_of_unit(ctx, "unit_head", unit.id)
    return frozenset() if top is None else _heads_of(ctx, top.id) - {person_id}


def _heads_of(ctx: Context, office_id: str) -> frozenset[str]:
    found = people.holders(ctx, office_id, ctx.today, head_only=True)
    return frozenset(holder.person_id for holder in found)


def _administrators(ctx: Context) -> set[str]:
    units = ctx.session.scalars(select(Unit.id).where(Unit.kind == SECURITY_ADMIN))
    return {holder.person_id for unit in units for holder in people.holders(ctx, unit, ctx.today)}
