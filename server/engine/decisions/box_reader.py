"""Reads boxed expressions from DMN XML; tolerant of what is missing, so that checks can name it."""

from collections.abc import Callable, Iterator
from typing import Final, Literal

from lxml import etree

from server.domain.errors import DecisionFailed
from server.domain.texts import _
from server.engine.decisions.boxes import (
    Box,
    Cell,
    Conditional,
    Context,
    Filter,
    Function,
    InputClause,
    Invocation,
    List,
    Loop,
    Named,
    OutputClause,
    Relation,
    Rule,
    Table,
    Text,
    Unsupported,
)
from server.engine.decisions.xml import attribute, child, children, tag, text_of, type_of

Element = etree._Element

#: children of a decision or an entry that are no expression
_BESIDES: Final = frozenset(
    (
        "allowedAnswers",
        "allowedValues",
        "authorityRequirement",
        "decisionMaker",
        "decisionOwner",
        "description",
        "extensionElements",
        "formalParameter",
        "impactedPerformanceIndicator",
        "informationRequirement",
        "knowledgeRequirement",
        "parameter",
        "question",
        "supportedObjective",
        "usingProcess",
        "usingTask",
        "variable",
        "typeConstraint",
        "typeRef",
    )
)
_DEEPEST: Final = 40


def _expressions(element: Element) -> Iterator[Element]:
    return (child for child in element if tag(child) and tag(child) not in _BESIDES)


def first_box(element: Element | None, depth: int) -> Box | None:
    """The expression inside ``element``, None when there is none."""
    found = None if element is None else next(_expressions(element), None)
    return None if found is None else _box(found, depth)


def _box(element: Element, depth: int) -> Box:
    if depth > _DEEPEST:
        raise DecisionFailed(_("决策逻辑嵌套过深"))
    reader = _READERS.get(tag(element))
    if reader is None:
        return Unsupported(id=attribute(element, "id"), name=tag(element))
    return reader(element, depth + 1)


def _literal(element: Element, _depth: int) -> Text:
    language = attribute(element, "expressionLanguage")
    return Text(
        id=attribute(element, "id"),
        text=text_of(element),
        type=type_of(element),
        language="" if not language or "feel" in language.lower() else language,
    )


def _table(element: Element, _depth: int) -> Table:
    rules = enumerate(children(element, "rule"), start=1)
    return Table(
        id=attribute(element, "id"),
        type=type_of(element),
        policy=attribute(element, "hitPolicy").upper() or "UNIQUE",
        aggregation=attribute(element, "aggregation").upper(),
        inputs=tuple(_input(each) for each in children(element, "input")),
        outputs=tuple(_output(each) for each in children(element, "output")),
        rules=tuple(_rule(each, number) for number, each in rules),
    )


def _input(element: Element) -> InputClause:
    expression = child(element, "inputExpression")
    return InputClause(
        id=attribute(element, "id"),
        label=attribute(element, "label"),
        text=text_of(expression),
        type=type_of(expression),
        allowed=text_of(child(element, "inputValues")),
    )


def _output(element: Element) -> OutputClause:
    return OutputClause(
        id=attribute(element, "id"),
        label=attribute(element, "label"),
        name=attribute(element, "name"),
        type=type_of(element),
        allowed=text_of(child(element, "outputValues")),
        fallback=text_of(child(element, "defaultOutputEntry")),
    )


def _rule(element: Element, number: int) -> Rule:
    def cells(name: str) -> tuple[Cell, ...]:
        found = children(element, name)
        return tuple(Cell(id=attribute(each, "id"), text=text_of(each)) for each in found)

    return Rule(
        id=attribute(element, "id") or f"rule {number}",
        number=number,
        inputs=cells("inputEntry"),
        outputs=cells("outputEntry"),
    )


def _named(element: Element, variable: str, depth: int) -> Named:
    named = child(element, variable)
    return Named(
        id=attribute(element, "id"),
        name=attribute(named, "name"),
        type=type_of(named),
        body=first_box(element, depth),
    )


def _context(element: Element, depth: int) -> Context:
    return Context(
        id=attribute(element, "id"),
        type=type_of(element),
        entries=tuple(
            _named(each, "variable", depth) for each in children(element, "contextEntry")
        ),
    )


def _list(element: Element, depth: int) -> List:
    return List(
        id=attribute(element, "id"),
        type=type_of(element),
        items=tuple(_box(each, depth) for each in _expressions(element)),
    )


def _relation(element: Element, depth: int) -> Relation:
    return Relation(
        id=attribute(element, "id"),
        type=type_of(element),
        columns=tuple(attribute(each, "name") for each in children(element, "column")),
        rows=tuple(
            tuple(_box(cell, depth) for cell in _expressions(row))
            for row in children(element, "row")
        ),
    )


def _invocation(element: Element, depth: int) -> Invocation:
    called = next((each for each in _expressions(element) if tag(each) != "binding"), None)
    return Invocation(
        id=attribute(element, "id"),
        type=type_of(element),
        callee=None if called is None else _box(called, depth),
        bindings=tuple(_named(each, "parameter", depth) for each in children(element, "binding")),
    )


def read_function(element: Element, depth: int) -> Function:
    """A function definition, boxed or as the logic of a knowledge model."""
    kind = attribute(element, "kind") or "FEEL"
    return Function(
        id=attribute(element, "id"),
        type=type_of(element),
        params=tuple(
            Named(id=attribute(p, "id"), name=attribute(p, "name"), type=type_of(p))
            for p in children(element, "formalParameter")
        ),
        body=first_box(element, depth),
        external="" if kind.upper() in ("FEEL", "F") else kind,
    )


def _conditional(element: Element, depth: int) -> Conditional:
    return Conditional(
        id=attribute(element, "id"),
        type=type_of(element),
        test=first_box(child(element, "if"), depth),
        then=first_box(child(element, "then"), depth),
        otherwise=first_box(child(element, "else"), depth),
    )


def _filter(element: Element, depth: int) -> Filter:
    return Filter(
        id=attribute(element, "id"),
        type=type_of(element),
        source=first_box(child(element, "in"), depth),
        match=first_box(child(element, "match"), depth),
    )


def _loop(kind: Literal["for", "some", "every"], body: str) -> Callable[[Element, int], Loop]:
    def read_loop(element: Element, depth: int) -> Loop:
        return Loop(
            id=attribute(element, "id"),
            type=type_of(element),
            kind=kind,
            name=attribute(element, "iteratorVariable"),
            source=first_box(child(element, "in"), depth),
            body=first_box(child(element, body), depth),
        )

    return read_loop


_READERS: Final[dict[str, Callable[[Element, int], Box]]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": read_function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _loop("for", "return"),
    "some": _loop("some", "satisfies"),
    "every": _loop("every", "satisfies"),
}
