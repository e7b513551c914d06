"""Many open tasks for a list, written in bulk."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select

from server.domain.urgency import Rank, order_key
from server.models.base import new_id
from server.models.case import case, case_step, subject
from server.models.definition import PackVersion
from server.models.identity import Unit
from server.models.time import deadline
from server.models.work import work_item
from server.services.context import Context
from tests.factories.tiny import NOW, Tiny


def fill(tiny: Tiny, count: int, *, unit: str = "county1.case_supervision", **item: Any) -> None:
    """Cases with one offered task each, due on the days before and after 2026-02-12 in turn."""

    def write(ctx: Context) -> None:
        unit_id = ctx.session.scalars(select(Unit.id).where(Unit.key == unit)).one()
        pack = ctx.session.scalars(select(PackVersion.id)).one()
        rows = [_rows(number, unit_id, pack, item) for number in range(count)]
        for position, table in enumerate((case, case_step, subject, deadline, work_item)):
            ctx.session.execute(insert(table), [each[position] for each in rows])

    tiny.program(write)


def _rows(number: int, unit_id: str, pack: str, item: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    case_id, clock_id = new_id(), new_id()
    due_on = NOW.date() + timedelta(days=number % 9 - 4)
    return (
        {
            "id": case_id,
            "reference": f"测〔2026〕{case_id}",
            "procedure": "tiny_matter",
            "pack_version_id": pack,
            "status": "open",
            "level": "county",
            "opened_on": NOW.date(),
            "opened_at": NOW,
        },
        {
            "case_id": case_id,
            "seq": 1,
            "command": "open",
            "visited": [],
            "flows": [],
            "decisions": [],
            "messages": [],
            "state_version": 1,
            "at": NOW,
        },
        {"id": new_id(), "case_id": case_id, "kind": "applicant", "name": f"某{number}"},
        _clock(clock_id, case_id, due_on),
        {
            "id": new_id(),
            "case_id": case_id,
            "group_id": new_id(),
            "task_key": new_id(),
            "node_key": "register",
            "title": "登记",
            "candidate_role": "case_supervision_office",
            "candidate_unit": unit_id,
            "state": "offered",
            "deadline_key": "registration",
            "deadline_id": clock_id,
            "due_on": due_on,
            "expires_at": _over(due_on),
            "order_key": order_key(Rank.STATUTORY, due_on),
            "opened_at": NOW,
            "opened_version": 1,
            **item,
        },
    )


def _clock(clock_id: str, case_id: str, due_on: date) -> dict[str, Any]:
    return {
        "id": clock_id,
        "case_id": case_id,
        "rule_key": "registration",
        "origin_event": "filed",
        "origin_on": NOW.date(),
        "due_on": due_on,
        "expires_at": _over(due_on),
        "calendar": "cn",
        "force": "statutory",
        "state": "running",
        "changes": [],
        "started_at": NOW,
    }


def _over(due_on: date) -> Any:
    return NOW.replace(year=due_on.year, month=due_on.month, day=due_on.day, hour=0) + timedelta(
        days=1
    )
