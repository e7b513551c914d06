"""What the gate, the rules on the graph and the engine's parse say to bare diagrams, no pack."""

from collections.abc import Mapping

from server.checker import rules_calls, rules_gateways, rules_structure, rules_tokens
from server.domain.findings import Finding, has_errors
from server.domain.notes import Notes
from server.engine import parse_check
from server.engine.definitions import Gated, gate


def gated(diagrams: Mapping[str, bytes], *, all_processes: bool = False) -> dict[str, Gated]:
    return {name: gate(name, data, all_processes=all_processes) for name, data in diagrams.items()}


def diagnose(diagrams: Mapping[str, bytes], *, all_processes: bool = False) -> list[Finding]:
    """Every finding that needs no pack, of these files together."""
    passed = gated(diagrams, all_processes=all_processes)
    graphs = {name: each.graph for name, each in passed.items() if each.graph is not None}
    notes = {name: Notes(name) for name in diagrams}
    rules_calls.check(graphs, notes)
    for name, graph in graphs.items():
        rules_structure.check(graph, notes[name])
        rules_gateways.check(graph, notes[name])
        if not has_errors(notes[name].found):
            rules_tokens.check(graph, (), notes[name])
    found = [finding for each in passed.values() for finding in each.findings]
    found += [finding for each in notes.values() for finding in each.found]
    if not has_errors(found):
        normalised = {name: each.normalised for name, each in passed.items() if each.normalised}
        found += parse_check.check(normalised)
    return found
