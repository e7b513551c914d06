"""Which papers that were issued somebody may read, in one case or in many at once."""

from collections.abc import Mapping, Sequence
from typing import Final

from server.domain.letters import Shown, may_read
from server.domain.perspectives import Matter, Sight
from server.domain.roles import OF_THE_UNIT, Capacity
from server.queries import issued_papers as rows
from server.queries.issued_papers import Issued, Part
from server.services.context import Context
from server.services.identity import posts

#: capacities in which a paper may be addressed to an office
_BY_WORK: Final = frozenset(Capacity) - {Capacity.TOLD, Capacity.HIGHER, Capacity.OUTSIDE}


def readable(ctx: Context, sights: Mapping[str, Sight]) -> Mapping[str, tuple[Issued, ...]]:
    """Of each case the papers the actor may read, the oldest first, in at most four statements.

    ``sights`` says how he stands to each of the cases.
    """
    issued = rows.of_cases(ctx.session, list(sights))
    parts = rows.parts_of(ctx.session, list(issued)) if issued else {}
    found = {}
    for case_id, papers in issued.items():
        sight = sights[case_id]
        held = _held(ctx, sight, parts.get(case_id, ()))
        found[case_id] = tuple(each for each in papers if may_read(sight, _shown(each), held))
    return found


def _shown(issued: Issued) -> Shown:
    """What decides who may read it."""
    return Shown(
        matter=Matter(issued.matter),
        role=issued.role,
        unit_id=issued.unit_id,
        written_by=issued.written_by,
        to=issued.to_roles,
        needs_service=issued.needs_service,
        served=[
            (each.role, each.person_id or each.unit_id or "")
            for each in issued.services
            if each.role and not each.is_replaced
        ],
    )


def _held(ctx: Context, sight: Sight, taken: Sequence[Part]) -> list[tuple[str, str]]:
    """The roles the actor has in the case, himself or by an office, with who holds each."""
    actor = posts.with_posts(ctx)
    units = {post.unit_id for post in actor.posts}
    parts = [
        (each.role, each.person_id or each.unit_id or "")
        for each in taken
        if each.person_id == sight.person_id or each.unit_id in units
    ]
    if sight.capacities & _BY_WORK and not sight.is_party:
        parts += [(post.kind, "") for post in actor.posts if post.kind not in OF_THE_UNIT]
        parts += [(post.kind, "") for post in actor.posts if Capacity.UNIT in sight.capacities]
    return parts
