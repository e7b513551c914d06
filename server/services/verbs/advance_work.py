"""Work items follow the waits of the engine: one open group per user task that waits.

A lane leads to an office at a level and from there to the competent unit of the case's region, or
to people the case itself names (applicant, subject, team).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Row, select

from server.domain.errors import EngineError, NotCompetent
from server.domain.handovers import lanes_taken, rule_for
from server.domain.jurisdiction import Level, competent, level_of
from server.domain.lifecycle import WorkState
from server.domain.packs import PolicyPack
from server.domain.roles import OF_THE_UNIT, PARTIES
from server.domain.texts import _
from server.engine.port import OpenTask
from server.models.base import new_id
from server.models.work import OPEN_STATES, work_item
from server.services.case import facts
from server.services.case.case_rows import CaseRow
from server.services.case.facts import Facts
from server.services.clocks import task_clocks, work_clocks
from server.services.context import Context
from server.services.identity import people
from server.services.identity.people import Office
from server.services.law import charts
from server.services.law.releases import Release
from server.services.verbs import decision_gate


def case_roles(pack: PolicyPack) -> frozenset[str]:
    """Roles that people of the case hold, not posts: applicant, subject, whoever it appoints."""
    return PARTIES | {appointment.role for appointment in pack.appointments}


def close(
    ctx: Context, case: CaseRow, pack: PolicyPack, closed: Iterable[OpenTask], done_id: str | None
) -> None:
    """End the items of tasks that no longer wait; the completed one is done, the rest ended.

    What a body still had to decide about them is called off.
    """
    keys = {task.task_key for task in closed}
    if not keys:
        return
    decided: set[str] = set()
    kept = work_clocks.open_items(ctx, case.id)
    for item in kept:
        if item["task_key"] in keys and item["state"] in OPEN_STATES:
            is_done = item["id"] == done_id
            if item["node_key"] in pack.decisions:
                decided.add(item["group_id"])
            kept.change(
                item,
                state=WorkState.DONE if is_done else WorkState.ENDED,
                version=item["version"] + 1,
                closed_at=ctx.now,
                draft=None,
            )
    if decided:
        decision_gate.call_off(ctx, decided)


def open_(
    ctx: Context,
    case: CaseRow,
    release: Release,
    version: int,
    opened: Iterable[OpenTask],
    known: Facts,
) -> None:
    """Open one item per task that began to wait; ``version`` of the state is when it began to.

    Raises:
        EngineError: its lane leads to no office of the region, to more than one, or to a level
            that does not exist.
    """
    nodes = charts.chart(release.files[case.procedure]).nodes
    tasks = [replace(task, lane=nodes[task.node_key].lane or task.lane) for task in opened]
    seats = [seat(ctx, case, release.pack, task, known) for task in tasks]
    people.foresee(ctx, [(each.role, each.level) for each in seats if each.level], case.region)
    kept = work_clocks.open_items(ctx, case.id)
    for task, each in zip(tasks, seats, strict=True):
        held = _followed(ctx, case, release.pack, task, _filled(ctx, case, task, each))
        node = nodes[task.node_key]
        rule = task_clocks.rule_key(
            ctx.tools.evaluate, release.pack.deadlines, node.deadline, known
        )
        kept.add(
            case_id=case.id,
            group_id=new_id(),
            task_key=task.task_key,
            node_key=task.node_key,
            title=node.label,
            lane=task.lane,
            instance=task.instance,
            item=task.item,
            scopes=list(task.scopes) or None,
            form_key=node.form,
            form_hash=release.form_hashes.get(node.form),
            candidate_role=held.role,
            candidate_unit=held.office.id if held.office else None,
            level=held.level,
            head_only=held.head_only,
            state=WorkState.OFFERED,
            deadline_key=rule,
            opened_at=ctx.now,
            opened_version=version,
            **work_clocks.of_new(ctx, case.id, rule, case.priority),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """To whom a task is offered: an office at a level, or a role that people of the case hold."""

    role: str
    level: Level | None = None
    office: Office | None = None
    #: only holders of the head's post
    head_only: bool = False


class Place(Protocol):
    """Where the offices of a case are looked up: a stored case, or one that is only thought of."""

    @property
    def level(self) -> str:
        """Level of the case."""

    @property
    def region(self) -> str:
        """Path of localities of the unit it concerns."""

    @property
    def unit_id(self) -> str | None:
        """The unit it concerns."""


def candidates(
    ctx: Context, place: Place, pack: PolicyPack, task: OpenTask, known: Facts
) -> Candidates:
    """To whom the task of this lane is offered; writes nothing.

    Raises:
        EngineError: as ``open_``.
    """
    return _filled(ctx, place, task, seat(ctx, place, pack, task, known))


def seat(ctx: Context, place: Place, pack: PolicyPack, task: OpenTask, known: Facts) -> Candidates:
    """The role and the level the lane of the task names, its office not looked up yet.

    Raises:
        EngineError: the lane is none of the pack, or names a level that does not exist.
    """
    lane = pack.lanes.get(task.lane)
    if lane is None:
        raise _nowhere(task, f"lane {task.lane}")
    seen = replace(
        known, values={**known.values, **task.data, "settings": known.values["settings"]}
    )
    evaluate = ctx.tools.evaluate
    role = str(facts.given(evaluate, lane.office, seen) or "")
    if role in case_roles(pack):
        return Candidates(role=role)
    try:
        level = level_of(str(facts.given(evaluate, lane.level, seen) or ""), Level(place.level))
    except NotCompetent as error:
        raise _nowhere(task, error.detail or error.message) from error
    return Candidates(role=role, level=level, head_only=lane.head_only)


def _filled(ctx: Context, place: Place, task: OpenTask, wanted: Candidates) -> Candidates:
    """With the office that is competent."""
    if wanted.level is None:
        return wanted
    try:
        office = office_of(ctx, place, wanted.role, wanted.level)
    except NotCompetent as error:
        raise _nowhere(task, error.detail or error.message) from error
    if office is None:
        raise _nowhere(task, f"{wanted.role} at {wanted.level} for {place.region}")
    return replace(wanted, office=office)


def _followed(
    ctx: Context, case: CaseRow, pack: PolicyPack, task: OpenTask, lane: Candidates
) -> Candidates:
    """The office that took this lane over from the one it leads to, where the pack says so."""
    if lane.office is None or task.lane not in lanes_taken(pack.handover):
        return lane
    held = lane
    for moved in _moves(ctx, case, task.lane):
        rule = rule_for(pack.handover, moved.node_key, task.lane)
        if rule and rule.takes_lane and held.office and moved.from_unit == held.office.id:
            office = people.unit(ctx, moved.candidate_unit)
            level = Level(office.level)
            held = replace(held, role=moved.candidate_role, level=level, office=office)
    return held


def _moves(ctx: Context, case: CaseRow, lane: str) -> Sequence[Row[Any]]:
    """The hand-overs of this lane that an office took, the first one first."""
    given = work_item.alias()
    return ctx.session.execute(
        select(
            work_item.c.node_key,
            work_item.c.candidate_role,
            work_item.c.candidate_unit,
            given.c.candidate_unit.label("from_unit"),
        )
        .join(given, given.c.id == work_item.c.parent_id)
        .where(
            work_item.c.case_id == case.id,
            work_item.c.lane == lane,
            work_item.c.duty == "main",
            work_item.c.handed_from.is_(None),
            work_item.c.candidate_unit != given.c.candidate_unit,
        )
        .order_by(work_item.c.opened_at)
    ).all()


def office_of(ctx: Context, case: Place, role: str, level: Level) -> Office | None:
    """The unit that is this office for this case, None when its region has none.

    Raises:
        NotCompetent: the region has more than one.
    """
    if role in OF_THE_UNIT:
        return people.office_of_unit(ctx, role, case.unit_id) if case.unit_id else None
    found = people.offices(ctx, role, level=level, region=case.region)
    return competent(found, role, level, case.region) if found else None


def _nowhere(task: OpenTask, detail: str) -> EngineError:
    return EngineError(
        _("没有找到可以办理下一步的机关，请联系流程设计人员"), element=task.node_key, detail=detail
    )
