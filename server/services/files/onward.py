"""Where a case went after somebody handed in his part, in words, and what is next for himself."""

from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import aliased

from server.domain import work as rules
from server.domain.access import Actor
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.lifecycle import OVER
from server.domain.texts import _
from server.models.identity import Unit
from server.models.work import WAITING, work_item
from server.services.case import case_rows, sights
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import posts
from server.services.verbs import work_rows
from server.services.verbs.work_rows import ItemRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Onward:
    """What happened to a case, for the person who moved it."""

    #: his own next task in the case, None when it is with others
    task_id: str | None
    #: one sentence
    words: str


def onward(ctx: Context, case_id: str) -> Onward:
    """Where the case is now; a party is told no office but that it goes on.

    It is also answered to somebody who does not see the case any more: then in general words.
    """
    actor = posts.with_posts(ctx)
    case = case_rows.found(ctx, case_id)
    rows = _waiting(ctx, case_id)
    if any(row.is_handed_in and row.assignee_id == actor.person_id for row in rows):
        return Onward(task_id=None, words=_("已提交，由后加签人签署后转入下一步"))
    mine = next((row.id for row in rows if _is_his(ctx, row, case, actor)), None)
    return Onward(task_id=mine, words=_words(ctx, case, rows, actor, is_next=mine is not None))


def _waiting(ctx: Context, case_id: str) -> list[Row[tuple[object, ...]]]:
    organ = aliased(Unit)
    return list(
        ctx.session.execute(
            select(
                *(work_item.c[name] for name in ItemRow.__slots__),
                work_item.c.title,
                work_item.c.answers.is_not(None).label("is_handed_in"),
                Unit.name.label("office"),
                organ.name.label("organ"),
            )
            .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
            .outerjoin(organ, organ.id == Unit.parent_id)
            .where(work_item.c.case_id == case_id, WAITING)
            .order_by(work_item.c.opened_at, work_item.c.id)
        )
    )


def _is_his(ctx: Context, row: Row[tuple[object, ...]], case: CaseRow, actor: Actor) -> bool:
    """Has he claimed it, or may he."""
    if row.assignee_id == actor.person_id:
        return True
    item = work_rows.of_row(row._mapping)
    try:
        rules.claim(work_rows.judged(ctx, item, case), actor)
    except (Conflict, Forbidden):
        return False
    return True


def _words(
    ctx: Context, case: CaseRow, rows: list[Row[tuple[object, ...]]], actor: Actor, *, is_next: bool
) -> str:
    if case.status in OVER:
        return _("已提交，本事项已经办结")
    try:
        is_party = sights.of(ctx, case.id).is_party
    except NotFound:
        is_party = True
    if is_next:
        return _("已提交，请接着办理本事项的下一步")
    offices = list(dict.fromkeys(f"{row.organ or ''}{row.office}" for row in rows if row.office))
    if is_party or not offices:
        return _("已提交，由办理机关继续办理")
    return _("已提交，转{offices}办理").format(offices="、".join(offices))
