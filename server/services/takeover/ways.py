"""How far a step of a procedure is from every other: for walking a matter to where it stands.

The distance follows the flows as a token would, into called processes and subprocesses and out
again. What leaves a step by its time-out or by a message beside it is a long way round: it is
taken where nothing else leads to the step.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from typing import Final

from server.engine.diagrams.elements import Node
from server.services.law.charts import Chart

#: no way leads there
NEVER: Final = float("inf")
_ASIDE: Final = 1000.0
#: events that end a part of a diagram by way of a boundary event
_RAISED: Final = frozenset({"error", "escalation"})
#: behind an activity that holds others: its exit, as a node of its own
_EXIT: Final = "\x00exit"

_Edge = tuple[str, str, float]


class Ways:
    """Distances to one step."""

    def __init__(self, chart: Chart, target: str) -> None:
        self._nodes = chart.nodes
        self._next: dict[str, list[str]] = defaultdict(list)
        back: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for source, to, cost in _edges(chart):
            back[to].append((source, cost))
        for flow in chart.flows.values():
            self._next[flow.source].append(flow.target)
        self._far = _distances(back, target)

    def of(self, node_key: str) -> float:
        """From standing before this node."""
        return self._far.get(node_key, NEVER)

    def behind(self, node_key: str) -> float:
        """From having completed this step."""
        return min((self.of(each) + 1 for each in self._next[node_key]), default=NEVER)

    def aside(self, element: str) -> float:
        """From having left by this event."""
        node = self._nodes.get(element)
        is_beside = node is not None and node.kind == "boundaryEvent"
        return self.of(element) + (_ASIDE if is_beside else 0)


def _edges(chart: Chart) -> Iterator[_Edge]:
    nodes = chart.nodes
    inner: dict[str, list[Node]] = defaultdict(list)
    for node in nodes.values():
        inner[node.scope].append(node)
    for flow in chart.flows.values():
        holds = flow.source in nodes and _held(nodes[flow.source], inner)
        yield (flow.source + _EXIT if holds else flow.source), flow.target, 1.0
    for node in nodes.values():
        if node.kind == "boundaryEvent":
            yield node.attached_to, node.id, _ASIDE
        yield from _inside(node, inner, nodes)


def _held(node: Node, inner: Mapping[str, list[Node]]) -> list[Node]:
    """What an activity holds: the nodes of the subprocess, or of the process it calls."""
    return inner.get(node.called or node.id, []) if node.kind != "startEvent" else []


def _inside(
    node: Node, inner: Mapping[str, list[Node]], nodes: Mapping[str, Node]
) -> Iterator[_Edge]:
    for each in _held(node, inner):
        if each.kind == "startEvent":
            yield node.id, each.id, 1.0
        if each.kind != "endEvent":
            continue
        raised = each.event.kind if each.event else ""
        if raised not in _RAISED:
            yield each.id, node.id + _EXIT, 1.0
            continue
        for caught in nodes.values():
            if caught.attached_to == node.id and caught.event and caught.event.kind == raised:
                yield each.id, caught.id, 1.0


def _distances(back: Mapping[str, list[tuple[str, float]]], target: str) -> dict[str, float]:
    far = {target: 0.0}
    todo = [(0.0, target)]
    while todo:
        cost, here = heappop(todo)
        if cost > far[here]:
            continue
        for source, more in back.get(here, ()):
            if cost + more < far.get(source, NEVER):
                far[source] = cost + more
                heappush(todo, (cost + more, source))
    return far
