"""What becomes of work whose holder has left the office it is of: his post ended, or his account.

It goes back to the office, or to who asked him to prepare it; a signature he was asked for is asked
of nobody else. The program does it and says so; nothing waits with somebody who cannot act.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, or_, select, union

from server.domain.access import SYSTEM
from server.domain.lifecycle import CaseStatus
from server.domain.texts import _
from server.models.case import case as case_table
from server.models.identity import Person, Post
from server.models.work import WAITING, work_item
from server.queries import tenure
from server.services.buffers import Row
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people
from server.services.notices import owing
from server.services.notices.owing import Wanted
from server.services.verbs import correction_heads, letting_go, work_rows
from server.services.verbs.letting_go import Went

#: cases of one round
_BATCH: Final = 200


def give_back(tools: Tools, now: datetime) -> int:
    """Give back what was left behind, case by case; in how many cases there was some."""
    with reading(tools, SYSTEM, now) as ctx:
        found = list(ctx.session.scalars(_cases(ctx.today)))
    for case_id in found:
        tools.go_on()
        with transaction(tools, SYSTEM, now) as ctx:
            case = case_rows.try_lock(ctx, case_id)
            if case is not None:
                _of_case(ctx, case)
    return len(found)


def _cases(day: date) -> Select[tuple[str]]:
    """Cases with work in the hands of somebody who cannot do it; only those who left are asked."""
    gone = union(
        select(Post.person_id).where(Post.to_on < day),
        select(Person.id).where(Person.state != "active"),
    )
    return (
        select(work_item.c.case_id)
        .join(case_table, case_table.c.id == work_item.c.case_id)
        .where(
            WAITING,
            case_table.c.status == CaseStatus.OPEN,
            work_item.c.candidate_unit.is_not(None),
            or_(
                work_item.c.assignee_id.in_(gone) & ~_works(work_item.c.assignee_id, day),
                work_item.c.owner_id.in_(gone) & ~_works(work_item.c.owner_id, day),
            ),
        )
        .distinct()
        .order_by(work_item.c.case_id)
        .limit(_BATCH)
    )


def _works(who: ColumnElement[str], day: date) -> ColumnElement[bool]:
    """The person still is one of those the item is offered to."""
    return tenure.manning(day).where(Post.person_id == who).exists()


def _of_case(ctx: Context, case: CaseRow) -> None:
    for row in letting_go.in_turn(ctx, case, lambda each: bool(_gone(ctx, each))):
        _back(ctx, case, row)
    ctx.settle()


def _gone(ctx: Context, row: Row) -> frozenset[str]:
    """Of who has the item and who gave it to him, those it is not offered to any more."""
    if row["candidate_unit"] is None:
        return frozenset()
    hands = frozenset(each for each in (row["assignee_id"], row["owner_id"]) if each)
    return hands - work_rows.offered_to(ctx, work_rows.of_row(row)) if hands else hands


def _back(ctx: Context, case: CaseRow, row: Row) -> None:
    """To who asked for it, if he still can; else to the office, and the nearest head is told."""
    ctx.record(
        "work.lapse", row["id"], case.id, {"node": row["node_key"], "from": row["assignee_id"]}
    )
    owner, gone = row["owner_id"], _gone(ctx, row)
    match letting_go.let_go(ctx, case, row, gone):
        case Went.TO_OWNER:
            _tell(ctx, row, [owner], _("“{title}”的受委派人已不在岗，待办已回到您手中"))
        case Went.NOT_ASKED:
            _tell(ctx, row, [row["handed_by"]], _("“{title}”的加签人已不在岗，不再等待其签署"))
        case Went.TO_OFFICE:
            head = correction_heads.nearest(ctx, case, [row["candidate_unit"]])
            words = _("“{title}”的签收人已不在岗，已退回{office}，请安排签收")
            office = people.unit(ctx, row["candidate_unit"]).name
            _tell(ctx, row, sorted(head[1]) if head else (), words, office=office)


def _tell(
    ctx: Context, row: Row, recipients: Sequence[str | None], words: str, *, office: str = ""
) -> None:
    text = words.format(title=row["title"], office=office)
    owing.owe(
        ctx,
        [
            Wanted(
                label=row["candidate_role"],
                recipient_id=recipient,
                unit_id=row["candidate_unit"],
                kind="work",
                case_id=row["case_id"],
                text=text,
                dedupe_key=f"left:{row['id']}:{row['version']}:{recipient}",
            )
            for recipient in recipients
            if recipient is not None
        ],
    )
