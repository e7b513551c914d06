"""What people call an element of a diagram: its kind and name; without a name, where it stands."""

from collections.abc import Collection
from typing import Final

from lxml import etree

from server.domain.texts import _
from server.engine import xml_gate
from server.engine.xml_gate import BPMN, local, namespace, tag

_KINDS: Final = {
    "task": _("任务"),
    "userTask": _("用户任务"),
    "manualTask": _("手工任务"),
    "serviceTask": _("服务任务"),
    "scriptTask": _("脚本任务"),
    "sendTask": _("发送任务"),
    "receiveTask": _("接收任务"),
    "businessRuleTask": _("规则任务"),
    "callActivity": _("调用流程"),
    "subProcess": _("子流程"),
    "adHocSubProcess": _("临时子流程"),
    "transaction": _("事务"),
    "startEvent": _("开始事件"),
    "endEvent": _("结束事件"),
    "intermediateCatchEvent": _("中间等待事件"),
    "intermediateThrowEvent": _("中间发出事件"),
    "boundaryEvent": _("边界事件"),
    "exclusiveGateway": _("排他网关"),
    "parallelGateway": _("并行网关"),
    "inclusiveGateway": _("包容网关"),
    "eventBasedGateway": _("事件网关"),
    "complexGateway": _("复杂网关"),
    "sequenceFlow": _("连线"),
    "messageFlow": _("消息流"),
    "association": _("关联线"),
    "process": _("流程"),
    "participant": _("泳池"),
    "lane": _("泳道"),
    "dataObject": _("数据对象"),
    "dataObjectReference": _("数据对象"),
    "dataStoreReference": _("数据存储"),
    "dataStore": _("数据存储"),
    "message": _("消息"),
    "signal": _("信号"),
    "error": _("错误"),
    "escalation": _("升级"),
}
_EVENT_SUBPROCESS: Final = _("事件子流程")


def called(file: str, content: bytes, ids: Collection[str]) -> dict[str, str]:
    """Id -> kind and name, for those of ``ids`` that are elements of the diagram. Never raises."""
    root = xml_gate.read(file, content).root
    if root is None:
        return {}
    named = {
        each.get("id", ""): each
        for each in root.iter()
        if isinstance(each.tag, str) and namespace(each) == BPMN and each.get("id")
    }
    return {key: _called(named[key], named) for key in ids if key in named}


def _called(element: etree._Element, named: dict[str, etree._Element]) -> str:
    kind, name = _kind(element), _name(element)
    if name:
        return _("{kind}“{name}”").format(kind=kind, name=name)
    return kind + _place(element, named)


def _place(element: etree._Element, named: dict[str, etree._Element]) -> str:
    """Between which neighbours it stands, in brackets."""
    key = element.get("id", "")
    if element.get("sourceRef") or element.get("targetRef"):
        before, after = [element.get("sourceRef", "")], [element.get("targetRef", "")]
    else:
        flows = [each for each in named.values() if each.tag == tag("sequenceFlow")]
        before = [each.get("sourceRef", "") for each in flows if each.get("targetRef") == key]
        after = [each.get("targetRef", "") for each in flows if each.get("sourceRef") == key]
    on = element.get("attachedToRef", "")
    if on in named:
        return _("（附在{on}上）").format(on=_short(named[on]))
    first = _("、").join(_short(named[each]) for each in before if each in named)
    last = _("、").join(_short(named[each]) for each in after if each in named)
    if first and last:
        return _("（在{first}和{last}之间）").format(first=first, last=last)
    if first:
        return _("（在{first}之后）").format(first=first)
    return _("（在{last}之前）").format(last=last) if last else ""


def _short(element: etree._Element) -> str:
    name = _name(element)
    return _("“{name}”").format(name=name) if name else _kind(element)


def _kind(element: etree._Element) -> str:
    if local(element) == "subProcess" and element.get("triggeredByEvent") in ("true", "1"):
        return _EVENT_SUBPROCESS
    return _KINDS.get(local(element), _("元素"))


def _name(element: etree._Element) -> str:
    return " ".join((element.get("name") or "").split())[:60]
