"""Every id of a diagram is well-formed and unique, and every reference finds its element.

Asked before the engine sees the file: stock SpiffWorkflow pastes references into XPath and burns
CPU inside C, where no signal stops it (SECURITY UP-4), and walks up for ever from a data object
it cannot find (UP-6).
"""

import re
from collections import Counter
from typing import Final

from lxml import etree

from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.elements import ACTIVITIES, FLOW_NODES
from server.engine.diagrams.tree import (
    SCOPES,
    elements,
    flows,
    identity,
    is_bpmn,
    label,
    nodes,
    scopes,
)
from server.engine.xml_gate import BPMN, BPMNDI, local, namespace, tag

_ID: Final = re.compile(r"[\w.\-]{1,200}")

_ANY: Final[frozenset[str]] = frozenset()
#: attribute -> kinds of element it may name; empty set = any
_ATTRIBUTES: Final = {
    "attachedToRef": ACTIVITIES,
    "default": frozenset({"sequenceFlow"}),
    "messageRef": frozenset({"message"}),
    "signalRef": frozenset({"signal"}),
    "errorRef": frozenset({"error"}),
    "escalationRef": frozenset({"escalation"}),
    "processRef": frozenset({"process"}),
    "dataObjectRef": frozenset({"dataObject"}),
    "dataStoreRef": frozenset({"dataStore"}),
    "itemSubjectRef": frozenset({"itemDefinition"}),
    "itemRef": frozenset({"itemDefinition"}),
    "operationRef": frozenset({"operation"}),
    "categoryValueRef": frozenset({"categoryValue"}),
    "activityRef": ACTIVITIES,
    "sourceRef": _ANY,
    "targetRef": _ANY,
}
#: elements whose text is a reference
_TEXTS: Final = {
    "flowNodeRef": FLOW_NODES,
    "sourceRef": _ANY,
    "targetRef": _ANY,
    "dataInputRefs": _ANY,
    "dataOutputRefs": _ANY,
    "participantRef": _ANY,
    "messageFlowRef": _ANY,
    "eventDefinitionRef": _ANY,
    "correlationPropertyRef": _ANY,
}
#: attributes whose type allows a namespace prefix
QUALIFIED: Final = frozenset({*_ATTRIBUTES, "calledElement", "bpmnElement"})


def check(root: etree._Element, notes: Notes) -> None:
    """Note every bad id, duplicate id and reference that leads nowhere or to the wrong kind."""
    _ids(root, notes)
    known = {element.get("id", ""): element for element in elements(root) if element.get("id")}
    for element in elements(root):
        if namespace(element) == BPMN:
            _element(element, known, notes)
    everywhere = {key for key, element in known.items() if is_bpmn(element, FLOW_NODES)}
    for scope in scopes(root):
        _scope(scope, everywhere, notes)
        _data_objects(scope, known, notes)
    _drawing(root, known, notes)


def _ids(root: etree._Element, notes: Notes) -> None:
    count = Counter(element.get("id") for element in root.iter() if element.get("id"))
    for element in elements(root):
        value = element.get("id")
        if value is not None and namespace(element) == BPMN and not _ID.fullmatch(value):
            notes.error(
                "ID_CHARACTERS",
                _("“{name}”的标识含有不允许的字符，或者超过200个字符").format(name=label(element)),
                _("标识只用文字、数字、下划线、点和短横线"),
                element=value,
            )
    for value, times in count.items():
        if times > 1:
            notes.error(
                "ID_DUPLICATE",
                _("标识“{id}”被{times}个元素使用，显示的和运行的可能不是同一个").format(
                    id=str(value)[:60], times=times
                ),
                _("给每个元素不同的标识"),
                element=str(value),
            )


