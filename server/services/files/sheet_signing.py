"""What somebody signs after it was handed in: the answers as a paper reads, with their files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.domain.groups import Duty
from server.domain.lifecycle import WorkState
from server.models.work import work_item
from server.queries import papers
from server.queries.papers import Attached
from server.services.context import Context
from server.services.law.releases import Release
from server.services.papers import paper_sheets
from server.services.papers.paper_sheets import Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedIn:
    """What whoever does a task handed in, while others still have to sign it."""

    answers: tuple[Answer, ...]
    files: tuple[Attached, ...]


def handed_in(ctx: Context, release: Release, row: Row[tuple[object, ...]]) -> HandedIn | None:
    """What the main one of a signer's group handed in; None for anybody else, or nothing yet."""
    if row.duty != Duty.AFTER:
        return None
    main = ctx.session.execute(
        select(work_item.c.form_key, work_item.c.answers).where(
            work_item.c.group_id == row.group_id, work_item.c.answers.is_not(None)
        )
    ).one_or_none()
    schema = release.forms.get(main.form_key) if main else None
    if main is None or schema is None:
        return None
    given: Mapping[str, Any] = main.answers["values"]
    names = paper_sheets.names(ctx, release.pack, [(schema, given)])
    answers = paper_sheets.lines(schema, given, names)
    named = {one for answer in answers for one in answer.files}
    bound = papers.attached(ctx.session, row.case_id) if named else ()
    return HandedIn(answers=answers, files=tuple(each for each in bound if each.id in named))


def is_for(session: Session, person_id: str, work_item_id: str | None) -> bool:
    """Has this person a part in the group of this task."""
    main, his = work_item.alias(), work_item.alias()
    found = (
        select(his.c.id)
        .join(main, main.c.group_id == his.c.group_id)
        .where(
            main.c.id == work_item_id,
            his.c.assignee_id == person_id,
            his.c.state != WorkState.ENDED,
        )
    )
    return session.scalar(select(found.exists())) is True
