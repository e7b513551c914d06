"""调整环节: a token of the diagram stands at another step, asked by one head and consented by
another.

Back to a step that was done it goes as a return does, its clocks included. To one that was not, it
goes where nothing runs beside it (``domain/forward_moves``). What would close and open is found by
asking the engine and storing nothing; it is asked again before it is done.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.domain import forward_moves, movement
from server.domain.errors import EngineError, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.forward_moves import Plan
from server.domain.movement import Spot, Way
from server.domain.texts import _
from server.engine.port import Advance, Return
from server.services.case import case_state
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.law import charts, spots
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.law.spots import Spots
from server.services.verbs import advance, case_verbs, earlier_steps, steering_requests
from server.services.verbs.outlook import Change, Outlook
from server.services.verbs.request_kinds import Foreseen, Kept, Kind, Posed

_Given = Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A step a token may be put at."""

    node_key: str
    way: Way
    #: call or subprocess that is not left, None at the top
    scope: str | None
    #: it was done before and lies before: the case goes back to it
    is_back: bool


def targets(ctx: Context, case: CaseRow, release: Release) -> list[Target]:
    """Every step a token of the case may be put at now, in the order of the diagram."""
    chart = charts.chart(release.files[case.procedure])
    drawn = spots.spots(chart, case.procedure)
    done = {each.node_key for each in earlier_steps.done_of(ctx, case.id)}
    open_ = [item for item in work_clocks.open_items(ctx, case.id) if item["closed_at"] is None]
    found: dict[str, Target] = {}
    for node in (key for key, each in chart.nodes.items() if each.kind == "userTask"):
        there = drawn.only(node)
        target = None if there is None else _target(chart, drawn, there, open_, done)
        if target is not None:
            found[node] = target
    return list(found.values())


def foresee(ctx: Context, case: CaseRow, release: Release, given: _Given) -> Foreseen:
    """What would close and open.

    Raises:
        Invalid: the step is none a token may be put at.
        Conflict: the case is over.
    """
    case_verbs.refuse_over(case)
    target = _chosen(ctx, case, release, given)
    chart = charts.chart(release.files[case.procedure])
    after = _after(ctx, case, release, target)
    before, words = steering_requests.told(chart, after)
    return Foreseen(
        before={**before, "is_back": target.is_back},
        after={"to": target.node_key},
        outlook=Outlook(changes=(*words, *_clocks(target))),
    )


def act(ctx: Context, case: CaseRow, release: Release, given: _Given, posed: Posed) -> None:
    """Put the token there, in this transaction."""
    target = _chosen(ctx, case, release, given)
    node = target.node_key
    done = [each for each in earlier_steps.done_of(ctx, case.id) if each.node_key == node]
    last = earlier_steps.latest(done)
    went = earlier_steps.went(case, release, node, last) if target.is_back else None
    said = {"request": posed.request_id, "asked_by": posed.asked_by, "to": node}
    ctx.record("case.move", case.id, case.id, said)
    step = Act(command="move", node_key=node, went_back=went)
    advance.step(ctx, case, release, _command(ctx, target), step)


def words(release: Release, procedure: str, given: _Given) -> str:
    """转到“初审”."""
    chart = charts.chart(release.files[procedure])
    return _("转到“{step}”").format(step=chart.label(str(given["to"])))


def told(release: Release, procedure: str, _given: _Given, kept: Kept) -> tuple[Change, ...]:
    """What closed and opened."""
    return steering_requests.words(charts.chart(release.files[procedure]), kept.before)