def _element(element: etree._Element, known: dict[str, etree._Element], notes: Notes) -> None:
    for name, kinds in _ATTRIBUTES.items():
        value = element.get(name)
        if value is not None:
            allowed = FLOW_NODES if local(element) == "sequenceFlow" else kinds
            _resolve(element, name, value, known.get(value), allowed, notes)
    text_kinds = _TEXTS.get(local(element))
    if text_kinds is not None:
        value = (element.text or "").strip()
        _resolve(element, local(element), value, known.get(value), text_kinds, notes)
    if local(element) == "sequenceFlow":
        for end in ("sourceRef", "targetRef"):
            if element.get(end) is None:
                _resolve(element, end, "", None, FLOW_NODES, notes)


def _resolve(
    element: etree._Element,
    name: str,
    value: str,
    found: etree._Element | None,
    kinds: frozenset[str],
    notes: Notes,
) -> None:
    if found is not None and (not kinds or is_bpmn(found, kinds)):
        return
    notes.error(
        "REFERENCE_UNRESOLVED",
        _("“{name}”的{attribute}指向“{value}”，但图中没有这个元素").format(
            name=label(element), attribute=name, value=value[:60]
        ),
        _("改正该引用，或者补上所指的元素"),
        element=identity(element),
        field=name,
    )


def _scope(scope: etree._Element, everywhere: set[str], notes: Notes) -> None:
    """Flows stay in their scope, defaults leave their node, boundary events sit beside."""
    inside = {node.get("id") for node in nodes(scope)}
    leaving: dict[str, set[str]] = {}
    for flow in flows(scope):
        leaving.setdefault(flow.get("sourceRef", ""), set()).add(flow.get("id", ""))
        if not {flow.get("sourceRef"), flow.get("targetRef")} <= inside:
            _crossing(flow, everywhere, notes)
    for node in nodes(scope):
        attached = node.get("attachedToRef")
        if attached is not None and attached not in inside:
            _crossing(node, everywhere, notes)
        default = node.get("default")
        if default is not None and default not in leaving.get(node.get("id", ""), set()):
            notes.error(
                "DEFAULT_NOT_OUTGOING",
                _("“{name}”的默认流向“{flow}”不是从它出发的").format(
                    name=label(node), flow=default[:60]
                ),
                _("把默认流向设为从该节点出发的一条连线"),
                element=identity(node),
                field="default",
            )


def _crossing(element: etree._Element, everywhere: set[str], notes: Notes) -> None:
    ends = {element.get(name, "") for name in ("sourceRef", "targetRef", "attachedToRef")} - {""}
    if not ends <= everywhere:
        return  # dangling: already noted as unresolved
    notes.error(
        "FLOW_CROSSES_SCOPE",
        _("“{name}”跨越了流程或者子流程的边界").format(name=label(element)),
        _("连线只能连接同一流程（或者同一子流程）里的节点，跨边界请用消息或者边界事件"),
        element=identity(element),
    )


def _data_objects(scope: etree._Element, known: dict[str, etree._Element], notes: Notes) -> None:
    around = [scope, *scope.iterancestors()]
    for reference in scope.iterchildren(tag("dataObjectReference")):
        target = known.get(reference.get("dataObjectRef", ""))
        home = None if target is None else target.getparent()
        if reference.get("dataObjectRef") is None or (
            home is not None and is_bpmn(home, SCOPES) and home not in around
        ):
            notes.error(
                "DATA_OBJECT_SCOPE",
                _("数据对象“{name}”在这里不可见").format(name=label(reference)),
                _("把数据对象放到同一流程或者外层流程中"),
                element=identity(reference),
            )


def _drawing(root: etree._Element, known: dict[str, etree._Element], notes: Notes) -> None:
    for shape in root.iter(tag("BPMNShape", BPMNDI), tag("BPMNEdge", BPMNDI)):
        target = shape.get("bpmnElement", "")
        if target not in known:
            notes.warning(
                "DIAGRAM_STRAY_SHAPE",
                _("图形指向不存在的元素“{id}”，不会显示").format(id=target[:60]),
                _("删除该图形"),
                element=target,
            )
