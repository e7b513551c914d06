"""Rewrites of flows: what BPMN allows and stock SpiffWorkflow drops or runs wrongly.

Numbers are rows of ENGINE 2c. Meaning is never repaired: a missing condition or an unmatched
link is a question to the designer.
"""

from typing import Final

from lxml import etree

from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams import drawing
from server.engine.diagrams.elements import ACTIVITIES, EVENTS
from server.engine.diagrams.identities import free_id
from server.engine.diagrams.tree import definition, flows, identity, is_bpmn, label, nodes, scopes
from server.engine.xml_gate import BPMN, RONGCUO, XSI, local, tag

#: nodes that may have no incoming flow without being the head of anything
_HEADLESS: Final = frozenset({"startEvent", "boundaryEvent"})
#: what the schema wants before the listing of flows
_BEFORE_FLOWS: Final = (
    "documentation",
    "extensionElements",
    "auditing",
    "monitoring",
    "categoryValueRef",
)


class Rewriter:
    """Changes one tree; every change is a note with its element."""

    def __init__(self, root: etree._Element, notes: Notes) -> None:
        self._root = root
        self._notes = notes
        self._known: set[str | None] = {element.get("id") for element in root.iter()}

    def all(self) -> None:
        """Every rewrite, in the order in which they build on each other."""
        for scope in list(scopes(self._root)):
            self._links(scope)
            self._signal_ends(scope)
            self._implicit_start(scope)
            self._implicit_ends(scope)
            self._splits(scope)
        for scope in scopes(self._root):
            self._list_flows(scope)

    def _links(self, scope: etree._Element) -> None:
        """Row 4: a link is a flow that was not drawn."""
        throws, catches = (
            self._link_events(scope, kind)
            for kind in ("intermediateThrowEvent", "intermediateCatchEvent")
        )
        for name in sorted({*throws, *catches}):
            targets, sources = catches.get(name, []), throws.get(name, [])
            if len(targets) != 1 or not sources or not name:
                self._notes.error(
                    "LINK_UNMATCHED",
                    _("链接“{name}”在本流程中没有恰好一个去处和至少一个来处").format(name=name),
                    _("同名的链接抛出事件和链接捕获事件须画在同一流程中"),
                    element=identity((targets or sources)[0]),
                )
                continue
            for source in sources:
                self._flow(scope, source, targets[0])
            for event in (*sources, targets[0]):
                self._plain(event)
            self._notes.info(
                "LINK_REWRITTEN",
                _("链接“{name}”已改写为连线").format(name=name),
                element=identity(sources[0]),
            )

    def _link_events(self, scope: etree._Element, kind: str) -> dict[str, list[etree._Element]]:
        found: dict[str, list[etree._Element]] = {}
        for event in nodes(scope):
            link = definition(event)
            if link is not None and local(event) == kind and local(link) == "linkEventDefinition":
                name = link.get("name") or event.get("name") or ""
                found.setdefault(name.strip(), []).append(event)
        return found

    def _plain(self, event: etree._Element) -> None:
        event.tag = tag("intermediateThrowEvent")
        link = definition(event)
        if link is not None:
            event.remove(link)

    def _signal_ends(self, scope: etree._Element) -> None:
        """Row 5: stock never throws the signal of an end event."""
        for end in nodes(scope):
            signal = definition(end)
            if (
                signal is None
                or local(end) != "endEvent"
                or local(signal) != "signalEventDefinition"
            ):
                continue
            throw = self._node(end, "intermediateThrowEvent", "signal")
            end.addprevious(throw)
            throw.append(signal)
            for flow in flows(scope):
                if flow.get("targetRef") == end.get("id"):
                    flow.set("targetRef", throw.get("id", ""))
            drawing.place_beside(self._root, end.get("id", ""), throw.get("id", ""), before=True)
            self._flow(scope, throw, end)
            self._notes.info(
                "SIGNAL_END_REWRITTEN",
                _("信号结束事件“{name}”已改写为先抛出信号再结束").format(name=label(end)),
                element=identity(end),
            )

    def _implicit_start(self, scope: etree._Element) -> None:
        members = nodes(scope)
        if not members or any(local(node) == "startEvent" for node in members):
            return
        reached = {flow.get("targetRef") for flow in flows(scope)}
        heads = [
            node
            for node in members
            if node.get("id") not in reached
            and local(node) not in _HEADLESS
            and node.get("triggeredByEvent") not in ("true", "1")
        ]
        if len(heads) != 1:
            self._notes.error(
                "START_MISSING",
                _("“{name}”没有开始事件，且有{count}个可能的起点").format(
                    name=label(scope), count=len(heads)
                ),
                _("画出开始事件"),
                element=identity(heads[0] if heads else scope),
            )
            return
        start = self._node(heads[0], "startEvent", "start")
        heads[0].addprevious(start)
        self._beside(heads[0], start, before=True)
        self._flow(scope, start, heads[0])
        self._notes.info(
            "START_ADDED",
            _("“{name}”前已补上开始事件").format(name=label(heads[0])),
            element=identity(heads[0]),
        )

    def _implicit_ends(self, scope: etree._Element) -> None:
        members = nodes(scope)
        if any(local(node) == "endEvent" for node in members):
            return
        left = {flow.get("sourceRef") for flow in flows(scope)}
        for tail in members:
            if (
                tail.get("id") in left
                or not is_bpmn(tail, ACTIVITIES | EVENTS)
                or tail.get("triggeredByEvent") in ("true", "1")
            ):
                continue
            end = self._node(tail, "endEvent", "end")
            tail.addnext(end)
            self._beside(tail, end, before=False)
            self._flow(scope, tail, end)
            self._notes.info(
                "END_ADDED",
                _("“{name}”后已补上结束事件").format(name=label(tail)),
                element=identity(tail),
            )

    def _splits(self, scope: etree._Element) -> None:
        """Rows 2 and 3: several or conditional flows out of an activity or event."""
        from_node: dict[str, list[etree._Element]] = {}
        for flow in flows(scope):
            from_node.setdefault(flow.get("sourceRef", ""), []).append(flow)
        for node in nodes(scope):
            if not is_bpmn(node, ACTIVITIES | EVENTS):
                continue
            leaving = from_node.get(node.get("id", ""), [])
            conditional = any(_condition(flow) is not None for flow in leaving)
            if len(leaving) > 1 or conditional:
                self._split(scope, node, leaving, conditional=conditional)

    def _split(
        self,
        scope: etree._Element,
        node: etree._Element,
        leaving: list[etree._Element],
        *,
        conditional: bool,
    ) -> None:
        kind = "inclusiveGateway" if conditional else "parallelGateway"
        gateway = self._node(node, kind, "split")
        node.addnext(gateway)
        default = node.get("default")
        if default:
            del node.attrib["default"]
        if conditional and default:
            gateway.set("default", default)
        for flow in leaving:
            flow.set("sourceRef", gateway.get("id", ""))
            if conditional and _condition(flow) is None and flow.get("id") != default:
                self._always(flow)
        self._beside(node, gateway, before=False)
        self._flow(scope, node, gateway)
        self._notes.info(
            "SPLIT_CONDITIONAL" if conditional else "SPLIT_PARALLEL",
            _("“{name}”后的多条连线已改写为{kind}").format(
                name=label(node), kind=_("包容网关") if conditional else _("并行网关")
            ),
            element=identity(node),
        )

    def _always(self, flow: etree._Element) -> None:
        """Beside conditions an unconditional flow is always taken: in an inclusive split, too."""
        prefix = next((key for key, uri in self._root.nsmap.items() if uri == BPMN), None)
        condition = etree.SubElement(flow, tag("conditionExpression"))
        condition.set(
            tag("type", XSI), f"{prefix}:tFormalExpression" if prefix else "tFormalExpression"
        )
        condition.set("language", "FEEL")
        condition.text = "true"

    def _node(self, near: etree._Element, kind: str, suffix: str) -> etree._Element:
        """A new node beside ``near``, in the same lane, not yet in the tree."""
        made = etree.Element(tag(kind))
        made.set("id", free_id(f"{near.get('id')}_{suffix}", self._known))
        made.set(tag("made", RONGCUO), suffix)
        for reference in list(self._root.iter(tag("flowNodeRef"))):
            if (reference.text or "").strip() == near.get("id"):
                twin = etree.Element(tag("flowNodeRef"))
                twin.text = made.get("id")
                reference.addnext(twin)
        return made

    def _beside(self, near: etree._Element, made: etree._Element, *, before: bool) -> None:
        drawing.place_beside(self._root, near.get("id", ""), made.get("id", ""), before=before)

    def _flow(self, scope: etree._Element, source: etree._Element, target: etree._Element) -> None:
        ends = source.get("id", ""), target.get("id", "")
        flow = etree.Element(tag("sequenceFlow"))
        flow.set("id", free_id(f"Flow_{ends[0]}_{ends[1]}"[:180], self._known))
        flow.set("sourceRef", ends[0])
        flow.set("targetRef", ends[1])
        flow.set(tag("made", RONGCUO), "flow")
        (source if source.getparent() is scope else target).addnext(flow)
        if local(source) != "intermediateThrowEvent" or source.get(tag("made", RONGCUO)):
            drawing.connect(self._root, flow.get("id", ""), *ends)

    def _list_flows(self, scope: etree._Element) -> None:
        """``incoming`` and ``outgoing`` repeat the flows and are written anew from them."""
        ends: dict[tuple[str, str], list[str]] = {}
        for flow in flows(scope):
            for name, end in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
                ends.setdefault((name, flow.get(end, "")), []).append(flow.get("id", ""))
        for node in nodes(scope):
            for stale in list(node.iterchildren(tag("incoming"), tag("outgoing"))):
                node.remove(stale)
            at = len(list(node.iterchildren(*map(tag, _BEFORE_FLOWS))))
            for name in ("incoming", "outgoing"):
                for flow_id in ends.get((name, node.get("id", "")), ()):
                    entry = etree.Element(tag(name))
                    entry.text = flow_id
                    node.insert(at, entry)
                    at += 1


def _condition(flow: etree._Element) -> etree._Element | None:
    return flow.find(tag("conditionExpression"))
