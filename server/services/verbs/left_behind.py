"""What becomes of work whose holder has left the office it is of: his post ended, or his account.

It goes back to the office, or to who asked him to prepare it; a signature he was asked for is asked
of nobody else. The program does it and says so; nothing waits with somebody who cannot act.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, or_, select, union

from server.domain.access import SYSTEM
from server.domain.groups import Duty
from server.domain.lifecycle import CaseStatus, WorkState
from server.domain.texts import _
from server.models.case import case as case_table
from server.models.identity import Person, Post
from server.models.work import WAITING, work_item
from server.queries import tenure
from server.services.buffers import Row
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.clocks import work_clocks
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people
from server.services.notices import owing
from server.services.notices.owing import Wanted
from server.services.packs import definitions
from server.services.verbs import signatures, work_rows

#: cases of one round
_BATCH: Final = 200


def give_back(tools: Tools, now: datetime) -> int:
    """Give back what was left behind, case by case; in how many cases there was some."""
    with reading(tools, SYSTEM, now) as ctx:
        found = list(ctx.session.scalars(_cases(ctx.today)))
    for case_id in found:
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
    return (
        select(Post.id)
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.person_id == who,
            Post.unit_id == work_item.c.candidate_unit,
            or_(Post.is_head, ~work_item.c.head_only),
            Person.state == "active",
            tenure.held(day),
        )
        .exists()
    )


def _of_case(ctx: Context, case: CaseRow) -> None:
    for item_id in [row["id"] for row in _left(ctx, case)]:
        # that one signature is not asked for any more may let the case go on, which ends others
        row = next((each for each in _left(ctx, case) if each["id"] == item_id), None)
        if row is not None:
            _back(ctx, case, row)
    ctx.settle()


def _left(ctx: Context, case: CaseRow) -> Iterator[Row]:
    for row in work_clocks.open_items(ctx, case.id):
        if row["state"] == WorkState.CLAIMED and row["candidate_unit"] is not None:
            able = _able(ctx, row)
            if {row["assignee_id"], row["owner_id"]} - {None} - able:
                yield row


def _able(ctx: Context, row: Row) -> set[str]:
    found = people.holders(ctx, row["candidate_unit"], ctx.today, head_only=row["head_only"])
    return {each.person_id for each in found}


def _back(ctx: Context, case: CaseRow, row: Row) -> None:
    """To who asked for it, if he still can; else to the office, whose head is told."""
    ctx.record(
        "work.lapse", row["id"], case.id, {"node": row["node_key"], "from": row["assignee_id"]}
    )
    owner, kept = row["owner_id"], work_clocks.open_items(ctx, case.id)
    if owner is not None and owner in _able(ctx, row):
        values: dict[str, Any] = {"assignee_id": owner, "owner_id": None, "claimed_at": ctx.now}
        kept.change(row, version=row["version"] + 1, draft=None, **values)
        _tell(ctx, row, [owner], _("“{title}”的受委派人已不在岗，待办已回到您手中"))
        return
    if row["duty"] != Duty.MAIN:
        release = definitions.release(ctx, case.pack_version_id)
        _tell(ctx, row, [row["handed_by"]], _("“{title}”的加签人已不在岗，不再等待其签署"))
        if signatures.excuse(ctx, case, release, work_rows.of_row(row)):
            return
    heads = people.holders(ctx, row["candidate_unit"], ctx.today)
    told = [each.person_id for each in heads if each.is_head]
    _tell(ctx, row, told, _("“{title}”的签收人已不在岗，已退回本机构，请安排签收"))
    kept.change(
        row,
        version=row["version"] + 1,
        state=WorkState.OFFERED,
        assignee_id=None,
        owner_id=None,
        claimed_at=None,
        draft=None,
    )


def _tell(ctx: Context, row: Row, recipients: Sequence[str | None], words: str) -> None:
    text = words.format(title=row["title"])
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