def _target(
    chart: Chart, drawn: Spots, there: Spot, open_: Sequence[Any], done: set[str]
) -> Target | None:
    """The way to a step from one of the open ones, or into it where nobody has anything to do."""
    for item in open_:
        here = drawn.only(item["node_key"])
        found = None if here is None else _from(chart, drawn, here, there, done)
        scopes = item["scopes"] or ()
        if found is None or len(scopes) < found.way.kept or drawn.many.intersection(found.way.into):
            continue
        return replace(found, scope=scopes[found.way.kept - 1] if found.way.kept else None)
    if open_ or there.node not in done or drawn.many.intersection(there.nodes[:-1]):
        return None
    way = Way(target=there.node, kept=0, into=there.nodes[:-1])
    return Target(node_key=there.node, way=way, scope=None, is_back=True)


def _from(chart: Chart, drawn: Spots, here: Spot, there: Spot, done: set[str]) -> Target | None:
    """The way from one step to another, whatever is running around them."""
    back = movement.way_back(here, there, drawn.after)
    if back is not None and there.node in done:
        return Target(node_key=there.node, way=back, scope=None, is_back=True)
    kept = len(here.nodes) - 1
    # only between steps of one process or subprocess: what runs around them goes on
    if here == there or here.nodes[:kept] != there.nodes[:-1]:
        return None
    plan = _plan(chart, chart.nodes[here.node].scope)
    if not forward_moves.is_alone(plan, here.node, there.node, drawn.after):
        return None
    way = Way(target=there.node, kept=kept)
    return Target(node_key=there.node, way=way, scope=None, is_back=False)


def _plan(chart: Chart, scope: str) -> Plan:
    nodes = {key: node for key, node in chart.nodes.items() if node.scope == scope}
    edges: dict[str, list[str]] = {key: [] for key in nodes}
    comes = dict.fromkeys(nodes, 0)
    for flow in chart.flows.values():
        if flow.source in nodes and flow.target in nodes:
            edges[flow.source].append(flow.target)
            comes[flow.target] += 1
    for node in nodes.values():
        if node.attached_to in edges:
            edges[node.attached_to].append(node.id)
    forks = ("parallelGateway", "inclusiveGateway")
    return Plan(
        edges=edges,
        starts=tuple(key for key, node in nodes.items() if node.kind == "startEvent"),
        blocks={
            key: (comes[key], len(edges[key])) for key, node in nodes.items() if node.kind in forks
        },
        beside=frozenset(
            key for key, node in nodes.items() if node.attached_to and not node.interrupting
        ),
    )


def _chosen(ctx: Context, case: CaseRow, release: Release, given: _Given) -> Target:
    wanted = str(given["to"])
    found = next((each for each in targets(ctx, case, release) if each.node_key == wanted), None)
    if found is None:
        message = _("不能转到该环节：未办理过的环节，只能在没有并行办理、中间也没有并行分支时转到")
        finding = Finding(code="MOVE_TO", field="to", message=message, fix=_("从名单中选择"))
        raise Invalid(message, [finding])
    return found


def _command(ctx: Context, target: Target) -> Return:
    return Return(
        target=target.node_key,
        variables={},
        now=ctx.now,
        scope=target.scope,
        into=target.way.into,
    )


def _after(ctx: Context, case: CaseRow, release: Release, target: Target) -> Advance:
    """The step, taken and not stored."""
    files = release.files[case.procedure]
    state = case_state.load(ctx, case.id).state
    try:
        return ctx.tools.engine.advance(files, state, _command(ctx, target))
    except EngineError as error:
        message = _("流程不能转到该环节：{why}").format(why=error.message)
        raise Invalid(message, [Finding(code="MOVE_TO", field="to", message=message)]) from error


def _clocks(target: Target) -> Iterator[Change]:
    if target.is_back:
        text = _("按退回处理：由该环节起的期限按规则恢复或者不再计算")
    else:
        text = _("打开的环节按规则起算期限，跳过的环节不再办理")
    yield Change(label=_("期限"), before="", after=text)


KIND = Kind(
    refuse_asking=steering_requests.refuse_asking,
    deciders=steering_requests.deciders,
    foresee=foresee,
    act=act,
    words=words,
    told=told,
)
