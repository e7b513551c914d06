"""Where each step of a procedure lies, and what comes after it: read once per content."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from server.domain import movement
from server.domain.movement import After, Spot
from server.services.law.charts import Chart


@dataclass(frozen=True, kw_only=True, slots=True)
class Spots:
    """The order of the steps of one procedure and of the processes it calls."""

    #: user task -> every place it lies at: more than one where its process is called from several
    of: Mapping[str, tuple[Spot, ...]]
    after: After
    #: call or subprocess -> the nodes within
    inside: Mapping[str, tuple[str, ...]]
    #: nodes that are done once for each of several items
    many: frozenset[str]

    def only(self, node: str) -> Spot | None:
        """Where this user task lies, None where that is not one place."""
        found = self.of.get(node, ())
        return found[0] if len(found) == 1 else None

    def undone(self, node: str) -> frozenset[str]:
        """What is to be passed again once a case stands at this user task."""
        spot = self.only(node)
        return frozenset() if spot is None else movement.undone(spot, self.after, self.inside)


def spots(chart: Chart, process: str) -> Spots:
    """The order of the steps of the procedure that ``process`` is the diagram of."""
    return _spots(_Keyed(chart), process)


class _Keyed:
    """A chart, known by its content."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart

    def __hash__(self) -> int:
        return hash(self.chart.content_hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self.chart.content_hash == other.chart.content_hash


@lru_cache(maxsize=64)
def _spots(keyed: _Keyed, process: str) -> Spots:
    nodes = keyed.chart.nodes
    within: dict[str, list[str]] = defaultdict(list)
    for node in nodes.values():
        within[node.scope].append(node.id)
    inside = {node.id: tuple(within.get(node.called or node.id, ())) for node in nodes.values()}
    edges: dict[str, list[str]] = {key: [] for key in nodes}
    for flow in keyed.chart.flows.values():
        edges[flow.source].append(flow.target)
    for node in nodes.values():
        if node.attached_to:
            edges[node.attached_to].append(node.id)
    starts = [key for key, node in nodes.items() if node.kind == "startEvent"]
    found: dict[str, list[Spot]] = defaultdict(list)
    todo: list[tuple[str, ...]] = [(key,) for key in within[process]]
    while todo:
        path = todo.pop()
        if nodes[path[-1]].kind == "userTask":
            found[path[-1]].append(Spot(nodes=path))
        todo += [(*path, key) for key in inside[path[-1]] if key not in path]
    return Spots(
        of={key: tuple(each) for key, each in found.items()},
        after=movement.come_after(edges, starts),
        inside={key: each for key, each in inside.items() if each},
        many=frozenset(key for key, node in nodes.items() if node.multi_instance),
    )
