"""A diagram as the rest of the program reads it: nodes, flows and lanes, no lxml, no engine.

``read_graph`` takes **normalised** bytes (``definitions.gate`` made them): every reference
resolves, every flow has an id, splits are gateways, ids are not reserved. One graph stands for
one file, which may hold several processes; element ids are unique in the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from lxml import etree

from server.engine.diagrams.elements import Expression, Flow, Lane, Node, Process
from server.engine.diagrams.graph_reader import Reader, executable, process_of
from server.engine.xml_gate import RONGCUO, local, parse, tag


@dataclass(frozen=True, kw_only=True)
class ProcessGraph:
    """Everything one diagram file says about its executable processes."""

    processes: tuple[Process, ...] = ()
    nodes: tuple[Node, ...] = ()
    flows: tuple[Flow, ...] = ()
    lanes: tuple[Lane, ...] = ()
    #: names of the messages the file declares
    messages: frozenset[str] = frozenset()
    #: ids of nodes and flows that have a place in the drawing
    drawn: frozenset[str] = field(default=frozenset(), repr=False)
    #: ids of nodes and flows the gate inserted
    made: frozenset[str] = field(default=frozenset(), repr=False)

    @cached_property
    def _by_id(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        return _grouped(self.flows, "source")

    @cached_property
    def _incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        return _grouped(self.flows, "target")

    def node(self, node_id: str) -> Node:
        """The node with this id. Raises KeyError when there is none."""
        return self._by_id[node_id]

    def find(self, node_id: str) -> Node | None:
        """The node with this id, or None."""
        return self._by_id.get(node_id)

    def outgoing(self, node_id: str) -> tuple[Flow, ...]:
        """Flows that leave the node, in document order."""
        return self._outgoing.get(node_id, ())

    def incoming(self, node_id: str) -> tuple[Flow, ...]:
        """Flows that reach the node, in document order."""
        return self._incoming.get(node_id, ())

    def boundary(self, node_id: str) -> tuple[Node, ...]:
        """Boundary events on this activity."""
        return tuple(node for node in self.nodes if node.attached_to == node_id)

    def within(self, scope: str) -> tuple[Node, ...]:
        """Nodes that lie directly in this process or subprocess."""
        return tuple(node for node in self.nodes if node.scope == scope)

    def starts(self, scope: str) -> tuple[Node, ...]:
        """Start events directly in this process or subprocess."""
        return tuple(node for node in self.within(scope) if node.kind == "startEvent")

    def ends(self, scope: str) -> tuple[Node, ...]:
        """End events directly in this process or subprocess."""
        return tuple(node for node in self.within(scope) if node.kind == "endEvent")

    def names_read(self) -> tuple[Expression, ...]:
        """Every FEEL expression of the file with its element, in document order."""
        found = [
            Expression(element=flow.id, use="condition", text=flow.condition)
            for flow in self.flows
            if flow.condition
        ]
        for node in self.nodes:
            found.extend(_expressions(node))
        return tuple(found)


def _grouped(flows: tuple[Flow, ...], end: str) -> dict[str, tuple[Flow, ...]]:
    groups: dict[str, tuple[Flow, ...]] = {}
    for flow in flows:
        key = getattr(flow, end)
        groups[key] = (*groups.get(key, ()), flow)
    return groups


def _expressions(node: Node) -> list[Expression]:
    texts: list[tuple[Literal["collection", "cardinality", "completion", "event", "outcome"], str]]
    texts = []
    if node.multi_instance:
        many = node.multi_instance
        texts += [
            ("collection", many.collection),
            ("cardinality", many.cardinality),
            ("completion", many.completion),
        ]
    if node.event:
        texts.append(("event", node.event.condition))
    if node.outcome.startswith("="):
        texts.append(("outcome", node.outcome[1:].strip()))
    return [Expression(element=node.id, use=use, text=text) for use, text in texts if text]


def read_graph(data: bytes) -> ProcessGraph:
    """The graph of a normalised file. Raises lxml.etree.XMLSyntaxError on anything else."""
    return graph_of(parse(data))


def graph_of(root: etree._Element) -> ProcessGraph:
    """The graph of a normalised tree: its executable processes only, others are pictures."""
    reader = Reader(root)
    processes = [element for element in root.iterchildren(tag("process")) if executable(element)]
    for element in processes:
        reader.process(element)
    return ProcessGraph(
        processes=tuple(map(process_of, processes)),
        nodes=tuple(reader.nodes),
        flows=tuple(reader.flows),
        lanes=tuple(reader.lanes),
        messages=frozenset(reader.messages.values()),
        drawn=frozenset(
            shape.get("bpmnElement", "")
            for shape in root.iter()
            if local(shape) in ("BPMNShape", "BPMNEdge") and len(shape)
        ),
        made=frozenset(
            element.get("id", "") for element in root.iter() if element.get(tag("made", RONGCUO))
        ),
    )
