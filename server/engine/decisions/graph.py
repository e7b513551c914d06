"""The requirements graph over all DMN files of a pack: who needs whom, and what is sent.

A decision reaches other files only by an import of their namespace; nothing is ever fetched.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Final

from server.domain.errors import DecisionFailed
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.decisions.boxes import Table, Text, boxes
from server.engine.decisions.model import Item, Model, Node
from server.engine.feel_text import too_costly

#: decisions in a chain, from the one that is asked down to its input data (BU-3)
MOST_DEEP: Final = 10
MOST_RULES: Final = 2_000
MOST_COLUMNS: Final = 50


class GraphBroken(DecisionFailed):
    """A requirement leads nowhere (``missing``), in a circle (``cycle``) or too ``deep``."""

    def __init__(self, kind: str, message: str, node: Node) -> None:
        text = message.format(name=node.label, most=MOST_DEEP)
        super().__init__(text, element=node.id, detail=node.key)
        self.kind = kind


@dataclass(frozen=True)
class Graph:
    """Models that may name each other; the first one is searched first."""

    models: tuple[Model, ...]

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """Every node by its key; the first of two with the same key counts."""
        found: dict[str, Node] = {}
        for model in self.models:
            for node in model.nodes:
                found.setdefault(node.key, node)
        return found

    @cached_property
    def by_namespace(self) -> Mapping[str, Model]:
        """Every model by its namespace."""
        found: dict[str, Model] = {}
        for model in self.models:
            found.setdefault(model.namespace, model)
        return found

    def find(self, decision: str) -> Node:
        """The decision, knowledge model or service with this id or name.

        Raises:
            DecisionFailed: there is none, or two files have one.
        """
        first = self.models[0].namespace if self.models else ""
        for matches in (_by_id, _by_name, _by_label):
            found = [node for node in self.nodes.values() if matches(node, decision)]
            own = [node for node in found if node.ns == first]
            found = own or found
            if len({node.key for node in found}) > 1:
                raise DecisionFailed(
                    _("有几个决策都叫“{name}”，请用编号指明").format(name=decision)
                )
            if found:
                return found[0]
        raise DecisionFailed(_("没有名为“{name}”的决策").format(name=decision))

    def has(self, decision: str) -> bool:
        """True when ``find`` would find exactly one."""
        try:
            self.find(decision)
        except DecisionFailed:
            return False
        return True

    def reached(self, node: Node) -> list[Node]:
        """Everything this node may read, itself included.

        Raises:
            GraphBroken: a requirement leads nowhere, in a circle, or too deep.
        """
        heights: dict[str, int] = {}
        if self._height(node, heights, ()) > MOST_DEEP:
            raise GraphBroken("deep", _("“{name}”之前的依赖超过{most}层"), node)
        return [self.nodes[key] for key in heights]

    def needs(self, node: Node) -> tuple[str, ...]:
        """Keys of what a node requires directly, whatever the kind of requirement."""
        return tuple(dict.fromkeys((*node.requires, *node.outputs, *node.inputs)))

    def _height(self, node: Node, heights: dict[str, int], path: tuple[Node, ...]) -> int:
        """How many requirements lie below the node, counted once per node."""
        if node in path:
            raise GraphBroken("cycle", _("决策“{name}”依赖于它自己"), node)
        if len(path) > MOST_DEEP:
            raise GraphBroken("deep", _("“{name}”之前的依赖超过{most}层"), path[0])
        if node.key not in heights:
            below = [self._needed(node, key) for key in self.needs(node)]
            inner = [self._height(each, heights, (*path, node)) for each in below]
            heights[node.key] = 1 + max(inner, default=-1)
        return heights[node.key]

    def _needed(self, node: Node, key: str) -> Node:
        if key not in self.nodes:
            raise GraphBroken("missing", _("决策“{name}”需要的内容不在本包的文件中"), node)
        return self.nodes[key]

    def reached_models(self, nodes: Sequence[Node]) -> list[Model]:
        """The models of these nodes and all that they import for their types."""
        wanted = list(dict.fromkeys(node.ns for node in nodes))
        for namespace in wanted:
            model = self.by_namespace[namespace]
            wanted += [
                each.namespace
                for each in model.imports
                if each.namespace in self.by_namespace and each.namespace not in wanted
            ]
        return [self.by_namespace[namespace] for namespace in wanted]

    def item(self, namespace: str, name: str) -> tuple[str, Item] | None:
        """The item definition that a ``typeRef`` names, with the namespace it is in."""
        model = self.by_namespace.get(namespace)
        if model is None or not name:
            return None
        for item in model.types:
            if item.name == name:
                return namespace, item
        for each in model.imports:
            prefix = f"{each.name}." if each.name else ""
            other = self.by_namespace.get(each.namespace)
            if other is not None and name.startswith(prefix):
                rest = name.removeprefix(prefix)
                found = next((item for item in other.types if item.name == rest), None)
                if found is not None:
                    return each.namespace, found
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One decision with all that it needs, as the isolate reads it; the hash names it there."""

    node: Node
    nodes: tuple[Node, ...]
    hash: str
    request: Mapping[str, Json]

    def reads(self, name: str) -> bool:
        """May the value given under this name matter; asked so that a case's data stays home."""
        if self.node.kind != "decision":
            return True
        inputs = (node for node in self.nodes if node.kind == "input")
        named = any(name in (node.name, node.label, node.id) for node in inputs)
        return named or name in self.request["aliases"].values()


