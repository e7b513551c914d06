"""Reads DMN XML into ``dmn_model``; tolerant of what is missing, so that checks can name it all."""

from collections.abc import Callable, Iterator
from typing import Final, Literal

from lxml import etree

from server.domain.errors import DecisionFailed
from server.domain.texts import _
from server.engine.dmn_model import (
    Box,
    Cell,
    Conditional,
    Context,
    Filter,
    Function,
    Import,
    InputClause,
    Invocation,
    Item,
    List,
    Loop,
    Model,
    Named,
    Node,
    OutputClause,
    Relation,
    Rule,
    Table,
    Text,
    Unsupported,
)
from server.engine.dmn_xml import read, tag

Element = etree._Element

_NODES: Final[dict[str, Literal["input", "decision", "bkm", "service"]]] = {
    "inputData": "input",
    "decision": "decision",
    "businessKnowledgeModel": "bkm",
    "decisionService": "service",
}
#: children of a decision or an entry that are no expression
_BESIDES: Final = frozenset(
    "allowedAnswers allowedValues authorityRequirement decisionMaker decisionOwner description"
    " extensionElements formalParameter impactedPerformanceIndicator informationRequirement"
    " knowledgeRequirement parameter question supportedObjective usingProcess usingTask variable"
    " typeConstraint typeRef".split(" ")
)
_DEEPEST: Final = 40


def read_model(content: bytes | str, file: str = "") -> Model:
    """The model in this file.

    Raises:
        DecisionFailed: the file cannot be read as DMN, or its boxes are nested too deeply.
    """
    root = read(content)
    namespace = root.get("namespace", "").strip()
    return Model(
        file=file,
        namespace=namespace,
        name=root.get("name", ""),
        imports=tuple(_import(each) for each in _children(root, "import")),
        types=tuple(_item(each) for each in _children(root, "itemDefinition")),
        nodes=tuple(
            _node(each, _NODES[tag(each)], namespace) for each in root if tag(each) in _NODES
        ),
    )


def _children(element: Element, *names: str) -> list[Element]:
    return [child for child in element if tag(child) in names]


def _child(element: Element, name: str) -> Element | None:
    return next(iter(_children(element, name)), None)


def _text(element: Element | None, name: str = "text") -> str:
    found = None if element is None else _child(element, name)
    return "" if found is None else "".join(found.itertext()).strip()


def _attribute(element: Element | None, name: str) -> str:
    return "" if element is None else (element.get(name) or "").strip()


def _type(element: Element | None) -> str:
    """``typeRef`` is an attribute since DMN 1.2 and an element in item definitions."""
    return _attribute(element, "typeRef") or _text(element, "typeRef")


def _import(element: Element) -> Import:
    return Import(
        id=_attribute(element, "id"),
        name=_attribute(element, "name"),
        namespace=_attribute(element, "namespace"),
        language=_attribute(element, "importType"),
    )


def _item(element: Element) -> Item:
    function = _child(element, "functionItem")
    return Item(
        id=_attribute(element, "id"),
        name=_attribute(element, "name"),
        base=_text(element, "typeRef"),
        collection=_attribute(element, "isCollection") in ("true", "1"),
        allowed=_text(_child(element, "allowedValues")),
        constraint=_text(_child(element, "typeConstraint")),
        components=tuple(_item(each) for each in _children(element, "itemComponent")),
        function=function is not None,
        output=_attribute(function, "outputTypeRef"),
    )


def _node(
    element: Element, kind: Literal["input", "decision", "bkm", "service"], namespace: str
) -> Node:
    variable = _child(element, "variable")
    label = _attribute(element, "name")
    return Node(
        kind=kind,
        ns=namespace,
        id=_attribute(element, "id") or label,
        name=" ".join((_attribute(variable, "name") or label).split()),
        label=label,
        type=_type(variable),
        requires=_references(
            element, namespace, "requiredInput", "requiredDecision", "requiredKnowledge"
        ),
        body=_logic(element, kind),
        outputs=_references(element, namespace, "outputDecision"),
        inputs=_references(element, namespace, "inputDecision", "inputData"),
    )


def _logic(element: Element, kind: str) -> Box | None:
    if kind == "bkm":
        logic = _child(element, "encapsulatedLogic")
        return None if logic is None else _function(logic, 0)
    return _first_box(element, 0) if kind == "decision" else None


def _references(element: Element, namespace: str, *names: str) -> tuple[str, ...]:
    found = [each for name in names for each in element.iter() if tag(each) == name]
    keys = [_attribute(each, "href") for each in found]
    return tuple(dict.fromkeys(f"{namespace}{k}" if k.startswith("#") else k for k in keys if k))


def _expressions(element: Element) -> Iterator[Element]:
    return (child for child in element if tag(child) and tag(child) not in _BESIDES)


def _first_box(element: Element | None, depth: int) -> Box | None:
    """The expression inside ``element``, None when there is none."""
    found = None if element is None else next(_expressions(element), None)
    return None if found is None else _box(found, depth)


