"""Finds its way in the lxml tree of a diagram while the gate checks and rewrites it."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from server.engine.diagrams.elements import FLOW_NODES, SUBPROCESSES
from server.engine.diagrams.graph_reader import executable
from server.engine.xml_gate import BPMN, BPMNDI, DC, DI, local, namespace, tag

SCOPES: Final = SUBPROCESSES | {"process"}
_VISIBLE: Final = FLOW_NODES | {"sequenceFlow", "dataObject", "dataObjectReference"}
_DRAWING: Final = (BPMNDI, DC, DI)


def elements(root: etree._Element) -> Iterator[etree._Element]:
    """Every element that is not part of the drawing, in document order."""
    return (element for element in root.iter() if namespace(element) not in _DRAWING)


def running(root: etree._Element) -> list[etree._Element]:
    """The executable processes; every other process is a picture."""
    return [process for process in root.iterchildren(tag("process")) if executable(process)]


def scopes(root: etree._Element) -> Iterator[etree._Element]:
    """Executable processes and every subprocess in them."""
    for process in running(root):
        yield from (element for element in process.iter() if is_bpmn(element, SCOPES))


def nodes(scope: etree._Element) -> list[etree._Element]:
    """Flow nodes directly in this process or subprocess."""
    return [element for element in scope if is_bpmn(element, FLOW_NODES)]


def flows(scope: etree._Element) -> list[etree._Element]:
    """Sequence flows directly in this process or subprocess."""
    return list(scope.iterchildren(tag("sequenceFlow")))


def is_bpmn(element: etree._Element, kinds: frozenset[str] | set[str]) -> bool:
    """Is this a BPMN element of one of these local names."""
    return namespace(element) == BPMN and local(element) in kinds


def definition(event: etree._Element) -> etree._Element | None:
    """The first event definition of an event, None for a plain one."""
    return next(iter(definitions(event)), None)


def definitions(event: etree._Element) -> list[etree._Element]:
    """The event definitions of an event."""
    return [
        child
        for child in event
        if namespace(child) == BPMN and local(child).endswith("EventDefinition")
    ]


def identity(element: etree._Element) -> str:
    """Id of the element, or of the nearest element around it that has one."""
    current: etree._Element | None = element
    while current is not None:
        found = current.get("id")
        if found:
            return found
        current = current.getparent()
    return ""


def holder(element: etree._Element) -> etree._Element:
    """The node, flow or data object the element belongs to: what people see in the drawing."""
    for around in (element, *element.iterancestors()):
        if is_bpmn(around, _VISIBLE) and around.get("id"):
            return around
    return element


def label(element: etree._Element) -> str:
    """What people call the element: its name on one line, else its id, else its kind."""
    name = " ".join((element.get("name") or "").split())
    return (name or element.get("id") or local(element))[:60]


def words(text: str) -> frozenset[str]:
    """The set of the words of a text: a list of names that stays readable."""
    return frozenset(text.split())
