"""Reads the executable processes of a normalised BPMN tree into ``diagrams.elements``."""

from lxml import etree

from server.engine.diagrams.elements import (
    FLOW_NODES,
    SUBPROCESSES,
    EventDefinition,
    Flow,
    Lane,
    MultiInstance,
    Node,
    Process,
)
from server.engine.xml_gate import BPMN, RONGCUO, local, namespace, tag


def executable(process: etree._Element) -> bool:
    """Is this process meant to run: ``isExecutable`` is ``true`` or ``1``."""
    return process.get("isExecutable", "").strip() in ("true", "1")


def process_of(element: etree._Element) -> Process:
    """Identity and data objects of one process element."""
    objects = (item.get("id", "") for item in element.iter(tag("dataObject")))
    return Process(
        id=element.get("id", ""),
        name=element.get("name", ""),
        documentation=_text(element, "documentation"),
        data_objects=frozenset(objects),
    )


class Reader:
    """Collects the parts of all processes of one tree."""

    def __init__(self, root: etree._Element) -> None:
        self.nodes: list[Node] = []
        self.flows: list[Flow] = []
        self.lanes: list[Lane] = []
        self.messages = _named(root, "message", "name")
        self._signals = _named(root, "signal", "name")
        self._codes = {**_named(root, "error", "errorCode")}
        self._codes |= _named(root, "escalation", "escalationCode")
        self._pools = {
            pool.get("processRef", ""): pool.get("name", "")
            for pool in root.iter(tag("participant"))
        }
        self._lane_of: dict[str, str] = {}
        self._process = ""

    def process(self, element: etree._Element) -> None:
        """Read one process with its lanes and nested scopes."""
        self._process = element.get("id", "")
        for lane_set in element.iterchildren(tag("laneSet")):
            self._lane_set(lane_set)
        self._scope(element, "")

    def _lane_set(self, lane_set: etree._Element) -> None:
        for element in lane_set.iterchildren(tag("lane")):
            lane_id = element.get("id", "")
            inner = list(element.iterchildren(tag("childLaneSet")))
            self.lanes.append(
                Lane(
                    id=lane_id,
                    name=element.get("name", ""),
                    pool=self._pools.get(self._process, ""),
                    process=self._process,
                    innermost=not any(len(child) for child in inner),
                )
            )
            for reference in element.iterchildren(tag("flowNodeRef")):
                self._lane_of[(reference.text or "").strip()] = lane_id
            for child in inner:
                self._lane_set(child)

    def _scope(self, scope: etree._Element, lane: str) -> None:
        scope_id = scope.get("id", "")
        for element in scope:
            kind = local(element)
            if namespace(element) != BPMN:
                continue
            if kind == "sequenceFlow":
                self.flows.append(_flow(element, scope_id))
            elif kind in FLOW_NODES:
                node = self._node(element, scope_id, lane)
                self.nodes.append(node)
                if kind in SUBPROCESSES:
                    for lane_set in element.iterchildren(tag("laneSet")):
                        self._lane_set(lane_set)
                    self._scope(element, node.lane)

    def _node(self, element: etree._Element, scope: str, lane: str) -> Node:
        node_id = element.get("id", "")
        attached = element.get("attachedToRef", "")
        own = self._lane_of.get(node_id) or self._lane_of.get(attached) or lane
        return Node(
            id=node_id,
            kind=local(element),
            name=element.get("name", ""),
            documentation=_text(element, "documentation"),
            lane=own,
            process=self._process,
            scope=scope,
            form=_own(element, "form"),
            deadline=_own(element, "deadline"),
            decision=_own(element, "decision"),
            result=_own(element, "result"),
            outcome=_own(element, "outcome"),
            event=self._event(element),
            attached_to=attached,
            interrupting=element.get("cancelActivity", "true") in ("true", "1"),
            default=element.get("default", ""),
            multi_instance=_multi_instance(element),
            called=element.get("calledElement", ""),
            original=_own(element, "original"),
            message=self.messages.get(element.get("messageRef", ""), ""),
            by_event=element.get("triggeredByEvent", "false") in ("true", "1"),
        )

    def _event(self, element: etree._Element) -> EventDefinition | None:
        for child in element:
            name = local(child)
            if namespace(child) == BPMN and name.endswith("EventDefinition"):
                return self._definition(child, name.removesuffix("EventDefinition"))
        return None

    def _definition(self, element: etree._Element, kind: str) -> EventDefinition:
        timer = next(
            (
                child
                for child in element
                if local(child) in ("timeDate", "timeDuration", "timeCycle")
            ),
            None,
        )
        reference = element.get("errorRef") or element.get("escalationRef") or ""
        return EventDefinition(
            kind=kind,
            name=self.messages.get(element.get("messageRef", ""))
            or self._signals.get(element.get("signalRef", ""))
            or (element.get("name") if kind == "link" else "")
            or "",
            timer="" if timer is None else local(timer),
            wish="" if timer is None else (timer.text or "").strip(),
            code=self._codes.get(reference, ""),
            condition=_text(element, "condition"),
        )


def _own(element: etree._Element, name: str) -> str:
    return element.get(tag(name, RONGCUO), "").strip()


def _text(element: etree._Element, name: str) -> str:
    child = element.find(tag(name))
    return "" if child is None else "".join(map(str, child.itertext())).strip()


def _named(root: etree._Element, kind: str, attribute: str) -> dict[str, str]:
    return {
        element.get("id", ""): element.get(attribute, "")
        for element in root.iterchildren(tag(kind))
    }


def _flow(element: etree._Element, scope: str) -> Flow:
    return Flow(
        id=element.get("id", ""),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        condition=_text(element, "conditionExpression"),
        name=element.get("name", ""),
        scope=scope,
    )


def _multi_instance(element: etree._Element) -> MultiInstance | None:
    loop = element.find(tag("multiInstanceLoopCharacteristics"))
    if loop is None:
        return None
    return MultiInstance(
        sequential=loop.get("isSequential", "false") in ("true", "1"),
        collection=_text(loop, "loopDataInputRef"),
        item=_item(loop, "inputDataItem"),
        output=_item(loop, "outputDataItem"),
        output_collection=_text(loop, "loopDataOutputRef"),
        cardinality=_text(loop, "loopCardinality"),
        completion=_text(loop, "completionCondition"),
    )


def _item(loop: etree._Element, name: str) -> str:
    item = loop.find(tag(name))
    return "" if item is None else item.get("name") or item.get("id") or ""
