"""Which BPMN constructs may run at all, and what the designer reads about the others.

An allow-list: what is not named here is refused, since stock SpiffWorkflow takes many constructs
and runs them silently wrong (ENGINE 2b and 2c). Only executable processes are judged; the others
are pictures.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.elements import EVENTS, FLOW_NODES
from server.engine.diagrams.tree import (
    definition,
    definitions,
    elements,
    holder,
    identity,
    is_bpmn,
    label,
    running,
    words,
)
from server.engine.xml_gate import BPMN, local, namespace, tag

#: flow nodes the engine runs as drawn
_NODES: Final = FLOW_NODES - {
    "scriptTask",
    "serviceTask",
    "adHocSubProcess",
    "transaction",
    "complexGateway",
}
_PARTS: Final = words(
    """process laneSet lane childLaneSet flowNodeRef sequenceFlow conditionExpression documentation
    extensionElements incoming outgoing dataObject dataObjectReference dataStoreReference dataState
    association textAnnotation text group ioSpecification dataInput dataOutput inputSet outputSet
    dataInputRefs dataOutputRefs optionalInputRefs optionalOutputRefs whileExecutingInputRefs
    whileExecutingOutputRefs outputSetRefs inputSetRefs dataInputAssociation dataOutputAssociation
    sourceRef targetRef property multiInstanceLoopCharacteristics loopCardinality loopDataInputRef
    loopDataOutputRef inputDataItem outputDataItem completionCondition standardLoopCharacteristics
    loopCondition messageEventDefinition timerEventDefinition errorEventDefinition
    escalationEventDefinition signalEventDefinition conditionalEventDefinition linkEventDefinition
    terminateEventDefinition timeDate timeDuration timeCycle condition source target auditing
    monitoring categoryValueRef supportedInterfaceRef operationRef script"""
)
#: who works is decided by lanes; these are kept in the file and never read
_RESOURCES: Final = words(
    """resourceRole performer humanPerformer potentialOwner rendering resourceRef
    resourceAssignmentExpression resourceParameterBinding formalExpression"""
)
#: event kind -> what may happen there
_EVENTS: Final = {
    "startEvent": {"message"},
    "endEvent": {"message", "error", "escalation", "terminate", "signal"},
    "intermediateThrowEvent": {"message", "escalation", "signal", "link"},
    "intermediateCatchEvent": {"message", "timer", "signal", "conditional", "link"},
    "boundaryEvent": {"message", "timer", "error", "escalation", "signal", "conditional"},
}
#: definitions that mean nothing without what they refer to
_NEEDS: Final = {"message": "messageRef", "signal": "signalRef"}
_THROWS: Final = {"error": "errorRef", "escalation": "escalationRef"}


def check(root: etree._Element, notes: Notes) -> None:
    """Note every construct the engine must not run."""
    for element in root.iterchildren(tag("globalScriptTask")):
        _refuse(element, notes)
    _correlation(root, notes)
    unnamed = {
        element.get("id", "")
        for element in root.iterchildren(tag("message"), tag("signal"))
        if not (element.get("name") or "").strip()
    }
    for process in running(root):
        for element in _shown(process):
            _element(element, notes)
            _unnamed(element, unnamed, notes)


def _shown(process: etree._Element) -> Iterator[etree._Element]:
    """BPMN elements of a process, without what other tools put beside them."""
    pending = [process]
    while pending:
        element = pending.pop()
        if namespace(element) == BPMN:
            yield element
            if local(element) not in ("extensionElements", "documentation"):
                pending.extend(reversed(element))


def _unnamed(element: etree._Element, unnamed: set[str], notes: Notes) -> None:
    for name in ("messageRef", "signalRef"):
        if element.get(name) in unnamed:
            notes.error(
                "MESSAGE_NO_NAME",
                _("“{name}”所指的消息或信号没有名称").format(name=label(holder(element))),
                _("填写名称：消息的名称是政策包messages中的键"),
                element=identity(holder(element)),
                field=name,
            )


def _element(element: etree._Element, notes: Notes) -> None:
    kind = local(element)
    if kind in _RESOURCES:
        _resource(element, kind, notes)
    elif kind not in _NODES and kind not in _PARTS:
        _refuse(element, notes)
    else:
        _allowed(element, kind, notes)


def _resource(element: etree._Element, kind: str, notes: Notes) -> None:
    if kind.lower().endswith(("performer", "owner", "role")):
        notes.warning(
            "RESOURCE_IGNORED",
            _("“{name}”上写的办理人不起作用").format(name=label(holder(element))),
            _("办理人由泳道决定，请删除该设置"),
            element=identity(holder(element)),
        )


def _allowed(element: etree._Element, kind: str, notes: Notes) -> None:
    if element.get("isForCompensation") in ("true", "1"):
        _compensation(element, notes)
    if kind in EVENTS:
        _event(element, notes)
    elif kind in ("sendTask", "receiveTask") and element.get("messageRef") is None:
        _no_message(element, notes)
    elif kind == "subProcess":
        _subprocess(element, notes)
    elif kind == "callActivity" and not element.get("calledElement"):
        notes.error(
            "CALL_NO_TARGET",
            _("调用活动“{name}”没有写明调用哪个流程").format(name=label(element)),
            _("填写被调用流程的标识"),
            element=identity(element),
        )


def _refuse(element: etree._Element, notes: Notes) -> None:
    kind = local(element)
    name = label(element)
    match kind:
        case "scriptTask" | "globalScriptTask":
            message, fix = _("脚本任务“{name}”不予执行"), _("改为用户任务、决策表或者流向条件")
        case "serviceTask":
            message, fix = _("服务任务“{name}”没有可用的操作"), _("改为用户任务或者消息")
        case "adHocSubProcess":
            message, fix = _("不支持即席子流程“{name}”"), _("改为普通子流程，或者用并行网关")
        case "transaction" | "cancelEventDefinition":
            message, fix = _("不支持事务“{name}”"), _("改为普通子流程，用错误边界事件处理失败")
        case "complexGateway":
            message, fix = _("不支持复杂网关“{name}”"), _("改为包容网关或者并行网关")
        case "compensateEventDefinition":
            _compensation(_parent(element), notes)
            return
        case _:
            message = _("不支持“{name}”这种元素（{kind}）")
            fix = _("删除该元素，或者改用受支持的写法")
    code = {
        "scriptTask": "SCRIPT_TASK",
        "globalScriptTask": "SCRIPT_TASK",
        "serviceTask": "SERVICE_TASK",
        "adHocSubProcess": "AD_HOC_SUBPROCESS",
        "transaction": "TRANSACTION",
        "cancelEventDefinition": "TRANSACTION",
        "complexGateway": "COMPLEX_GATEWAY",
    }.get(kind, "ELEMENT_UNSUPPORTED")
    notes.error(code, message.format(name=name, kind=kind), fix, element=identity(holder(element)))


def _compensation(element: etree._Element, notes: Notes) -> None:
    notes.error(
        "COMPENSATION",
        _("“{name}”使用了补偿，补偿不会执行").format(name=label(element)),
        _("把需要补做的工作画成普通的用户任务"),
        element=identity(element),
    )


def _subprocess(element: etree._Element, notes: Notes) -> None:
    if _by_event(element):
        start = next((child for child in element if is_bpmn(child, {"startEvent"})), element)
        notes.error(
            "EVENT_SUBPROCESS",
            _("不支持事件子流程“{name}”").format(name=label(element)),
            _("改用边界事件"),
            element=identity(start),
        )


def _by_event(element: etree._Element) -> bool:
    return element.get("triggeredByEvent") in ("true", "1")


def _event(element: etree._Element, notes: Notes) -> None:
    found = definitions(element)
    if len(found) > 1 or element.find(tag("eventDefinitionRef")) is not None:
        notes.error(
            "EVENT_MULTIPLE",
            _("事件“{name}”有多个触发条件").format(name=label(element)),
            _("一个事件只写一个触发条件，多个条件请画成多个事件"),
            element=identity(element),
        )
        return
    if is_bpmn(_parent(element), {"subProcess"}) and _by_event(_parent(element)):
        return  # refused as a whole, at this very event
    one = definition(element)
    kind = "" if one is None else local(one).removesuffix("EventDefinition")
    if kind in ("compensate", "cancel"):
        return  # refused as a construct of its own
    if one is None:
        _plain(element, notes)
    elif kind not in _EVENTS[local(element)] or _starts_inside(element):
        notes.error(
            "EVENT_KIND",
            _("事件“{name}”不能这样触发（{kind}）").format(name=label(element), kind=kind),
            _("改用受支持的事件：开始事件只能是普通或者消息开始，子流程只能普通开始"),
            element=identity(element),
        )
    else:
        _reference(element, one, kind, notes)


def _starts_inside(event: etree._Element) -> bool:
    return local(event) == "startEvent" and is_bpmn(_parent(event), {"subProcess"})


def _plain(event: etree._Element, notes: Notes) -> None:
    if local(event) in ("intermediateCatchEvent", "boundaryEvent"):
        notes.error(
            "EVENT_KIND",
            _("事件“{name}”没有写明等待什么").format(name=label(event)),
            _("设置定时、消息、错误等触发条件"),
            element=identity(event),
        )


def _reference(event: etree._Element, one: etree._Element, kind: str, notes: Notes) -> None:
    """A message or signal is always named; an error or escalation when it is thrown."""
    needed = _NEEDS.get(kind) or (_THROWS.get(kind) if local(event) == "endEvent" else None)
    if needed is None and kind == "escalation" and local(event) == "intermediateThrowEvent":
        needed = "escalationRef"
    if needed and not one.get(needed):
        if kind == "message":
            _no_message(event, notes)
            return
        notes.error(
            "EVENT_NO_REFERENCE",
            _("事件“{name}”没有指明{attribute}").format(name=label(event), attribute=needed),
            _("选择所抛出或者等待的信号、错误或者升级"),
            element=identity(event),
            field=needed,
        )
    if kind == "conditional" and not "".join(map(str, one.itertext())).strip():
        notes.error(
            "EVENT_NO_REFERENCE",
            _("条件事件“{name}”没有条件").format(name=label(event)),
            _("填写FEEL条件"),
            element=identity(event),
            field="condition",
        )


def _no_message(element: etree._Element, notes: Notes) -> None:
    notes.error(
        "MESSAGE_MISSING",
        _("“{name}”没有指明是哪一个消息").format(name=label(element)),
        _("选择政策包messages中的一个消息"),
        element=identity(element),
        field="messageRef",
    )


def _correlation(root: etree._Element, notes: Notes) -> None:
    for element in elements(root):
        if is_bpmn(
            element,
            {"correlationProperty", "correlationSubscription", "correlationPropertyBinding"},
        ):
            notes.error(
                "MESSAGE_CORRELATION",
                _("图中写了消息关联表达式，不予执行"),
                _("删除关联设置：消息按案件投递，不需要表达式"),
                element=identity(element),
            )


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    return element if parent is None else parent
