"""Every FEEL text of a DMN file: does it parse, does it name only what it may (UP-10, EX-9).

A name may be what the node requires, what the boxes around it bind, and nothing else: an unknown
name is only a null at run time, so it must be found here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.domain.findings import Finding, Severity
from server.domain.texts import _
from server.engine.decisions.boxes import (
    Box,
    Context,
    Filter,
    Function,
    Invocation,
    Loop,
    Named,
    Table,
    Text,
    Unsupported,
    parts,
)
from server.engine.decisions.graph import Graph
from server.engine.decisions.model import Item, Model, Node
from server.engine.feel import Feel

_BASIC: Final = frozenset(
    (
        "Any",
        "boolean",
        "context",
        "date",
        "date and time",
        "dateTime",
        "dayTimeDuration",
        "days and time duration",
        "function",
        "list",
        "number",
        "string",
        "time",
        "yearMonthDuration",
        "years and months duration",
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """One text, where it stands, and what it may name."""

    element: str
    field: str
    text: str
    unary: bool = False
    names: frozenset[str] = frozenset()


def check_texts(graph: Graph, model: Model, feel: Feel) -> Iterator[Finding]:
    """Problems of every text of this file, by element."""
    asked: list[_Asked] = []
    for node in model.nodes:
        yield from _types(graph, model, node)
        reader = _Reader(model.file, node)
        reader.read(node.body, _scope(graph, model, node))
        yield from reader.findings
        asked += reader.asked
    for item in model.types:
        yield from _item_types(graph, model, item)
        asked += _item_texts(item)
    answers = feel.parse_all([(each.text, each.unary) for each in asked])
    for each, parsed in zip(asked, answers, strict=True):
        for error in parsed.errors:
            yield Finding(
                code="DMN_SYNTAX",
                file=model.file,
                element=each.element,
                field=each.field,
                message=_("“{text}”无法读懂：{error}").format(text=each.text[:60], error=error),
                fix=_("请按FEEL语法改写"),
            )
        for name in sorted(parsed.names - each.names):
            yield Finding(
                code="DMN_UNKNOWN_NAME",
                file=model.file,
                element=each.element,
                field=each.field,
                message=_("“{text}”用到的“{name}”无从得知").format(text=each.text[:60], name=name),
                fix=_("请把提供它的输入或决策连到这里，或改正名称；文字要加引号"),
            )


class _Reader:
    """Walks the boxes of a node and notes each text with the names in force there."""

    def __init__(self, file: str, node: Node) -> None:
        self.file = file
        self.node = node
        self.asked: list[_Asked] = []
        self.findings: list[Finding] = []

    def read(self, box: Box | None, names: frozenset[str]) -> None:
        match box:
            case Text():
                self._text(box, names)
            case Table():
                self._table(box, names)
            case Context():
                self._context(box, names)
            case Function():
                self._function(box, names)
            case Filter():
                self.read(box.source, names)
                self.read(box.match, names | {"item"})
            case Loop():
                self.read(box.source, names)
                self.read(box.body, names | {box.name, "partial"})
            case Unsupported():
                self._refuse(box.id, _("“{name}”不是可以计算的内容").format(name=box.name))
            case _:
                self._each(box, names)

    def _each(self, box: Box | None, names: frozenset[str]) -> None:
        for part in parts(box) if box else ():
            self.read(part, names)

    def _note(self, element: str, field: str, text: str, names: frozenset[str]) -> None:
        if text.strip() not in ("", "-"):
            self.asked.append(
                _Asked(element=element or self.node.id, field=field, text=text, names=names)
            )

    def _unary(self, element: str, field: str, text: str, names: frozenset[str]) -> None:
        if text.strip() not in ("", "-"):
            self.asked.append(
                _Asked(
                    element=element or self.node.id,
                    field=field,
                    text=text,
                    unary=True,
                    names=names,
                )
            )

    def _text(self, box: Text, names: frozenset[str]) -> None:
        if box.language:
            self._refuse(box.id, _("表达式语言“{name}”不受支持").format(name=box.language))
        self._note(box.id, "text", box.text, names)

    def _table(self, table: Table, names: frozenset[str]) -> None:
        for column in table.inputs:
            self._note(column.id, "inputExpression", column.text, names)
            self._unary(column.id, "inputValues", column.allowed, names)
        for result in table.outputs:
            self._unary(result.id, "outputValues", result.allowed, names)
            self._note(result.id, "defaultOutputEntry", result.fallback, names)
        for rule in table.rules:
            place = _("第{number}行").format(number=rule.number)
            for cell in rule.inputs:
                self._unary(cell.id or rule.id, place, cell.text, names)
            for cell in rule.outputs:
                self._note(cell.id or rule.id, place, cell.text, names)

    def _context(self, box: Context, names: frozenset[str]) -> None:
        for entry in box.entries:
            self.read(entry.body, names)
            names |= {entry.name} if entry.name else set()

    def _function(self, box: Function, names: frozenset[str]) -> None:
        if box.external:
            self._refuse(box.id, _("{name}函数不会被执行").format(name=box.external))
            return
        self.read(box.body, names | {param.name for param in box.params})

    def _refuse(self, element: str, message: str) -> None:
        self.findings.append(
            Finding(
                code="DMN_UNSUPPORTED",
                file=self.file,
                element=element or self.node.id,
                message=message,
                fix=_("请改用FEEL表达式或决策表"),
            )
        )


def _scope(graph: Graph, model: Model, node: Node) -> frozenset[str]:
    aliases = {each.namespace: each.name for each in model.imports}
    found = set[str]()
    for key in node.requires:
        namespace = key.rpartition("#")[0]
        other = graph.nodes.get(key)
        if namespace != node.ns and aliases.get(namespace):
            found.add(aliases[namespace])
        elif other is not None:
            found.add(other.name)
    return frozenset(found)


def _types(graph: Graph, model: Model, node: Node) -> Iterator[Finding]:
    yield from _type(graph, model, node.id, node.type)
    pending: list[Box | None] = [node.body]
    while pending:
        box = pending.pop()
        if box is None:
            continue
        pending += parts(box)
        named = _typed_parts(box)
        for element, ref in ((box.id, "" if isinstance(box, Unsupported) else box.type), *named):
            yield from _type(graph, model, element or node.id, ref)


def _typed_parts(box: Box) -> list[tuple[str, str]]:
    if isinstance(box, Table):
        columns = [(each.id, each.type) for each in box.inputs]
        return columns + [(each.id, each.type) for each in box.outputs]
    named: tuple[Named, ...] = ()
    if isinstance(box, Context):
        named = box.entries
    elif isinstance(box, Invocation):
        named = box.bindings
    elif isinstance(box, Function):
        named = box.params
    return [(each.id, each.type) for each in named]


def _type(graph: Graph, model: Model, element: str, ref: str) -> Iterator[Finding]:
    if not ref or ref.rpartition(":")[2] in _BASIC or graph.item(model.namespace, ref):
        return
    yield Finding(
        code="DMN_UNKNOWN_TYPE",
        file=model.file,
        element=element,
        field="typeRef",
        message=_("类型“{name}”没有定义").format(name=ref),
        fix=_("请改用FEEL的基本类型，或补上该类型的定义"),
    )


def _item_types(graph: Graph, model: Model, item: Item) -> Iterator[Finding]:
    yield from _type(graph, model, item.id or item.name, item.base)
    for part in item.components:
        yield from _item_types(graph, model, part)
    if item.name in _BASIC:
        yield Finding(
            code="DMN_TYPE_NAME",
            severity=Severity.ERROR,
            file=model.file,
            element=item.id or item.name,
            message=_("类型“{name}”与FEEL的基本类型同名").format(name=item.name),
            fix=_("请为该类型另取名称"),
        )


def _item_texts(item: Item) -> Iterator[_Asked]:
    for field, text in (("allowedValues", item.allowed), ("typeConstraint", item.constraint)):
        if text:
            yield _Asked(element=item.id or item.name, field=field, text=text, unary=True)
    for part in item.components:
        yield from _item_texts(part)
