"""A diagram with one thing gone or altered: as a designer's slip would leave it."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from server.engine.diagrams.elements import FLOW_NODES
from server.engine.diagrams.graph_reader import executable
from server.engine.xml_gate import BPMN, RONGCUO, local, namespace, parse, tag

Element = etree._Element

#: for each kind of gateway another one
OTHER: Final = {
    "exclusiveGateway": ("parallelGateway", "inclusiveGateway"),
    "parallelGateway": ("exclusiveGateway", "inclusiveGateway"),
    "inclusiveGateway": ("exclusiveGateway", "parallelGateway"),
    "eventBasedGateway": ("exclusiveGateway", "parallelGateway"),
}
_OWN: Final = ("form", "deadline", "decision", "result", "outcome")


@dataclass(frozen=True, slots=True)
class Mutant:
    """What was done to which element, and the file with it."""

    what: str
    element: str
    data: bytes


class _Drawing:
    """A copy of a diagram that may be spoilt."""

    def __init__(self, root: Element) -> None:
        self.root = copy.deepcopy(root)
        self._by_id = {each.get("id"): each for each in self.root.iter() if each.get("id")}

    def find(self, element: str) -> Element:
        return self._by_id[element]

    def holds(self, element: str) -> bool:
        """Is the element still in its place."""
        return element in self._by_id and self.find(element).getparent() is not None

    def remove(self, element: Element) -> None:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    def forget(self, element: str) -> None:
        """Take the element out with its shape and whatever only names it."""
        for each in list(self.root.iter()):
            named = (each.text or "").strip() == element and not len(each)
            if each.get("bpmnElement") == element or (named and namespace(each) == BPMN):
                self.remove(each)
        self.remove(self.find(element))

    def bytes(self) -> bytes:
        return etree.tostring(self.root, encoding="utf-8", xml_declaration=True)


def of_diagram(data: bytes) -> Iterator[Mutant]:
    """Every mutant of a diagram's executable processes."""
    root = parse(data)
    for process in root.iterchildren(tag("process")):
        if not executable(process):
            continue
        for element in process.iter():
            if namespace(element) != BPMN or not element.get("id"):
                continue
            for what, spoil in _spoilings(root, element):
                drawing = _Drawing(root)
                spoil(drawing, drawing.find(element.get("id", "")))
                yield Mutant(what, element.get("id", ""), drawing.bytes())


Spoil = Callable[[_Drawing, Element], None]


def _spoilings(root: Element, element: Element) -> Iterator[tuple[str, Spoil]]:
    kind = local(element)
    if kind == "sequenceFlow":
        yield from _flow(element)
    if kind in FLOW_NODES:
        yield "node deleted", _without_node
        yield from _attributes(element)
    if kind in OTHER:
        for other in OTHER[kind]:
            yield f"{kind} made {other}", _as(other)
    if kind.endswith("Event"):
        yield from _event(element)
    yield from _LANES.get(kind, ())
    for loop in element.iterchildren(tag("multiInstanceLoopCharacteristics")):
        yield from _loop(loop)


def _flow(flow: Element) -> Iterator[tuple[str, Spoil]]:
    yield "flow deleted", lambda drawing, each: drawing.forget(each.get("id", ""))
    yield "flow turned round", _turned
    condition = flow.find(tag("conditionExpression"))
    if condition is not None:
        yield "condition deleted", _without("conditionExpression")
        yield "condition true", _condition("true")
        yield "condition false", _condition("false")
        yield "condition misspelt", _condition(f"ghost_{(condition.text or '').strip()}")
        yield "condition negated", _condition(f"not({(condition.text or '').strip()})")
    else:
        yield "condition added", _conditioned


def _attributes(node: Element) -> Iterator[tuple[str, Spoil]]:
    for name in _OWN:
        if node.get(tag(name, RONGCUO)):
            yield f"{name} deleted", _unset(tag(name, RONGCUO))
            yield f"{name} misspelt", _set(tag(name, RONGCUO), f"{node.get(tag(name, RONGCUO))}x")
    for name in ("default", "calledElement", "messageRef", "attachedToRef"):
        if node.get(name):
            yield f"{name} deleted", _unset(name)
            yield f"{name} misspelt", _set(name, f"{node.get(name)}x")


