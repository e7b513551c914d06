"""What a diagram says about one procedure: its nodes and flows by id, read once per content.

The engine runs the diagram; services ask the chart for what it does not run: labels, forms,
deadlines and outcomes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from server.engine.diagrams.elements import Flow, Node
from server.engine.graph import read_graph
from server.engine.port import Files

_Contents = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Nodes and flows of a procedure and of the processes it calls."""

    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    #: hash of everything the procedure runs on
    content_hash: str

    def label(self, node_key: str) -> str:
        """What people call the node, its id when it has no name."""
        node = self.nodes.get(node_key)
        return node.label if node else node_key


def chart(files: Files) -> Chart:
    """The chart of the procedure that ``files`` runs."""
    diagrams = tuple(sorted(files.diagrams.items()))
    return _chart(files.process, diagrams, tuple(sorted(files.decisions.items())))


@lru_cache(maxsize=64)
def _chart(process: str, diagrams: _Contents, decisions: _Contents) -> Chart:
    graphs = [read_graph(content) for _name, content in diagrams]
    by_process = {process.id: graph for graph in graphs for process in graph.processes}
    nodes: dict[str, Node] = {}
    flows: dict[str, Flow] = {}
    todo, seen = [process], set[str]()
    while todo:
        called = todo.pop()
        graph = by_process.get(called)
        if graph is None or called in seen:
            continue
        seen.add(called)
        own = {node.id: node for node in graph.nodes if node.process == called}
        todo += [node.called for node in own.values() if node.called]
        nodes = own | nodes
        flows = {flow.id: flow for flow in graph.flows if flow.source in own} | flows
    hashing = sha256(process.encode())
    for name, content in (*diagrams, *decisions):
        hashing.update(name.encode() + b"\0" + sha256(content).digest())
    return Chart(nodes=nodes, flows=flows, content_hash=hashing.hexdigest())
