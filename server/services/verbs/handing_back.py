"""Who gets a step that is to be done again: whoever did it, with what he handed in then."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, select, update

from server.domain.expressions import Json
from server.domain.groups import Duty
from server.domain.lifecycle import WorkState
from server.domain.texts import _
from server.models.case import case_step
from server.models.work import work_item
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.notices import owing
from server.services.notices.owing import Wanted
from server.services.packs import definitions
from server.services.verbs import receivers, work_rows
from server.services.verbs.earlier_steps import Done


def hand_back(ctx: Context, case: CaseRow, node_key: str, done: Iterable[Done]) -> None:
    """Give the open items of this step to those who did it, as far as they still can.

    The others stay with their office, and so does a signature beside the step itself: it is asked
    for anew as the pack says. Whoever has such an item now is told so; his answers of then are
    offered to him as a draft.
    """
    pack = definitions.release(ctx, case.pack_version_id).pack
    former = {each.instance: each for each in done if each.duty == Duty.MAIN}
    answers = _answers(ctx, [each.id for each in former.values()])
    for item in _open(ctx, case.id, node_key):
        one = work_rows.of_row(item)
        able = work_rows.able(ctx, pack, one) - receivers.in_group(ctx, one)
        before = former.get(item["instance"]) if item["duty"] == Duty.MAIN else None
        if before is not None and before.assignee_id in able:
            _give(ctx, item, before.assignee_id, answers.get(before.id))
            able = frozenset({before.assignee_id})
        _tell(ctx, item, able)


def _open(ctx: Context, case_id: str, node_key: str) -> list[Mapping[str, Any]]:
    rows = ctx.session.execute(
        select(work_item).where(
            work_item.c.case_id == case_id,
            work_item.c.node_key == node_key,
            work_item.c.state == WorkState.OFFERED,
            work_item.c.opened_at == ctx.now,
        )
    )
    return [dict(row) for row in rows.mappings()]


def _answers(ctx: Context, items: list[str]) -> Mapping[str, Json]:
    """Task -> what was handed in with it."""
    wanted = and_(case_step.c.work_item_id.in_(items), case_step.c.command == "complete")
    rows = ctx.session.execute(
        select(case_step.c.work_item_id, case_step.c.answers).where(wanted).order_by(case_step.c.at)
    )
    return {row.work_item_id: row.answers for row in rows if row.answers is not None}


def _give(ctx: Context, item: Mapping[str, Any], person_id: str | None, typed: Json) -> None:
    draft: dict[str, Any] | None = None
    if typed is not None:
        draft = {"by": person_id, "at": ctx.now.isoformat(), "answers": typed}
    ctx.session.execute(
        update(work_item)
        .where(work_item.c.id == item["id"])
        .values(state=WorkState.CLAIMED, assignee_id=person_id, claimed_at=ctx.now, draft=draft)
    )


def _tell(ctx: Context, item: Mapping[str, Any], able: Iterable[str]) -> None:
    text = _("“{step}”被退回，需要重新办理；退回的理由见待办").format(step=item["title"])
    owing.owe(
        ctx,
        [
            Wanted(
                label="assignee",
                recipient_id=person_id,
                unit_id=item["candidate_unit"],
                kind="return",
                case_id=item["case_id"],
                text=text,
                dedupe_key=f"return:{item['id']}:{person_id}",
            )
            for person_id in sorted(able)
        ],
    )