def compile_decision(graph: Graph, node: Node) -> Program:
    """Everything the isolate needs for this decision, checked against the limits.

    Raises:
        DecisionFailed: the graph is broken or a limit is passed (BU-3).
    """
    nodes = graph.reached(node)
    for each in nodes:
        _limited(each)
    models = graph.reached_models(nodes)
    request: dict[str, Json] = {
        "nodes": {each.key: asdict(each) for each in nodes},
        "models": {
            model.namespace: {
                "imports": [asdict(each) for each in model.imports],
                "types": [asdict(each) for each in model.types],
            }
            for model in models
        },
        "aliases": {each.namespace: each.name for model in models for each in model.imports},
    }
    text = json.dumps(request, sort_keys=True)
    return Program(
        node=node,
        nodes=tuple(nodes),
        hash=hashlib.sha256(text.encode()).hexdigest(),
        request=request,
    )


def texts(node: Node) -> Iterator[tuple[str, str]]:
    """Every FEEL text of a node with the id of its element, whatever its place."""
    for box in boxes(node.body):
        if isinstance(box, Text):
            yield box.id, box.text
        elif isinstance(box, Table):
            yield from _table_texts(box)


def _table_texts(table: Table) -> Iterator[tuple[str, str]]:
    for column in table.inputs:
        yield column.id, column.text
    for result in table.outputs:
        yield result.id, result.fallback
    for rule in table.rules:
        for cell in (*rule.inputs, *rule.outputs):
            yield cell.id, cell.text


def _limited(node: Node) -> None:
    for element, text in texts(node):
        refusal = too_costly(text)
        if refusal:
            raise DecisionFailed(refusal, element=element or node.id)
    for box in boxes(node.body):
        if isinstance(box, Table) and too_large(box):
            raise DecisionFailed(too_large(box), element=box.id or node.id)


def too_large(table: Table) -> str:
    """Why this table passes the limits, in words; empty when it does not."""
    if len(table.rules) > MOST_RULES:
        return _("决策表超过{most}行").format(most=MOST_RULES)
    if len(table.inputs) + len(table.outputs) > MOST_COLUMNS:
        return _("决策表超过{most}列").format(most=MOST_COLUMNS)
    return ""


def _by_id(node: Node, wanted: str) -> bool:
    return node.kind != "input" and node.id == wanted


def _by_name(node: Node, wanted: str) -> bool:
    return node.kind != "input" and node.name == wanted


def _by_label(node: Node, wanted: str) -> bool:
    return node.kind != "input" and node.label == wanted
