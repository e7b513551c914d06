"""A pack that wants to be published, read as far as it can be read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from server.adapters.packs import PackFiles
from server.checker.form_sheets import FieldSheet, FormSheet
from server.domain.expressions import Evaluate
from server.domain.packs import PolicyPack, Procedure
from server.engine.diagrams.elements import Node
from server.engine.dmn import Decisions
from server.engine.graph import ProcessGraph
from server.engine.remembered import Memory


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Everything the domain rules look at; what could not be read is left out, and noted."""

    files: PackFiles
    pack: PolicyPack
    #: path -> graph of every diagram that could be read
    graphs: Mapping[str, ProcessGraph]
    #: form name -> sheet
    forms: Mapping[str, FormSheet]
    decisions: Decisions
    evaluate: Evaluate
    #: keys of the working calendars there are
    calendars: frozenset[str]
    #: what an earlier check of the pack found out about files that are the same
    memory: Memory = field(default_factory=Memory)

    @cached_property
    def home(self) -> Mapping[str, tuple[str, ProcessGraph]]:
        """Process id -> path and graph of its diagram."""
        return {
            process.id: (path, graph)
            for path, graph in self.graphs.items()
            for process in graph.processes
        }

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """Node id -> node, over all diagrams."""
        return {node.id: node for graph in self.graphs.values() for node in graph.nodes}

    def processes_of(self, procedure: Procedure) -> list[str]:
        """The process of the procedure and every process it calls, directly or not."""
        found, todo = [], [procedure.key]
        while todo:
            process = todo.pop()
            if process in self.home and process not in found:
                found.append(process)
                graph = self.home[process][1]
                todo += [node.called for node in graph.nodes if node.process == process]
        return found

    def nodes_of(self, procedure: Procedure) -> Iterator[Node]:
        """Every node a case of the procedure can stand on."""
        for process in self.processes_of(procedure):
            graph = self.home[process][1]
            yield from (node for node in graph.nodes if node.process == process)

    def forms_of(self, procedure: Procedure) -> list[FormSheet]:
        """The start form and the forms of its user tasks, as far as they exist."""
        names = [procedure.start_form, *(node.form for node in self.nodes_of(procedure))]
        return [self.forms[name] for name in dict.fromkeys(names) if name in self.forms]

    def form_at(self, node_id: str) -> list[FormSheet]:
        """Forms filled in at a node: of a user task, or the start form at a start event."""
        node = self.nodes.get(node_id)
        if node is None:
            return []
        names = [node.form]
        if node.kind == "startEvent" and node.process in self.pack.procedures:
            names.append(self.pack.procedures[node.process].start_form)
        return [self.forms[name] for name in names if name in self.forms]

    def fields_of(self, procedure: Procedure) -> dict[str, list[FieldSheet]]:
        """Field key -> its sheets in the forms of the procedure."""
        found: dict[str, list[FieldSheet]] = {}
        for form in self.forms_of(procedure):
            for sheet in form.fields.values():
                found.setdefault(sheet.key, []).append(sheet)
        return found

    def columns_of(self, procedure: Procedure) -> set[str]:
        """Fields of the rows of dynamic lists: a filter over such a list may name them."""
        return {
            inner.key
            for form in self.forms_of(procedure)
            for sheet in form.fields.values()
            for inner in sheet.inner
        }

    def names_of(self, procedure: Procedure) -> frozenset[str]:
        """Every name an expression of the procedure may read, those of single nodes left out."""
        return frozenset(
            {
                "settings",
                *self.fields_of(procedure),
                *self.columns_of(procedure),
                *procedure.variables,
                *procedure.defaults,
                *_produced(self.nodes_of(procedure)),
                *self._signed(procedure),
                *(
                    name
                    for process in self.processes_of(procedure)
                    for each in self.home[process][1].processes
                    for name in each.data_objects
                ),
            }
        )

    def _signed(self, procedure: Procedure) -> Iterator[str]:
        """What those come to who sign together."""
        for node in self.nodes_of(procedure):
            if node.id in self.pack.together:
                yield from self.pack.together[node.id].results.types()


def _produced(nodes: Iterator[Node]) -> Iterator[str]:
    for node in nodes:
        if node.result:
            yield node.result
        if node.multi_instance and node.multi_instance.output_collection:
            yield node.multi_instance.output_collection