def _box(element: Element, depth: int) -> Box:
    if depth > _DEEPEST:
        raise DecisionFailed(_("决策逻辑嵌套过深"))
    reader = _READERS.get(tag(element))
    if reader is None:
        return Unsupported(id=_attribute(element, "id"), name=tag(element))
    return reader(element, depth + 1)


def _literal(element: Element, _depth: int) -> Text:
    language = _attribute(element, "expressionLanguage")
    return Text(
        id=_attribute(element, "id"),
        text=_text(element),
        type=_type(element),
        language="" if not language or "feel" in language.lower() else language,
    )


def _table(element: Element, _depth: int) -> Table:
    rules = enumerate(_children(element, "rule"), start=1)
    return Table(
        id=_attribute(element, "id"),
        type=_type(element),
        policy=_attribute(element, "hitPolicy").upper() or "UNIQUE",
        aggregation=_attribute(element, "aggregation").upper(),
        inputs=tuple(_input(each) for each in _children(element, "input")),
        outputs=tuple(_output(each) for each in _children(element, "output")),
        rules=tuple(_rule(each, number) for number, each in rules),
    )


def _input(element: Element) -> InputClause:
    expression = _child(element, "inputExpression")
    return InputClause(
        id=_attribute(element, "id"),
        label=_attribute(element, "label"),
        text=_text(expression),
        type=_type(expression),
        allowed=_text(_child(element, "inputValues")),
    )


def _output(element: Element) -> OutputClause:
    return OutputClause(
        id=_attribute(element, "id"),
        label=_attribute(element, "label"),
        name=_attribute(element, "name"),
        type=_type(element),
        allowed=_text(_child(element, "outputValues")),
        fallback=_text(_child(element, "defaultOutputEntry")),
    )


def _rule(element: Element, number: int) -> Rule:
    def cells(name: str) -> tuple[Cell, ...]:
        found = _children(element, name)
        return tuple(Cell(id=_attribute(each, "id"), text=_text(each)) for each in found)

    return Rule(
        id=_attribute(element, "id") or f"rule {number}",
        number=number,
        inputs=cells("inputEntry"),
        outputs=cells("outputEntry"),
    )


def _named(element: Element, variable: str, depth: int) -> Named:
    named = _child(element, variable)
    return Named(
        id=_attribute(element, "id"),
        name=_attribute(named, "name"),
        type=_type(named),
        body=_first_box(element, depth),
    )


def _context(element: Element, depth: int) -> Context:
    return Context(
        id=_attribute(element, "id"),
        type=_type(element),
        entries=tuple(
            _named(each, "variable", depth) for each in _children(element, "contextEntry")
        ),
    )


def _list(element: Element, depth: int) -> List:
    return List(
        id=_attribute(element, "id"),
        type=_type(element),
        items=tuple(_box(each, depth) for each in _expressions(element)),
    )


def _relation(element: Element, depth: int) -> Relation:
    return Relation(
        id=_attribute(element, "id"),
        type=_type(element),
        columns=tuple(_attribute(each, "name") for each in _children(element, "column")),
        rows=tuple(
            tuple(_box(cell, depth) for cell in _expressions(row))
            for row in _children(element, "row")
        ),
    )


def _invocation(element: Element, depth: int) -> Invocation:
    called = next((each for each in _expressions(element) if tag(each) != "binding"), None)
    return Invocation(
        id=_attribute(element, "id"),
        type=_type(element),
        callee=None if called is None else _box(called, depth),
        bindings=tuple(_named(each, "parameter", depth) for each in _children(element, "binding")),
    )


def _function(element: Element, depth: int) -> Function:
    kind = _attribute(element, "kind") or "FEEL"
    return Function(
        id=_attribute(element, "id"),
        type=_type(element),
        params=tuple(
            Named(id=_attribute(p, "id"), name=_attribute(p, "name"), type=_type(p))
            for p in _children(element, "formalParameter")
        ),
        body=_first_box(element, depth),
        external="" if kind.upper() in ("FEEL", "F") else kind,
    )


def _conditional(element: Element, depth: int) -> Conditional:
    return Conditional(
        id=_attribute(element, "id"),
        type=_type(element),
        test=_first_box(_child(element, "if"), depth),
        then=_first_box(_child(element, "then"), depth),
        otherwise=_first_box(_child(element, "else"), depth),
    )


def _filter(element: Element, depth: int) -> Filter:
    return Filter(
        id=_attribute(element, "id"),
        type=_type(element),
        source=_first_box(_child(element, "in"), depth),
        match=_first_box(_child(element, "match"), depth),
    )


def _loop(kind: Literal["for", "some", "every"], body: str) -> Callable[[Element, int], Loop]:
    def read_loop(element: Element, depth: int) -> Loop:
        return Loop(
            id=_attribute(element, "id"),
            type=_type(element),
            kind=kind,
            name=_attribute(element, "iteratorVariable"),
            source=_first_box(_child(element, "in"), depth),
            body=_first_box(_child(element, body), depth),
        )

    return read_loop


_READERS: Final[dict[str, Callable[[Element, int], Box]]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _loop("for", "return"),
    "some": _loop("some", "satisfies"),
    "every": _loop("every", "satisfies"),
}
