"""Unfinished answers: kept while somebody fills in a form, so that nothing typed is lost.

A draft belongs to whoever typed it and is shown to nobody else. Keeping one is no act in the case:
the version of the task stands, nothing is counted, and the record of acts does not know of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update

from server.domain import groups
from server.domain import work as rules
from server.domain.errors import DraftOverwritten, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms import drafts, permitted
from server.models.base import new_id
from server.models.work import work_item
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import acting, group_rows, work_rows
from server.services.verbs.work_rows import ItemRow

#: longest draft, as JSON in characters
MOST: Final = 500_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What somebody typed and did not hand in."""

    answers: Mapping[str, Json]
    at: datetime
    #: another one each time something is kept
    mark: str


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
        Invalid: it is too long, or holds what the task must not see.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    acting.decide(ctx, actor, item, work, rules.complete)
    release = definitions.release(ctx, case.pack_version_id)
    known = group_rows.of(ctx, release, item)
    if not groups.may_fill_in(known.group, item.id):
        groups.refuse_waiting(known.group, item.id)
    _refuse_hidden(release, item, given)
    schema = release.at(item.node_key, item.form_key).forms.get(item.form_key, {})
    answers = drafts.kept(schema, given)
    if len(json.dumps(answers)) > MOST:
        raise Invalid(_("填写的内容过长，没有保存草稿"))
    _refuse_overwriting(ctx, item.id, after)
    mark = new_id()
    kept = {"by": actor.person_id, "at": ctx.now.isoformat(), "mark": mark, "answers": answers}
    _write(ctx, item.id, kept)
    return Saved(version=item.version, mark=mark)


def _refuse_hidden(release: Release, item: ItemRow, given: Mapping[str, Json]) -> None:
    rights = release.pack.fields.get(item.node_key)
    forged = sorted(permitted.hidden_in(given, rights)) if rights else []
    if forged:
        message = _("表单中没有这一项")
        fix = _("删除该项后重新提交")
        findings = [
            Finding(code="FORM_UNKNOWN_FIELD", field=key, message=message, fix=fix)
            for key in forged
        ]
        raise Invalid(message, findings)


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
    )


def _refuse_overwriting(ctx: Context, item_id: str, after: str | None) -> None:
    if after is None:
        return
    stored = ctx.session.scalar(select(work_item.c.draft).where(work_item.c.id == item_id))
    kept = of(stored, ctx.actor.person_id)
    if kept is not None and kept.mark != after:
        raise DraftOverwritten(_("该待办在另一个窗口填写并保存过，为免覆盖，这里的内容没有保存"))


def _write(ctx: Context, item_id: str, draft: Mapping[str, Json] | None) -> None:
    ctx.session.execute(update(work_item).where(work_item.c.id == item_id).values(draft=draft))
