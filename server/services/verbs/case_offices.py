"""The offices that answer for a clock of a case: who may stop it, and whose head extends it.

Usually the office that holds the task under the clock. Where people of the case hold it (the
applicant, the team), the office that the case is with answers: the offices of the other open
tasks, else the office that acted last, else the offices that could have opened the case.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from server.domain.groups import SIGNERS
from server.domain.jurisdiction import Level
from server.domain.lifecycle import WorkState
from server.models.case import case_step
from server.models.work import OPEN_STATES, work_item
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.law.releases import Release
from server.services.verbs import advance_work


@dataclass(frozen=True, kw_only=True, slots=True)
class Answering:
    """An office with the role in which it has the case."""

    role: str
    unit_id: str


def answering(
    ctx: Context,
    case: CaseRow,
    release: Release,
    rule_key: str,
    work: Sequence[Any] | None = None,
) -> list[Answering]:
    """The offices that answer for this clock, each once, in a fixed order.

    ``work``: the ``open_work`` of the case, where several clocks are asked about.
    """
    found = (
        _of_open_tasks(open_work(ctx, case) if work is None else work, rule_key)
        or _of_last_act(ctx, case)
        or _of_starters(ctx, case, release)
    )
    return sorted(set(found), key=lambda each: (each.role, each.unit_id))


def open_work(ctx: Context, case: CaseRow) -> Sequence[Any]:
    """What offices have to do in the case now: role, unit, and the clock of each task.

    Who was only asked to sign answers for nothing.
    """
    return open_work_of(ctx, [case.id]).get(case.id, ())


def open_work_of(ctx: Context, case_ids: Collection[str]) -> Mapping[str, Sequence[Any]]:
    """The same of several cases, by case; one statement."""
    found: dict[str, list[Any]] = {}
    rows = ctx.session.execute(
        select(
            work_item.c.case_id,
            work_item.c.candidate_role,
            work_item.c.candidate_unit,
            work_item.c.deadline_key,
        ).where(
            work_item.c.case_id.in_(case_ids),
            work_item.c.state.in_(OPEN_STATES),
            work_item.c.candidate_unit.is_not(None),
            work_item.c.duty.not_in(SIGNERS),
        )
    )
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _of_open_tasks(work: Sequence[Any], rule_key: str) -> list[Answering]:
    """Offices with open work under this clock, else with any open work."""
    named = [row for row in work if row.deadline_key == rule_key]
    return [Answering(role=row.candidate_role, unit_id=row.candidate_unit) for row in named or work]


def _of_last_act(ctx: Context, case: CaseRow) -> list[Answering]:
    row = ctx.session.execute(
        select(work_item.c.candidate_role, work_item.c.candidate_unit)
        .join(case_step, case_step.c.work_item_id == work_item.c.id)
        .where(
            case_step.c.case_id == case.id,
            work_item.c.state == WorkState.DONE,
            work_item.c.candidate_unit.is_not(None),
        )
        .order_by(case_step.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return [Answering(role=row.candidate_role, unit_id=row.candidate_unit)] if row else []


def _of_starters(ctx: Context, case: CaseRow, release: Release) -> list[Answering]:
    """Offices of the case's level in whose role it could have been opened."""
    roles = {
        starter.role.partition(".")[0]
        for starter in release.pack.procedures[case.procedure].starters
    }
    offices = {
        role: advance_work.office_of(ctx, case, role, Level(case.level))
        for role in sorted(roles - advance_work.case_roles(release.pack))
    }
    return [Answering(role=role, unit_id=office.id) for role, office in offices.items() if office]
