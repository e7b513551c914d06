"""批量: what is done to several tasks at once is done to each by itself, as its verb does it.

Nothing here is a right of its own: a task handed in with others is judged as if it were alone, and
one that is refused keeps no other back.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from server.domain.errors import Conflict, NotFound
from server.domain.expressions import Json
from server.domain.packs import Item
from server.domain.recusal import grounds
from server.domain.texts import _
from server.models.case import case
from server.models.work import work_item
from server.queries.visibility import visible
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import work

#: tasks of one batch
MOST: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A task of a batch, as whoever chose it knows it."""

    id: str
    case_id: str
    reference: str
    title: str
    node_key: str
    role: str
    #: tasks with the same one have the same form
    pack_version_id: str


def known(ctx: Context, ids: Collection[str]) -> Mapping[str, Known]:
    """Those of the tasks that belong to cases the actor may know of, in this order."""
    wanted = [one for one in ids if "\x00" not in one]
    rows = ctx.session.execute(
        select(
            work_item.c.id,
            work_item.c.case_id,
            case.c.reference,
            work_item.c.title,
            work_item.c.node_key,
            work_item.c.candidate_role.label("role"),
            case.c.pack_version_id,
        )
        .join(case, case.c.id == work_item.c.case_id)
        .where(work_item.c.id.in_(wanted), visible(posts.with_posts(ctx)))
    )
    found = {row.id: Known(**row._mapping) for row in rows}
    return {one: found[one] for one in wanted if one in found}


def declared_grounds(ctx: Context, found: Iterable[Known]) -> tuple[Item, ...]:
    """What makes somebody keep away from any of these cases, each once."""
    packs = {each.pack_version_id for each in found}
    items = (grounds(definitions.release(ctx, each).pack) for each in sorted(packs))
    return tuple({item.text: item for listed in items for item in listed}.values())


def complete(ctx: Context, item_id: str, given: Mapping[str, Json]) -> None:
    """Hand in a task with answers that are given for several.

    Raises:
        Conflict: the pack does not let this step be handed in with others.
        RongcuoError: as ``work.complete``.
    """
    found = known(ctx, [item_id]).get(item_id)
    if found is None:
        raise NotFound
    if found.node_key not in definitions.release(ctx, found.pack_version_id).pack.desk.batch:
        raise Conflict(_("该环节不能批量提交，请逐件办理"))
    work.complete(ctx, item_id, given)
