"""The history of what people did to work besides taking it and handing it in.

Rows of ``work_act`` are only ever appended. The record of acts (audit) gets ids and keys; reasons
and opinions stand here alone.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import insert

from server.domain.expressions import Json
from server.models.base import new_id
from server.models.work import work_act
from server.services.context import Context
from server.services.verbs.work_rows import ItemRow

#: what of it the record of acts may know
_ON_RECORD: Final = ("to_person", "to_unit", "to_node", "choice")
_APPEND: Final = insert(work_act)


def append(ctx: Context, item: ItemRow, verb: str, **said: Json) -> str:
    """Note what the actor did to this item, here and in the record of acts; the id of the note.

    ``said`` are columns of ``work_act``: ``text``, ``choice``, ``to_person``, ``to_unit``,
    ``to_node``, ``answers``, ``form_hash``.
    """
    act_id = new_id()
    row = {
        "id": act_id,
        "case_id": item.case_id,
        "work_item_id": item.id,
        "group_id": item.group_id,
        "node_key": item.node_key,
        "verb": verb,
        "actor_id": ctx.actor.person_id,
        "on_behalf_of": ctx.actor.on_behalf_of,
        "unit_id": item.candidate_unit,
        "role": item.candidate_role,
        "at": ctx.now,
        **said,
    }
    ctx.session.execute(_APPEND, row)
    told: dict[str, Json] = {"node": item.node_key, "act": act_id}
    told |= {key: said[key] for key in _ON_RECORD if key in said}
    ctx.record(f"work.{verb}", item.id, item.case_id, told)
    return act_id


def append_to_case(
    ctx: Context, case_id: str, verb: str, told: Mapping[str, Json] | None = None, **said: Json
) -> str:
    """The same for what is done to a whole case and to none of its items.

    ``told``: ids, keys and dates that stand on record besides.
    """
    act_id = new_id()
    row = {
        "id": act_id,
        "case_id": case_id,
        "verb": verb,
        "actor_id": ctx.actor.person_id,
        "on_behalf_of": ctx.actor.on_behalf_of,
        "at": ctx.now,
        **said,
    }
    ctx.session.execute(_APPEND, row)
    ctx.record(f"case.{verb}", case_id, case_id, {"act": act_id, **(told or {})})
    return act_id
