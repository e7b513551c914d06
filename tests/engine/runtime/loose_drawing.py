"""The same process as people draw it: what BPMN leaves implicit is left out, and links are drawn.

The gate writes all of it out for the engine; ``naive`` reads it as the standard says.
"""

import random
from collections.abc import Mapping

from lxml import etree

from server.engine.xml_gate import tag

Element = etree._Element
#: where several flows may leave without a gateway
_LEFT_FREELY = tuple(map(tag, ("userTask", "receiveTask", "subProcess", "callActivity")))


def loosened(diagrams: Mapping[str, bytes], seed: int) -> dict[str, bytes]:
    """The diagrams, each drawn more loosely in some places."""
    return {name: _loosened(data, random.Random(seed)) for name, data in diagrams.items()}


def _loosened(data: bytes, chosen: random.Random) -> bytes:
    root = etree.fromstring(data)
    for scope in root.iter(tag("process"), tag("subProcess")):
        _Scope(scope, chosen).loosen()
    return etree.tostring(root)


class _Scope:
    """One process or subprocess being redrawn."""

    def __init__(self, scope: Element, chosen: random.Random) -> None:
        self._scope = scope
        self._random = chosen

    def loosen(self) -> None:
        """In this order: links need the flows, ends may then say something."""
        for gateway in self._some(0.5, "parallelGateway", "inclusiveGateway"):
            self._without(gateway)
        for flow in self._some(0.1, "sequenceFlow"):
            self._linked(flow)
        for end in self._some(0.1, "endEvent"):
            self._calling(end)
        if self._random.random() < 0.3:
            self._without_ends()
        for start in self._some(0.3, "startEvent"):
            self._without_start(start)
        named = {element.get("default") for element in self._scope}
        for flow in self._some(0.1, "sequenceFlow"):
            if flow.get("id") not in named:
                del flow.attrib["id"]

    def _some(self, share: float, *kinds: str) -> list[Element]:
        found = self._scope.iterchildren(*map(tag, kinds))
        return [each for each in found if self._random.random() < share]

    def _flows(self, **ends: str | None) -> list[Element]:
        return [
            flow
            for flow in self._scope.iterchildren(tag("sequenceFlow"))
            if all(flow.get(end) == value for end, value in ends.items())
        ]

    def _node(self, name: str | None) -> Element:
        return next(each for each in self._scope if each.get("id") == name)

    def _without(self, gateway: Element) -> None:
        """Its flows leave the step before it."""
        into = self._flows(targetRef=gateway.get("id"))
        out = self._flows(sourceRef=gateway.get("id"))
        before = self._node(into[0].get("sourceRef"))
        if len(into) != 1 or len(out) < 2 or before.tag not in _LEFT_FREELY:
            return
        if len(self._flows(sourceRef=before.get("id"))) > 1:
            return
        for flow in out:
            flow.set("sourceRef", before.get("id", ""))
        if gateway.get("default"):
            before.set("default", gateway.get("default", ""))
        self._scope.remove(into[0])
        self._scope.remove(gateway)

    def _calling(self, end: Element) -> None:
        """A plain end throws a signal."""
        if not len(end):
            etree.SubElement(end, tag("signalEventDefinition"), signalRef="go")

    def _linked(self, flow: Element) -> None:
        """Two events of one name instead of the flow."""
        source, target = self._node(flow.get("sourceRef")), self._node(flow.get("targetRef"))
        gateways = (tag("exclusiveGateway"), tag("inclusiveGateway"), tag("eventBasedGateway"))
        if source.tag in gateways or len(self._flows(sourceRef=source.get("id"))) > 1:
            return
        name = f"link_{flow.get('id')}"
        for kind, suffix in (("intermediateThrowEvent", "a"), ("intermediateCatchEvent", "b")):
            event = etree.SubElement(self._scope, tag(kind), id=name + suffix)
            etree.SubElement(event, tag("linkEventDefinition"), name=name)
        flow.set("targetRef", name + "a")
        etree.SubElement(
            self._scope,
            tag("sequenceFlow"),
            id=name,
            sourceRef=name + "b",
            targetRef=target.get("id", ""),
        )

    def _without_ends(self) -> None:
        """When each end says nothing and a step or event comes before it."""
        ends = list(self._scope.iterchildren(tag("endEvent")))
        into = [flow for end in ends for flow in self._flows(targetRef=end.get("id"))]
        before = [self._node(flow.get("sourceRef")) for flow in into]
        if any(len(end) for end in ends) or any("Gateway" in str(each.tag) for each in before):
            return
        if any(len(self._flows(sourceRef=each.get("id"))) > 1 for each in before):
            return
        for gone in (*ends, *into):
            self._scope.remove(gone)

    def _without_start(self, start: Element) -> None:
        [out] = self._flows(sourceRef=start.get("id"))
        if len(self._flows(targetRef=out.get("targetRef"))) == 1:
            self._scope.remove(out)
            self._scope.remove(start)
