"""What other tools write beside BPMN, and what becomes of it here: kept and told, never run.

What carries over safely is carried over and told, too: a form by its name, a table by its id, a
called process, FEEL behind the equals sign of its own dialect.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.tree import elements, holder, identity, is_bpmn, label, running
from server.engine.imports import juel
from server.engine.xml_gate import BPMN, RONGCUO, XSI, local, namespace, tag

_ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
_TOOLS: Final = {
    "http://camunda.org/schema/1.0/bpmn": "Camunda 7",
    _ZEEBE: "Camunda 8",
    "http://flowable.org/bpmn": "Flowable",
    "http://activiti.org/bpmn": "Activiti",
    "http://www.signavio.com": "Signavio",
    "http://www.bizagi.com/bpmn20": "Bizagi",
}
_WORKERS: Final = ("assignee", "owner", "candidateUsers", "candidateGroups")
_DUE: Final = ("dueDate", "followUpDate")
_FORMS: Final = ("formKey", "formRef", "formId", "externalReference")
_TABLES: Final = ("decisionRef", "decisionId")
_RUNS: Final = ("class", "delegateExpression", "expression", "topic")
_LISTENERS: Final = ("executionListener", "taskListener")
_VARIABLES: Final = ("inputOutput", "ioMapping", "in", "out")
#: what forms are called in front of their name
_BEFORE: Final = ("embedded:", "app:", "deployment:", "camunda-forms:", "generated:")
_BEHIND: Final = (".form.json", ".form", ".html", ".json")
_SHOWN: Final = 60
_VARIABLE: Final = re.compile(r"[^\W\d_]\w{0,79}")
_CODE_FIX: Final = _("需要系统做的事，改用决策表、消息或者用户任务")


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a diagram may name in the pack it comes to."""

    forms: Collection[str] = ()
    #: ids of the decisions of its tables
    decisions: Collection[str] = ()
    #: title of a lane -> its key
    lanes: Mapping[str, str] = field(default_factory=dict)


def exporter(root: etree._Element) -> str:
    """The tool that wrote the file, as it says itself or as its words betray; empty: unknown."""
    said = " ".join(
        part for part in (root.get("exporter", ""), root.get("exporterVersion", "")) if part
    )
    spoken = {uri for element in root.iter() for uri in element.nsmap.values()}
    return said[:80] or next((name for uri, name in _TOOLS.items() if uri in spoken), "")


def carry_over(root: etree._Element, known: Known, notes: Notes) -> None:
    """Tell what other tools wrote at each element, and carry over what means the same here."""
    for element in list(elements(root)):
        if namespace(element) not in (BPMN, RONGCUO):
            _foreign(element, notes)
        for name, value in _foreign_attributes(element):
            _attribute(element, name, value, known, notes)
    for process in running(root):
        for condition in list(process.iter(tag("conditionExpression"))):
            _condition(root, condition, notes)


def _foreign_attributes(element: etree._Element) -> list[tuple[str, str]]:
    """Attributes of other tools: their own on ours, and any on an element of theirs."""
    own = namespace(element) not in (BPMN, RONGCUO)
    found = []
    for name, value in element.attrib.items():
        qualified = etree.QName(str(name))
        uri = qualified.namespace or ""
        if (uri and uri not in (BPMN, RONGCUO, XSI)) or (own and not uri):
            found.append((qualified.localname, str(value)))
    return found


def _attribute(element: etree._Element, name: str, value: str, known: Known, notes: Notes) -> None:
    node = holder(element)
    if name in _FORMS and is_bpmn(node, {"userTask", "startEvent", "task"}):
        _form(node, value, known, notes)
    elif name in _TABLES and is_bpmn(node, {"businessRuleTask"}):
        _table(node, value, known, notes)
    elif name == "processId" and local(element) == "calledElement":
        _call(node, value, notes)
    elif name in _WORKERS:
        message = _("“{name}”在原工具中写明的办理人“{value}”不起作用")
        _tell(notes, "IMPORT_WORKER", node, message, value, _("办理人由泳道的岗位决定，不必处理"))
    elif name in _DUE:
        message = _("“{name}”在原工具中写明的到期时间“{value}”不起作用")
        _tell(notes, "IMPORT_DUE", node, message, value, _("在属性中按名称选择期限"))
    elif name in _RUNS and namespace(element) == BPMN:
        message = _("“{name}”在原工具中调用的程序“{value}”不会执行")
        _tell(notes, "IMPORT_CODE", node, message, value, _CODE_FIX)


