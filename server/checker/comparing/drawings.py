"""Two diagrams, element by element: what each says and to whom it belongs; and what only moved."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from server.checker.comparing.changes import Change, Part, Unreadable, compared
from server.domain.texts import _
from server.engine import xml_gate
from server.engine.xml_gate import BPMN, RONGCUO, local, namespace

#: attribute -> what people call it; what is not here is shown by its name
_ATTRIBUTES: Final = {
    "name": _("名称"),
    "sourceRef": _("起点"),
    "targetRef": _("终点"),
    "default": _("其他情形走"),
    "calledElement": _("调用流程"),
    "attachedToRef": _("附在"),
    "cancelActivity": _("是否中断原环节"),
    "messageRef": _("消息"),
    "processRef": _("流程"),
    f"{{{RONGCUO}}}form": _("表单"),
    f"{{{RONGCUO}}}deadline": _("期限"),
    f"{{{RONGCUO}}}decision": _("决策表"),
    f"{{{RONGCUO}}}result": _("结果写入变量"),
    f"{{{RONGCUO}}}outcome": _("办理结果"),
}
_TEXTS: Final = {
    "documentation": _("说明"),
    "conditionExpression": _("条件"),
    "timeDuration": _("到期"),
    "timeDate": _("到期"),
    "timeCycle": _("到期"),
    "condition": _("条件"),
    "completionCondition": _("提前结束的条件"),
    "text": _("文字"),
}
_LEFT_OUT: Final = frozenset({"id", "isExecutable", "gatewayDirection", "isMarkerVisible"})
#: elements that are no part of their own: what they say belongs to the element around them
_INNER: Final = frozenset({*_TEXTS, "incoming", "outgoing", "flowNodeRef", "extensionElements"})
_KINDS: Final = {
    "userTask": _("人工环节"),
    "businessRuleTask": _("自动判定"),
    "sequenceFlow": _("连线"),
    "lane": _("泳道"),
    "participant": _("泳池"),
    "exclusiveGateway": _("择一分支"),
    "parallelGateway": _("并行分支"),
    "startEvent": _("开始"),
    "endEvent": _("结束"),
    "boundaryEvent": _("边界事件"),
    "callActivity": _("调用流程"),
    "subProcess": _("子流程"),
}


def compare(before: bytes, after: bytes) -> list[Change]:
    """The differences, by the order of the newer diagram.

    Raises:
        Unreadable: one of the two is no diagram that can be read.
    """
    return list(compared(_parts(before), _parts(after)))


def _parts(content: bytes) -> dict[str, Part]:
    root = xml_gate.read("", content).root
    if root is None:
        raise Unreadable
    named = {each.get("id", ""): each for each in root.iter() if each.get("id")}
    lanes = {
        (each.text or "").strip(): lane
        for lane in root.iter(xml_gate.tag("lane"))
        for each in lane.iterchildren(xml_gate.tag("flowNodeRef"))
    }
    places = dict(_places(root))
    labels = {f"#{key}": _label(each) for key, each in named.items()}
    found = {}
    for element in root.iter():
        key = element.get("id", "") if isinstance(element.tag, str) else ""
        if not key or namespace(element) != BPMN or local(element) in _INNER:
            continue
        if _is_inside(element):
            continue
        properties = dict(_properties(element, named))
        if key in lanes:
            properties[_("泳道")] = f"#{lanes[key].get('id', '')}"
        found[key] = Part(
            label=_where(element, named),
            properties=properties,
            element=key,
            place=places.get(key, ""),
            names=labels,
        )
    return found


def _properties(
    element: etree._Element, named: dict[str, etree._Element]
) -> Iterator[tuple[str, str]]:
    yield _("种类"), _kind(element)
    for name, value in element.attrib.items():
        key = str(name)
        if key not in _LEFT_OUT:
            refers = key.endswith("Ref") or key == "default"
            shown = f"#{value!s}" if refers and str(value) in named else str(value)
            yield _ATTRIBUTES.get(key, key.rpartition("}")[2]), shown
    for inner in element.iterdescendants():
        if not isinstance(inner.tag, str) or _owner(inner) is not element:
            continue
        word = _TEXTS.get(local(inner))
        if word and (inner.text or "").strip():
            yield word, " ".join((inner.text or "").split())
        elif local(inner).endswith("EventDefinition") and inner.get("messageRef"):
            message = named.get(inner.get("messageRef", ""))
            yield _("消息"), _label(message) if message is not None else ""


def _owner(element: etree._Element) -> etree._Element | None:
    """The element people see that says this."""
    for around in element.iterancestors():
        if around.get("id") and not _is_inside(around) and local(around) not in _INNER:
            return around
    return None


def _is_inside(element: etree._Element) -> bool:
    """Is it a detail of an element: of an event, a loop, what is carried."""
    name = local(element)
    return (
        name.endswith(("EventDefinition", "LoopCharacteristics", "DataItem", "Set"))
        or name in ("definitions", "category", "categoryValue", "property", "message", "error")
        or name in ("collaboration", "escalation", "signal")
    )


def _kind(element: etree._Element) -> str:
    events = [
        local(each).removesuffix("EventDefinition")
        for each in element
        if isinstance(each.tag, str) and local(each).endswith("EventDefinition")
    ]
    word = _KINDS.get(local(element), local(element))
    return f"{word}（{'、'.join(events)}）" if events else word


def _label(element: etree._Element) -> str:
    return str(element.get("name") or element.get("id") or "")


def _where(element: etree._Element, named: dict[str, etree._Element]) -> str:
    name = (element.get("name") or "").strip()
    if local(element) == "sequenceFlow":
        ends = [named.get(element.get(each, "")) for each in ("sourceRef", "targetRef")]
        way = " → ".join("？" if end is None else _label(end) for end in ends)
        return f"{way}（{name}）" if name else way
    return name or f"{_kind(element)} {element.get('id', '')}"


def _places(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Where each shape is drawn; connections follow their ends and are not told."""
    for shape in root.iter():
        if isinstance(shape.tag, str) and local(shape) == "BPMNShape":
            for bounds in shape.iterchildren():
                if local(bounds) == "Bounds":
                    sizes = (bounds.get(name, "") for name in ("x", "y", "width", "height"))
                    yield shape.get("bpmnElement", ""), " ".join(sizes)
