"""Which variables surely have a value when a token comes to a node of a procedure's own diagram."""

from collections.abc import Mapping

from server.checker.candidate import Candidate
from server.domain.packs import Procedure
from server.engine.diagrams.elements import Node
from server.engine.graph import ProcessGraph


def surely_set(candidate: Candidate, procedure: Procedure) -> Mapping[str, frozenset[str]]:
    """Node id -> names that are set on every way to it; subprocesses are passed as one step."""
    graph = candidate.home[procedure.key][1]
    nodes = {node.id: node for node in graph.within(procedure.key)}
    writes = {node.id: _writes(candidate, procedure, node) for node in nodes.values()}
    everything = frozenset().union(*writes.values())
    before = dict.fromkeys(nodes, everything)
    for node in nodes.values():
        if node.kind == "startEvent":
            before[node.id] = frozenset()
    changed = True
    while changed:
        changed = False
        for node in nodes.values():
            if node.kind == "startEvent":
                continue
            found = _arriving(graph, node, before, writes, everything)
            if found != before[node.id]:
                before[node.id], changed = found, True
    return before


def _arriving(
    graph: ProcessGraph,
    node: Node,
    before: Mapping[str, frozenset[str]],
    writes: Mapping[str, frozenset[str]],
    everything: frozenset[str],
) -> frozenset[str]:
    """What is set when the node is entered: on each way, or on all together behind a join."""
    if node.attached_to:
        return before.get(node.attached_to, frozenset())
    ways = [
        before[flow.source] | writes[flow.source]
        for flow in graph.incoming(node.id)
        if flow.source in before
    ]
    if not ways:
        return everything
    joined = node.kind == "parallelGateway"
    return frozenset.union(*ways) if joined else frozenset.intersection(*ways)


def _writes(candidate: Candidate, procedure: Procedure, node: Node) -> frozenset[str]:
    found = {node.result} if node.result else set()
    if node.kind == "startEvent":
        found |= set(procedure.defaults)
    if node.id in candidate.pack.together:
        rule = candidate.pack.together[node.id]
        found |= set(rule.results.types())
        if not rule.has_main:
            return frozenset(found)
    many = node.multi_instance
    if many is not None:
        return frozenset({*found, many.output_collection} - {""})
    for form in candidate.form_at(node.id):
        found |= {sheet.key for sheet in form.fields.values() if sheet.filled}
    return frozenset(found)
