"""How far each element of a procedure is from a flow nobody has taken yet, against the arrows.

Zero is the element the flow leaves. A boundary event is one behind the task it sits on; what is
called, or lies in a subprocess, is entered at its start and left at its ends.
"""

from collections import deque
from collections.abc import Iterable, Mapping

from server.engine.diagrams.elements import SUBPROCESSES, Flow, Node
from server.services.law.charts import Chart


def distances(chart: Chart, flow: Flow) -> Mapping[str, int]:
    """Element -> steps to the source of the flow; elements that do not lead there are left out."""
    before = behind(chart)
    found = {flow.source: 0}
    todo = deque([flow.source])
    while todo:
        here = todo.popleft()
        for each in before.get(here, ()):
            if each not in found:
                found[each] = found[here] + 1
                todo.append(each)
    return found


def behind(chart: Chart) -> dict[str, list[str]]:
    """Element -> what a token may come from to it."""
    before: dict[str, list[str]] = {}

    def leads(source: str, target: str) -> None:
        before.setdefault(target, []).append(source)

    for flow in chart.flows.values():
        leads(flow.source, flow.target)
    for node in chart.nodes.values():
        if node.attached_to:
            leads(node.attached_to, node.id)
        inside = _inside(node)
        if inside:
            for start in _events(chart, inside, "startEvent"):
                leads(node.id, start.id)
            for end in _events(chart, inside, "endEvent"):
                leads(end.id, node.id)
    return before


def _inside(node: Node) -> str:
    """The scope that a token enters at this element, empty where there is none."""
    return node.called or (node.id if node.kind in SUBPROCESSES else "")


def _events(chart: Chart, scope: str, kind: str) -> Iterable[Node]:
    return [each for each in chart.nodes.values() if each.scope == scope and each.kind == kind]
