"""Unfinished answers: kept while somebody fills in a form, so that nothing typed is lost.

A draft belongs to whoever typed it and is shown to nobody else. Keeping one is no act in the case:
the version of the task stands, nothing is counted, and the record of acts does not know of it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update

from server.domain import groups
from server.domain import work as rules
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms import drafts, permitted
from server.models.work import work_item
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import group_rows, work_rows
from server.services.verbs.work_rows import ItemRow

#: longest draft, as JSON in characters
MOST: Final = 500_000


def save(ctx: Context, item_id: str, given: Mapping[str, Json], *, seen: int | None = None) -> int:
    """Keep what is typed so far in place of what was kept before; the version of the task.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has lost the post it was offered to, or is barred.
        Conflict: it is not in his hands, the case stands still, or it changed since he looked.
        Invalid: it is too long, or holds what the task must not see.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    rules.complete(work, actor)
    release = definitions.release(ctx, case.pack_version_id)
    known = group_rows.of(ctx, release, item)
    if not groups.may_fill_in(known.group, item.id):
        groups.refuse_waiting(known.group, item.id)
    _refuse_hidden(release, item, given)
    schema = release.at(item.node_key, item.form_key).forms.get(item.form_key, {})
    answers = drafts.kept(schema, given)
    if len(json.dumps(answers)) > MOST:
        raise Invalid(_("填写的内容过长，没有保存草稿"))
    _write(ctx, item.id, {"by": actor.person_id, "at": ctx.now.isoformat(), "answers": answers})
    return item.version


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
    rules.complete(work, actor)
    _write(ctx, item.id, None)


def of(stored: Any, person_id: str) -> tuple[Mapping[str, Json], datetime] | None:
    """The answers of a stored draft and when they were kept, None for somebody else's."""
    if not isinstance(stored, Mapping) or stored.get("by") != person_id:
        return None
    return stored["answers"], datetime.fromisoformat(stored["at"])


def _write(ctx: Context, item_id: str, draft: Mapping[str, Json] | None) -> None:
    ctx.session.execute(update(work_item).where(work_item.c.id == item_id).values(draft=draft))