def _event(event: Element) -> Iterator[tuple[str, Spoil]]:
    for definition in event:
        if not local(definition).endswith("EventDefinition"):
            continue
        kind = local(definition)
        yield f"{kind} deleted", _without(kind)
        for name in ("messageRef", "signalRef", "errorRef", "escalationRef"):
            if definition.get(name):
                yield f"{name} deleted", _inside(kind, _unset(name))
        for timer in definition:
            if local(timer).startswith("time"):
                yield "timer deleted", _inside(kind, _without(local(timer)))
                yield (
                    "timer misspelt",
                    _inside(kind, _inside(local(timer), _text('deadline("ghost")'))),
                )
                yield "timer counts days", _inside(kind, _inside(local(timer), _text("P5D")))


def _loop(loop: Element) -> Iterator[tuple[str, Spoil]]:
    kind = local(loop)
    yield "multi-instance deleted", _without(kind)
    for part in loop:
        yield f"{local(part)} deleted", _inside(kind, _without(local(part)))
        if (part.text or "").strip():
            yield (
                f"{local(part)} misspelt",
                _inside(kind, _inside(local(part), _text(f"ghost_{(part.text or '').strip()}"))),
            )


_LANES: Final[dict[str, tuple[tuple[str, Spoil], ...]]] = {
    "lane": (
        ("lane renamed", lambda drawing, lane: _renamed(drawing, lane)),
        ("lane deleted", lambda drawing, lane: drawing.remove(lane)),
    ),
    "userTask": (("taken out of its lane", lambda drawing, task: _without_lane(drawing, task)),),
}


def _as(other: str) -> Spoil:
    def spoil(_drawing: _Drawing, gateway: Element) -> None:
        gateway.tag = tag(other)

    return spoil


def _set(name: str, value: str) -> Spoil:
    return lambda _drawing, element: element.set(name, value)


def _unset(name: str) -> Spoil:
    def spoil(_drawing: _Drawing, element: Element) -> None:
        del element.attrib[name]

    return spoil


def _text(text: str) -> Spoil:
    def spoil(_drawing: _Drawing, element: Element) -> None:
        element.text = text

    return spoil


def _inside(name: str, spoil: Spoil) -> Spoil:
    def deeper(drawing: _Drawing, element: Element) -> None:
        spoil(drawing, next(each for each in element if local(each) == name))

    return deeper


def _without(name: str) -> Spoil:
    def spoil(drawing: _Drawing, element: Element) -> None:
        drawing.remove(next(each for each in element if local(each) == name))

    return spoil


def _condition(text: str) -> Spoil:
    return _inside("conditionExpression", _text(text))


def _conditioned(_drawing: _Drawing, flow: Element) -> None:
    etree.SubElement(flow, tag("conditionExpression")).text = "false"


def _renamed(_drawing: _Drawing, element: Element) -> None:
    element.set("id", f"{element.get('id')}x")


def _turned(_drawing: _Drawing, flow: Element) -> None:
    source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
    flow.set("sourceRef", target)
    flow.set("targetRef", source)


def _without_lane(drawing: _Drawing, task: Element) -> None:
    for each in list(drawing.root.iter(tag("flowNodeRef"))):
        if (each.text or "").strip() == task.get("id"):
            drawing.remove(each)


def _without_node(drawing: _Drawing, node: Element) -> None:
    gone = {node.get("id", "")}
    gone |= {
        each.get("id", "")
        for each in drawing.root.iter()
        if each.get("attachedToRef") in gone or node in each.iterancestors()
    }
    flows = [
        each.get("id", "")
        for each in drawing.root.iter(tag("sequenceFlow"))
        if {each.get("sourceRef", ""), each.get("targetRef", "")} & gone
    ]
    for each in (*flows, *gone):
        if drawing.holds(each):
            drawing.forget(each)
