"""Reads DMN XML into ``dmn_model``; tolerant of what is missing, so that checks can name it all."""

from typing import Final, Literal

from lxml import etree

from server.engine.decisions.box_reader import first_box, read_function
from server.engine.decisions.boxes import Box
from server.engine.decisions.model import Import, Item, Model, Node
from server.engine.decisions.xml import attribute, child, children, read, tag, text_of, type_of

Element = etree._Element

_NODES: Final[dict[str, Literal["input", "decision", "bkm", "service"]]] = {
    "inputData": "input",
    "decision": "decision",
    "businessKnowledgeModel": "bkm",
    "decisionService": "service",
}


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
        imports=tuple(_import(each) for each in children(root, "import")),
        types=tuple(_item(each) for each in children(root, "itemDefinition")),
        nodes=tuple(
            _node(each, _NODES[tag(each)], namespace) for each in root if tag(each) in _NODES
        ),
    )


def _import(element: Element) -> Import:
    return Import(
        id=attribute(element, "id"),
        name=attribute(element, "name"),
        namespace=attribute(element, "namespace"),
        language=attribute(element, "importType"),
    )


def _item(element: Element) -> Item:
    function = child(element, "functionItem")
    return Item(
        id=attribute(element, "id"),
        name=attribute(element, "name"),
        base=text_of(element, "typeRef"),
        collection=attribute(element, "isCollection") in ("true", "1"),
        allowed=text_of(child(element, "allowedValues")),
        constraint=text_of(child(element, "typeConstraint")),
        components=tuple(_item(each) for each in children(element, "itemComponent")),
        function=function is not None,
        output=attribute(function, "outputTypeRef"),
    )


def _node(
    element: Element, kind: Literal["input", "decision", "bkm", "service"], namespace: str
) -> Node:
    variable = child(element, "variable")
    label = attribute(element, "name")
    return Node(
        kind=kind,
        ns=namespace,
        id=attribute(element, "id") or label,
        name=" ".join((attribute(variable, "name") or label).split()),
        label=label,
        type=type_of(variable),
        requires=_references(
            element, namespace, "requiredInput", "requiredDecision", "requiredKnowledge"
        ),
        body=_logic(element, kind),
        outputs=_references(element, namespace, "outputDecision"),
        inputs=_references(element, namespace, "inputData", "inputDecision"),
    )


def _logic(element: Element, kind: str) -> Box | None:
    if kind == "bkm":
        logic = child(element, "encapsulatedLogic")
        return None if logic is None else read_function(logic, 0)
    return first_box(element, 0) if kind == "decision" else None


def _references(element: Element, namespace: str, *names: str) -> tuple[str, ...]:
    found = [each for each in element.iter() if tag(each) in names]
    found.sort(key=lambda each: names.index(tag(each)))
    keys = [attribute(each, "href") for each in found]
    return tuple(dict.fromkeys(f"{namespace}{k}" if k.startswith("#") else k for k in keys if k))
