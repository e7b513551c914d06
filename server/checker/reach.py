"""Walks over a process graph that several rules share: successors, reach, ways between nodes."""

from collections.abc import Callable, Iterable, Mapping

from server.engine.diagrams.elements import SUBPROCESSES, WAITS, Flow, Node
from server.engine.graph import ProcessGraph


def successors(graph: ProcessGraph, node: Node) -> list[Node]:
    """Nodes reached from ``node`` in one step: along flows, and over its boundary events."""
    ahead = [graph.find(flow.target) for flow in graph.outgoing(node.id)]
    return [*(found for found in ahead if found is not None), *graph.boundary(node.id)]


def predecessors(graph: ProcessGraph, node: Node) -> list[Node]:
    """Nodes from which ``node`` is reached in one step."""
    behind = [graph.find(flow.source) for flow in graph.incoming(node.id)]
    attached = graph.find(node.attached_to)
    return [*(found for found in behind if found is not None), *([attached] if attached else [])]


def reached(
    starts: Iterable[Node], step: Callable[[Node], Iterable[Node]]
) -> Mapping[str, Node | None]:
    """Id of every node reached from ``starts``, with the node it was reached from first."""
    found: dict[str, Node | None] = {}
    todo: list[tuple[Node, Node | None]] = [(start, None) for start in starts]
    for node, behind in todo:
        if node.id not in found:
            found[node.id] = behind
            todo += [(ahead, node) for ahead in step(node)]
    return found


def forward(graph: ProcessGraph, starts: Iterable[Node]) -> Mapping[str, Node | None]:
    """Everything a token from ``starts`` can come to within their scope."""
    return reached(starts, lambda node: successors(graph, node))


def backward(graph: ProcessGraph, ends: Iterable[Node]) -> Mapping[str, Node | None]:
    """Everything from which one of ``ends`` can be come to within their scope."""
    return reached(ends, lambda node: predecessors(graph, node))


def waits(graph: ProcessGraph, node: Node, calls: Mapping[str, bool]) -> bool:
    """Does a case rest at this node until something happens outside the engine.

    ``calls`` says of every process that may be called whether something in it waits.
    """
    if node.kind in WAITS:
        return True
    if node.kind == "callActivity":
        return calls.get(node.called, True)
    if node.kind in SUBPROCESSES:
        return any(waits(graph, inner, calls) for inner in graph.within(node.id))
    return False


def scopes(graph: ProcessGraph) -> list[tuple[str, str, str]]:
    """(id, name, process id) of every process and subprocess of the file."""
    found = [(process.id, process.name or process.id, process.id) for process in graph.processes]
    found += [
        (node.id, node.label, node.process) for node in graph.nodes if node.kind in SUBPROCESSES
    ]
    return found


def flow_label(graph: ProcessGraph, flow: Flow) -> str:
    """What people call a flow: its name, else where it leads from and to."""
    if flow.name.strip():
        return " ".join(flow.name.split())
    ends = [graph.find(flow.source), graph.find(flow.target)]
    return "→".join(end.label if end else "?" for end in ends)