def _foreign(element: etree._Element, notes: Notes) -> None:
    node, kind = holder(element), local(element)
    if kind in _LISTENERS:
        value = element.get("event") or kind
        message = _("“{name}”在原工具中的监听程序（{value}）不会执行")
        _tell(notes, "IMPORT_CODE", node, message, value, _CODE_FIX)
    elif kind == "taskDefinition":
        message = _("“{name}”在原工具中调用的程序“{value}”不会执行")
        _tell(notes, "IMPORT_CODE", node, message, element.get("type", ""), _CODE_FIX)
    elif kind in _VARIABLES:
        message = _("“{name}”在原工具中的变量对照（{value}）不起作用")
        fix = _("表单字段和决策结果在整个事项中都可以按名称读取，一般不必处理")
        _tell(notes, "IMPORT_VARIABLES", node, message, kind, fix)


def _tell(  # one sentence and its place
    notes: Notes, code: str, node: etree._Element, message: str, value: str, fix: str
) -> None:
    shown = " ".join(value.split())[:_SHOWN]
    notes.info(code, message.format(name=label(node), value=shown), fix, element=identity(node))


def _form(node: etree._Element, value: str, known: Known, notes: Notes) -> None:
    name = value.strip()
    for before in _BEFORE:
        name = name.removeprefix(before)
    for behind in _BEHIND:
        name = name.removesuffix(behind)
    name = name.rsplit("/", 1)[-1]
    if is_bpmn(node, {"startEvent"}):
        message = _("开始事件“{name}”在原工具中用表单“{value}”，在这里由程序的设置决定")
        fix = _("在pack.yaml的procedures中写明启动表单")
        _tell(notes, "IMPORT_START_FORM", node, message, value, fix)
    elif node.get(tag("form", RONGCUO)):
        return
    elif name in known.forms:
        node.set(tag("form", RONGCUO), name)
        message = _("“{name}”的表单“{value}”就是本包中同名的表单，已经填好")
        _tell(notes, "IMPORT_FORM", node, message, name, _("请核对是不是同一张表单"))
    else:
        message = _("“{name}”在原工具中用表单“{value}”，本包没有这个名称的表单")
        _tell(notes, "IMPORT_FORM_OTHER", node, message, value, _("在属性中选择本包的表单"))


def _table(node: etree._Element, value: str, known: Known, notes: Notes) -> None:
    if node.get(tag("decision", RONGCUO)):
        return
    if value in known.decisions:
        node.set(tag("decision", RONGCUO), value)
        _result(node)
        message = _("“{name}”的决策“{value}”就是本包中同一标识的决策，已经连同结果名称填好")
        _tell(notes, "IMPORT_DECISION", node, message, value, _("请核对决策表的输入和结果名称"))
    else:
        message = _("“{name}”在原工具中用决策“{value}”，本包没有这个标识的决策")
        _tell(notes, "IMPORT_DECISION_OTHER", node, message, value, _("在属性中选择本包的决策"))


def _result(node: etree._Element) -> None:
    """The variable the result had there, where it may be one here."""
    pairs = [pair for element in node.iter() for pair in _foreign_attributes(element)]
    named = next((value for name, value in pairs if name == "resultVariable"), "")
    if _VARIABLE.fullmatch(named) and not node.get(tag("result", RONGCUO)):
        node.set(tag("result", RONGCUO), named)


def _call(node: etree._Element, value: str, notes: Notes) -> None:
    if node.get("calledElement") or not value or value.startswith("="):
        return
    node.set("calledElement", value)
    message = _("“{name}”所调用的流程“{value}”已按BPMN的写法填好")
    _tell(notes, "IMPORT_CALL", node, message, value, _("被调用的流程须在本包中"))


def _condition(root: etree._Element, condition: etree._Element, notes: Notes) -> None:
    text = "".join(map(str, condition.itertext())).strip()
    flow = holder(condition)
    if text.startswith("=") and _ZEEBE in root.nsmap.values():
        for part in list(condition):
            condition.remove(part)
        condition.text = text[1:].strip()
        message = _("“{name}”的条件已去掉前面的等号：{value}")
        _tell(notes, "IMPORT_CONDITION", flow, message, condition.text, _("意思不变，不必处理"))
        return
    if _is_foreign(condition, text):
        _propose(flow, text, notes)


def _is_foreign(condition: etree._Element, text: str) -> bool:
    said = (condition.get("language") or "feel").lower()
    return text.startswith(("${", "#{")) or "feel" not in said or "==" in text or "&&" in text


def _propose(flow: etree._Element, text: str, notes: Notes) -> None:
    said = juel.proposed(text)
    if said:
        notes.info(
            "IMPORT_CONDITION_PROPOSED",
            _("“{name}”原来的条件是{text}，用FEEL可以写成{said}").format(
                name=label(flow), text=" ".join(text.split())[:_SHOWN], said=said[:200]
            ),
            _("核对意思以后，把条件改成FEEL"),
            element=identity(flow),
        )
