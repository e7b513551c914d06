"""The steps a task may be returned to: done before it, lying before it, allowed by the pack."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import String, bindparam, cast, func, select
from sqlalchemy import case as case_

from server.domain import movement
from server.domain.deadline_returns import Went
from server.domain.expressions import Json
from server.domain.groups import SIGNERS, Duty
from server.domain.lifecycle import WorkState
from server.domain.movement import Spot, Way
from server.domain.roles import PARTIES
from server.models.identity import Person
from server.models.work import work_item
from server.services.case import events
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.law import charts, spots
from server.services.law.releases import Release
from server.services.law.spots import Spots
from server.services.verbs.work_rows import ItemRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A task that somebody completed."""

    id: str
    node_key: str
    title: str
    instance: str | None
    #: the work itself, or one of those who signed or voted together
    duty: str
    scopes: Sequence[str]
    role: str
    unit_id: str | None
    assignee_id: str | None
    name: str
    #: rule of the clock it stood under, empty: none
    deadline_key: str
    #: version of the state whose step opened it
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """A step that may be done again."""

    node_key: str
    way: Way
    #: who did it last: several where it was done once for each of several items
    done: tuple[Done, ...]


def of(ctx: Context, case: CaseRow, release: Release, item: ItemRow) -> tuple[Earlier, ...]:
    """The steps this task may go back to, the latest first."""
    rule = movement.rule_for(release.pack.returns, item.node_key)
    drawn = _spots(case, release)
    here = drawn.only(item.node_key)
    if not rule.to or here is None:
        return ()
    found = []
    for node, done in by_node(done_of(ctx, case.id)).items():
        there = drawn.only(node)
        way = None if there is None else movement.way_back(here, there, drawn.after)
        is_party = any(each.role in PARTIES for each in done)
        if way is None or not rule.allows(node, is_party=is_party):
            continue
        there_done = [each for each in done if _is_there(each, way, here, item, drawn)]
        if there_done and _can_be_entered(way, item, drawn):
            found.append(Earlier(node_key=node, way=way, done=latest(there_done)))
    return tuple(sorted(found, key=lambda each: each.done[0].at, reverse=True))


def done_of(ctx: Context, case_id: str) -> list[Done]:
    """The completed tasks of the case, the latest first; of those done again the latest alone."""
    rows = ctx.session.execute(_DONE, {"of_case": case_id})
    return [Done(**{**row._mapping, "scopes": row.scopes or ()}) for row in rows]


def went(case: CaseRow, release: Release, node: str, done: Sequence[Done]) -> Went:
    """How far a case goes back that goes to this step, which was done so."""
    nodes = _spots(case, release).undone(node)
    return Went(
        events=events.of_nodes(release, case.procedure, nodes),
        nodes=nodes,
        since=min(each.version for each in done),
        rule_key=done[0].deadline_key if done else "",
    )


def way_in(case: CaseRow, release: Release, node: str) -> Way | None:
    """How a case gets to this step from outside of everything that runs in it."""
    drawn = _spots(case, release)
    there = drawn.only(node)
    if there is None or drawn.many.intersection(there.nodes[:-1]):
        return None
    return Way(target=node, kept=0, into=there.nodes[:-1])


def _spots(case: CaseRow, release: Release) -> Spots:
    return spots.spots(charts.chart(release.files[case.procedure]), case.procedure)


def by_node(done: Iterable[Done]) -> Mapping[str, list[Done]]:
    """The same by their steps."""
    found: dict[str, list[Done]] = {}
    for each in done:
        found.setdefault(each.node_key, []).append(each)
    return found


def _is_there(done: Done, way: Way, here: Spot, item: ItemRow, drawn: Spots) -> bool:
    """Was it done where the item lies: of several rounds side by side, in the same one."""
    if not drawn.many.intersection(here.nodes[: way.kept]):
        return True
    return list(done.scopes[: way.kept]) == list((item.scopes or ())[: way.kept])


def _can_be_entered(way: Way, item: ItemRow, drawn: Spots) -> bool:
    """Is it known in which running call it lies, and is every call it lies in besides one."""
    return len(item.scopes or ()) >= way.kept and not drawn.many.intersection(way.into)


def latest(done: Sequence[Done]) -> tuple[Done, ...]:
    """The latest of each item of a list, and of each who signed together."""
    found: dict[Json, Done] = {}
    for each in done:
        who = each.assignee_id if each.duty != Duty.MAIN else None
        found.setdefault((each.instance, who), each)
    return tuple(found.values())


_LATE: Final = (work_item.c.closed_at.desc(), work_item.c.opened_version.desc(), work_item.c.id)
#: completed tasks, numbered from the latest among those that were the same work
_RANKED: Final = (
    select(
        work_item.c.id,
        func.row_number()
        .over(
            partition_by=(
                *(work_item.c.node_key, work_item.c.instance, work_item.c.candidate_role),
                cast(work_item.c.scopes, String),
                case_((work_item.c.duty == Duty.MAIN, None), else_=work_item.c.assignee_id),
            ),
            order_by=_LATE,
        )
        .label("again"),
    )
    .where(
        work_item.c.case_id == bindparam("of_case"),
        work_item.c.state == WorkState.DONE,
        work_item.c.duty.not_in(SIGNERS),
    )
    .subquery()
)
_DONE: Final = (
    select(
        *(work_item.c[name] for name in ("id", "node_key", "title", "instance", "duty", "scopes")),
        work_item.c.candidate_role.label("role"),
        work_item.c.candidate_unit.label("unit_id"),
        work_item.c.assignee_id,
        work_item.c.deadline_key,
        Person.name,
        func.coalesce(work_item.c.opened_version, 0).label("version"),
        work_item.c.closed_at.label("at"),
    )
    .join(_RANKED, _RANKED.c.id == work_item.c.id)
    .outerjoin(Person, Person.id == work_item.c.assignee_id)
    .where(_RANKED.c.again == 1)
    .order_by(*_LATE)
)
