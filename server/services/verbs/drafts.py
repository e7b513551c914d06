"""Unfinished answers: kept while somebody fills in a form, so that nothing typed is lost.

A draft belongs to whoever typed it and is shown to nobody else. Keeping one is no act in the case:
the version of the task stands, nothing is counted, and the record of acts does not know of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update

from server.domain import groups
from server.domain import work as rules
from server.domain.errors import DraftOverwritten
from server.domain.expressions import Json
from server.domain.texts import _
from server.models.base import new_id
from server.models.work import work_item
from server.services.case import answers, case_state
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import acting, group_rows, work_rows

#: what was typed into the form of an earlier version of the pack stands beside under this word
BEFORE: Final = "before"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What somebody typed and did not hand in."""

    answers: Mapping[str, Json]
    at: datetime
    #: another one each time something is kept
    mark: str
    #: ``law`` (id of the version), ``form`` (its key) and ``answers`` of before the case moved
    before: Mapping[str, Json] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """A draft that was kept."""

    #: version of the task
    version: int
    mark: str


def save(
    ctx: Context,
    item_id: str,
    given: Mapping[str, Json],
    *,
    seen: int | None = None,
    after: str | None = None,
) -> Saved:
    """Keep what is typed so far in place of what was kept before.

    ``after`` is the mark of the draft it was typed over, empty for none; None: whatever is kept.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has lost the post it was offered to, or is barred.
        Conflict: it is not in his hands, the case stands still, or it changed since he looked.
        DraftOverwritten: another window kept something meanwhile.
        Invalid: it is too long, or holds what the task must not see or change.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    acting.decide(ctx, actor, item, work, rules.complete)
    release = definitions.release(ctx, case.pack_version_id)
    known = group_rows.of(ctx, release, item)
    if not groups.may_fill_in(known.group, item.id):
        groups.refuse_waiting(known.group, item.id)
    variables = case_state.load(ctx, case.id).variables
    at = release.at(item.node_key, item.form_key)
    typed = answers.unfinished(ctx, at, item.form_key, given, variables)
    earlier = _stored(ctx, item.id)
    _refuse_overwriting(earlier, after)
    mark = new_id()
    kept = {"by": actor.person_id, "at": ctx.now.isoformat(), "mark": mark, "answers": typed}
    if earlier is not None and earlier.before is not None:
        kept[BEFORE] = earlier.before
    _write(ctx, item.id, kept)
    return Saved(version=item.version, mark=mark)


def drop(ctx: Context, item_id: str, *, seen: int | None = None) -> None:
    """Forget what was kept. Raises as ``save`` does."""
    actor = posts.with_posts(ctx)
    item, _case, work = work_rows.held(ctx, actor, item_id, seen)
    acting.decide(ctx, actor, item, work, rules.complete)
    _write(ctx, item.id, None)


def of(stored: Any, person_id: str) -> Draft | None:
    """A stored draft, None for somebody else's."""
    if not isinstance(stored, Mapping) or stored.get("by") != person_id:
        return None
    return Draft(
        answers=stored["answers"],
        at=datetime.fromisoformat(stored["at"]),
        # one that an earlier version of the program kept has none
        mark=stored.get("mark", ""),
        before=stored.get(BEFORE),
    )


def _stored(ctx: Context, item_id: str) -> Draft | None:
    found = ctx.session.scalar(select(work_item.c.draft).where(work_item.c.id == item_id))
    return of(found, ctx.actor.person_id)


def _refuse_overwriting(kept: Draft | None, after: str | None) -> None:
    if after is not None and kept is not None and kept.mark != after:
        raise DraftOverwritten(_("该待办在另一个窗口填写并保存过，为免覆盖，这里的内容没有保存"))


def _write(ctx: Context, item_id: str, draft: Mapping[str, Json] | None) -> None:
    ctx.session.execute(update(work_item).where(work_item.c.id == item_id).values(draft=draft))
