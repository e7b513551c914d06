"""How far a case has come on the diagram of its own version, and how long each step took.

Drawn by the viewer, and told as a list of steps for whoever reads rather than looks. Only offices
that handle the case get it: where a case stands inside is not the business of its parties.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from server.domain.calendar import CHINA_TIME, ONE_DAY, WorkingCalendar
from server.domain.groups import SIGNERS, Duty
from server.domain.lifecycle import DeadlineState, WorkState
from server.engine.diagrams.elements import Node
from server.models.case import case_step
from server.queries.steps import stands
from server.queries.timeline import Item
from server.services.calendar.calendars import CN
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_sheets import DeadlineSheet
from server.services.context import Context
from server.services.law.charts import Chart
from server.services.law.releases import Release

_OPEN: Final = (WorkState.OFFERED, WorkState.CLAIMED)
#: kinds of node that people do something at, or that stand for a whole procedure
_STEPS: Final = frozenset({"userTask", "manualTask", "task", "callActivity", "receiveTask"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What is drawn on one element."""

    done: int = 0
    active: int = 0
    overdue: int = 0
    #: how often the case came back to it
    returned: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class StepLine:
    """One step of the procedure, as a line of the list beside the diagram."""

    key: str
    title: str
    lane: str
    #: overdue, active, done, waiting (not reached), skipped (the case ended without it)
    state: str
    mark: Mark
    #: who has it or did it last
    by: str
    due_on: date | None
    #: what is left of its period, in words; empty when it has none or is over
    left: str
    done_at: datetime | None
    #: working days between coming up and being done, of the last time
    took: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """The diagram of the case with what is drawn on it."""

    #: the procedure that is drawn, and its BPMN
    process: str
    xml: str
    elements: Mapping[str, Mark]
    #: sequence flows that were taken
    flows: tuple[str, ...]
    #: what is left of the period of a step that waits
    labels: Mapping[str, str]
    steps: tuple[StepLine, ...]
    #: gateways, events and timers that are not in the list
    others: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Went:
    """What the marks are computed from."""

    release: Release
    chart: Chart
    procedure: str
    items: Mapping[str, Item]
    clocks: Iterable[DeadlineSheet]
    is_over: bool
    #: names by id, for who has a step or did it
    names: Mapping[str, str] = field(default_factory=dict)


def drawing(ctx: Context, case_id: str, went: Went) -> Drawing:
    """The diagram of the procedure the case began with, and its marks."""
    passed, flows = _passed(ctx, case_id)
    late = {clock.key for clock in went.clocks if _is_late(clock)}
    marks = _marks(went, passed, late)
    nodes = _listed(went, marks)
    calendar = deadline_rows.calendar_of(ctx, CN)
    files = went.release.files[went.procedure].diagrams
    steps = tuple(_line(went, node, marks[node.id], calendar) for node in nodes)
    return Drawing(
        process=went.procedure,
        xml=files[went.release.pack.procedures[went.procedure].diagram].decode(),
        elements={key: mark for key, mark in marks.items() if mark != Mark()},
        flows=flows,
        labels={step.key: step.left for step in steps if step.left},
        steps=steps,
        others=sum(
            node.process == went.procedure and node.kind not in _STEPS
            for node in went.chart.nodes.values()
        ),
    )


def _listed(went: Went, marks: Mapping[str, Mark]) -> list[Node]:
    """The steps of the procedure, and of the ones it calls those that the case came to."""
    return [
        node
        for own in (True, False)
        for node in went.chart.nodes.values()
        if node.kind in _STEPS
        and (node.process == went.procedure) is own
        and (own or marks[node.id] != Mark())
    ]


def _passed(ctx: Context, case_id: str) -> tuple[Counter[str], tuple[str, ...]]:
    rows = ctx.session.execute(
        select(case_step.c.visited, case_step.c.flows)
        .where(case_step.c.case_id == case_id, stands())
        .order_by(case_step.c.seq)
    ).all()
    passed = Counter(node for row in rows for node in row.visited)
    return passed, tuple(dict.fromkeys(flow for row in rows for flow in row.flows))


def _is_late(clock: DeadlineSheet) -> bool:
    return clock.state == DeadlineState.OVERDUE and clock.force == "statutory"


def _tasks(went: Went) -> list[Item]:
    """One item for each task, whoever else signs it: the newest of whoever does it; else of those
    who sign together one who is still waited for."""
    found: dict[str, Item] = {}
    for item in went.items.values():
        known = found.get(item.group_id)
        if item.duty not in SIGNERS and (known is None or _rank(item) >= _rank(known)):
            found[item.group_id] = item
    return list(found.values())


def _rank(item: Item) -> int:
    return 2 if item.duty == Duty.MAIN else int(item.state in _OPEN)


def _marks(went: Went, passed: Counter[str], late: set[str]) -> Mapping[str, Mark]:
    rounds: dict[str, int] = defaultdict(int)
    active: dict[str, int] = defaultdict(int)
    overdue: dict[str, int] = defaultdict(int)
    for item in _tasks(went):
        if item.instance is None:
            rounds[item.node_key] += 1
        if item.state in _OPEN:
            active[item.node_key] += 1
            overdue[item.node_key] += item.deadline_key in late
    return {
        key: Mark(
            done=passed[key],
            active=active[key],
            overdue=overdue[key],
            returned=max(rounds[key] - 1, 0),
        )
        for key in went.chart.nodes
    }


def _line(went: Went, node: Node, mark: Mark, calendar: WorkingCalendar) -> StepLine:
    items = [item for item in _tasks(went) if item.node_key == node.id]
    last = items[-1] if items else None
    lane = went.release.pack.lanes.get(node.lane)
    clocks = [clock for clock in went.clocks if last and clock.key == last.deadline_key]
    clock = clocks[-1] if clocks and mark.active else None
    is_done = mark.done > 0 and not mark.active
    return StepLine(
        key=node.id,
        title=node.label,
        lane=(last.unit if last and last.unit else lane.title if lane else ""),
        state=_state(mark, is_over=went.is_over, is_empty=_is_empty(node, last)),
        mark=mark,
        by=went.names.get(last.assignee_id or "", "") if last else "",
        due_on=clock.due_on if clock else None,
        left=clock.left if clock else "",
        done_at=last.closed_at if last and is_done else None,
        took=_took(last, calendar) if last and is_done else None,
    )


def _is_empty(node: Node, last: Item | None) -> bool:
    """A step that nobody was asked to do: a list without entries."""
    return node.multi_instance is not None and last is None


def _state(mark: Mark, *, is_over: bool, is_empty: bool) -> str:
    if mark.overdue:
        return "overdue"
    if mark.active:
        return "active"
    if mark.done:
        return "skipped" if is_empty else "done"
    return "skipped" if is_over else "waiting"


def _took(item: Item, calendar: WorkingCalendar) -> int | None:
    return working_days(item.opened_at, item.closed_at, calendar) if item.closed_at else None


def working_days(begun: datetime, done: datetime, calendar: WorkingCalendar) -> int:
    """Working days after the day it began, through the day it was done."""
    first = begun.astimezone(CHINA_TIME).date()
    days = (done.astimezone(CHINA_TIME).date() - first).days
    return sum(calendar.guess(first + n * ONE_DAY) for n in range(1, days + 1))
