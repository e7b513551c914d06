"""Which values an input column can have, where the model lists them one by one.

Looked for at the column itself, then at its type, then at what the expression names: the input
data's type, or the answers of the decision before it.
"""

from collections.abc import Iterator

from server.domain.errors import ExpressionFailed
from server.domain.expressions import Json
from server.engine.decisions.boxes import InputClause, Table
from server.engine.decisions.graph import Graph
from server.engine.decisions.model import Item, Node
from server.engine.feel import Feel


def values_of(graph: Graph, node: Node, column: InputClause, feel: Feel) -> list[Json] | None:
    """The possible values of this column, None when they are not listed."""
    for text in _lists(graph, node, column):
        try:
            found = feel.values([f"[{text}]"], {})[0]
        except ExpressionFailed:
            continue
        plain = isinstance(found.value, list) and not found.warnings
        if plain and all(isinstance(each, str | int | float | None) for each in found.value):
            return list(dict.fromkeys(found.value))
    return None


def _lists(graph: Graph, node: Node, column: InputClause) -> Iterator[str]:
    if column.allowed:
        yield column.allowed
    yield from _type_lists(graph, node.ns, column.type)
    named, *path = column.text.split(".")
    for key in node.requires:
        other = graph.nodes.get(key)
        if other is None or other.name != named:
            continue
        found = _component(graph, other, path)
        if found is not None:
            yield from _item_lists(graph, *found)
        elif not path:
            yield from _type_lists(graph, other.ns, other.type)
            yield from _answers(other)


def _type_lists(graph: Graph, namespace: str, ref: str) -> Iterator[str]:
    found = graph.item(namespace, ref)
    if found is not None:
        yield from _item_lists(graph, *found)
    elif ref.rpartition(":")[2] == "boolean":
        yield "true, false"


def _item_lists(graph: Graph, namespace: str, item: Item, depth: int = 0) -> Iterator[str]:
    if item.collection or item.components or depth > 10:
        return
    if item.allowed:
        yield item.allowed
        return
    base = graph.item(namespace, item.base)
    if base is not None:
        yield from _item_lists(graph, *base, depth=depth + 1)
    elif item.base.rpartition(":")[2] == "boolean":
        yield "true, false"


def _component(graph: Graph, node: Node, path: list[str]) -> tuple[str, Item] | None:
    found = graph.item(node.ns, node.type)
    for step in path:
        if found is None:
            return None
        namespace, item = found
        part = next((each for each in item.components if each.name == step), None)
        if part is None:
            return None
        found = (namespace, part)
    return found


def _answers(node: Node) -> Iterator[str]:
    """What the table of the decision before can say, when it says it in words."""
    table = node.body
    if not isinstance(table, Table) or len(table.outputs) != 1:
        return
    result = table.outputs[0]
    if result.allowed:
        yield result.allowed
    elif table.policy in ("UNIQUE", "ANY", "FIRST"):
        texts = [rule.outputs[0].text for rule in table.rules if rule.outputs]
        yield ", ".join(dict.fromkeys((*texts, *([result.fallback] if result.fallback else ()))))
