"""What a diagram says beside BPMN: our own attributes, and those of other tools.

Ours are the few of docs/reference/pack-format.md and nothing else. Foreign ones are kept in the
file and never read; those that carry code are refused by name, so that nobody believes that
they run (SECURITY UP-5, UP-9, UP-10).
"""

from collections import Counter
from typing import Final

from lxml import etree

from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.tree import elements, identity, label, words
from server.engine.xml_gate import BPMN, RONGCUO, XSD, XSI, local, namespace

#: our attribute -> element it may stand on
_OWN: Final = {
    "form": "userTask",
    "deadline": "userTask",
    "decision": "businessRuleTask",
    "result": "businessRuleTask",
    "outcome": "endEvent",
}
#: the same in the words of the designer's panel
_LABELS: Final = {
    "form": _("表单"),
    "deadline": _("期限"),
    "decision": _("决策表"),
    "result": _("结果写入变量"),
    "outcome": _("办理结果"),
}
_HOLDERS: Final = {
    "userTask": _("用户任务"),
    "businessRuleTask": _("规则任务"),
    "endEvent": _("结束事件"),
}
#: attributes the normaliser itself leaves on any element
_MADE: Final = frozenset({"original", "made"})
#: extension elements of other tools that carry code or data taken for code
_CODE: Final = words(
    """serviceTaskOperator messagePayload payloadExpression processVariableCorrelation unitTests
    unitTest taskMetadataValues"""
)
_SILENT: Final = frozenset({BPMN, RONGCUO, XSI, XSD, "http://www.w3.org/XML/1998/namespace", ""})


def check(root: etree._Element, notes: Notes) -> None:
    """Note misplaced attributes of ours, refused code of others, and what is merely kept."""
    kept: Counter[str] = Counter()
    for element in elements(root):
        if namespace(element) == RONGCUO:
            _unknown(element, local(element), notes)
        elif namespace(element) not in _SILENT or _inside_extension(element):
            _foreign(element, kept, notes)
        for name in element.attrib:
            qualified = etree.QName(str(name))
            if qualified.namespace == RONGCUO:
                _own(element, qualified.localname, notes)
            elif (qualified.namespace or "") not in _SILENT:
                kept[f"{qualified.namespace} {qualified.localname}"] += 1
    for name, count in sorted(kept.items()):
        notes.info(
            "EXTENSION_KEPT",
            _("其他工具的扩展内容“{name}”（{count}处）保留在文件中，不起作用").format(
                name=name.rsplit(" ", 1)[-1], count=count
            ),
            field=name,
        )


def _foreign(element: etree._Element, kept: Counter[str], notes: Notes) -> None:
    name = local(element)
    if name.lower().endswith("script") or name in _CODE:
        notes.error(
            "EXTENSION_CODE",
            _("“{name}”带有其他工具的代码或者表达式（{kind}），不予执行").format(
                name=label(_owner(element)), kind=name[:60]
            ),
            _("删除该扩展，条件请写成FEEL"),
            element=identity(element),
            field=name[:60],
        )
        return
    kept[f"{namespace(element)} {name}"] += 1


def _own(element: etree._Element, name: str, notes: Notes) -> None:
    if name in _MADE:
        return
    if name not in _OWN:
        _unknown(element, name, notes)
    elif local(element) != _OWN[name] and (name, local(element)) != ("deadline", "manualTask"):
        notes.error(
            "EXTENSION_MISPLACED",
            _("“{name}”上不能设“{setting}”").format(name=label(element), setting=_LABELS[name]),
            _("只有{kind}可以设“{setting}”：从这里去掉，设在那样的环节上").format(
                setting=_LABELS[name], kind=_HOLDERS[_OWN[name]]
            ),
            element=identity(element),
            field=f"rongcuo:{name}",
        )


def _unknown(element: etree._Element, name: str, notes: Notes) -> None:
    notes.error(
        "EXTENSION_UNKNOWN",
        _("“{name}”上有系统不认识的设置“{attribute}”").format(
            name=label(element), attribute=name[:60]
        ),
        _("从文件中删除这项设置；能用的设置都列在设计器的属性中"),
        element=identity(element),
        field=f"rongcuo:{name[:60]}",
    )


def _inside_extension(element: etree._Element) -> bool:
    return any(local(around) == "extensionElements" for around in element.iterancestors())


def _owner(element: etree._Element) -> etree._Element:
    for around in element.iterancestors():
        if namespace(around) == BPMN and local(around) != "extensionElements":
            return around
    return element
