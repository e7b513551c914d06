"""Numbers and expressions of a diagram before anything reads them: caps, timers, language.

Each cap answers one legal literal that stops a stock engine: 10^12 months, ten million
instances, a loop without end, five hundred tasks in a row (SECURITY UP-12 to UP-16).
"""

import re
from typing import Final

from lxml import etree

from server.domain.notes import Notes
from server.domain.texts import _
from server.domain.wishes import WishRefused, read_wish
from server.engine.diagrams.elements import FLOW_NODES
from server.engine.diagrams.tree import holder, identity, is_bpmn, label, running
from server.engine.feel_names import reserved_names
from server.engine.xml_gate import BPMN, RONGCUO, local, namespace, tag

MOST_INSTANCES: Final = 1_000
MOST_NODES: Final = 400
MOST_CHARACTERS: Final = 2_000

_WHOLE: Final = re.compile(r"[+-]?\d+")
_NAME: Final = re.compile(r"[^\W\d]\w*")
_EXPRESSIONS: Final = frozenset(
    {"conditionExpression", "condition", "loopCardinality", "loopCondition", "completionCondition"}
)
_TIMERS: Final = frozenset({"timeDate", "timeDuration", "timeCycle"})
_FOREIGN: Final = re.compile(r"\$\{|#\{|<%|\{\{")


def check(root: etree._Element, notes: Notes) -> None:
    """Note every number over its cap and every expression that is not FEEL or a timer text."""
    default = root.get("expressionLanguage", "")
    for process in running(root):
        count = sum(1 for element in process.iter() if is_bpmn(element, FLOW_NODES))
        if count > MOST_NODES:
            notes.error(
                "PROCESS_TOO_LARGE",
                _("流程“{name}”有{count}个节点，超过{limit}个的上限").format(
                    name=label(process), count=count, limit=MOST_NODES
                ),
                _("把一部分画成单独的流程，用调用活动连接"),
                element=identity(process),
            )
        for element in process.iter():
            if namespace(element) == BPMN:
                _element(element, default, notes)


def _element(element: etree._Element, default: str, notes: Notes) -> None:
    kind = local(element)
    if kind in _EXPRESSIONS:
        _expression(element, default, notes)
    elif kind == "timerEventDefinition":
        _timer(element, notes)
    elif kind == "multiInstanceLoopCharacteristics":
        _multi_instance(element, notes)
    elif kind == "standardLoopCharacteristics":
        maximum = element.get("loopMaximum", "")
        _cap(element, maximum or "-", notes)
    elif kind == "dataObject":
        _reserved(element, element.get("id", ""), notes)
    elif kind in ("loopDataInputRef", "loopDataOutputRef"):
        _name(element, (element.text or "").strip(), notes)
    elif kind == "businessRuleTask" and element.get(tag("result", RONGCUO)):
        _name(element, element.get(tag("result", RONGCUO), ""), notes)


def _expression(element: etree._Element, default: str, notes: Notes) -> None:
    text = "".join(map(str, element.itertext())).strip()
    language = element.get("language") or default
    if len(text) > MOST_CHARACTERS:
        notes.error(
            "EXPRESSION_TOO_LONG",
            _("“{name}”的表达式超过{limit}个字符").format(
                name=label(holder(element)), limit=MOST_CHARACTERS
            ),
            _("把判断放进决策表"),
            element=identity(holder(element)),
        )
    elif text and ("feel" not in language.lower() if language else False):
        notes.error(
            "EXPRESSION_LANGUAGE",
            _("“{name}”的表达式语言不是FEEL（{language}）").format(
                name=label(holder(element)), language=language[:60]
            ),
            _("改写为FEEL，并把表达式语言设为FEEL"),
            element=identity(holder(element)),
        )
    elif _FOREIGN.search(text):
        notes.error(
            "EXPRESSION_LANGUAGE",
            _("“{name}”的表达式是其他引擎的写法").format(name=label(holder(element))),
            _("改写为FEEL，例如accepted = true"),
            element=identity(holder(element)),
        )


def _timer(element: etree._Element, notes: Notes) -> None:
    texts = [child for child in element if is_bpmn(child, _TIMERS)]
    if len(texts) != 1:
        _timer_refused(element, "form", notes)
        return
    try:
        read_wish("".join(map(str, texts[0].itertext())), local(texts[0]))
    except WishRefused as refused:
        _timer_refused(element, refused.reason, notes)


def _timer_refused(element: etree._Element, reason: str, notes: Notes) -> None:
    why = {
        "form": _("写法无法识别"),
        "digits": _("数字超过4位"),
        "repeats": _("没有重复次数，或者超过999次"),
        "short": _("间隔不足1分钟"),
        "kind": _("与定时器的种类不符"),
        "offset": _("时刻没有写明时区"),
    }[reason]
    notes.error(
        "TIMER_TEXT",
        _("定时事件“{name}”的时间{why}").format(name=label(holder(element)), why=why),
        _('写成deadline("proposal")、reminder("proposal", -1)，或者PT10M这样的技术等待'),
        element=identity(holder(element)),
    )


def _multi_instance(element: etree._Element, notes: Notes) -> None:
    cardinality = element.find(tag("loopCardinality"))
    collection = element.find(tag("loopDataInputRef"))
    if (cardinality is None) == (collection is None):
        notes.error(
            "LOOP_SOURCE",
            _("多实例“{name}”须在名单变量和次数中恰好写明一个").format(name=label(holder(element))),
            _("写明名单变量（名单中每人一份）或者次数，只写一个"),
            element=identity(holder(element)),
        )
    if cardinality is not None:
        text = "".join(map(str, cardinality.itertext())).strip()
        if _WHOLE.fullmatch(text) or not text:
            _cap(element, text, notes)
    output = element.find(tag("outputDataItem"))
    if (output is None) != (element.find(tag("loopDataOutputRef")) is None):
        notes.error(
            "LOOP_OUTPUT",
            _("多实例“{name}”的结果只写了一半").format(name=label(holder(element))),
            _("结果名单和每人的结果须同时写明，或者都不写"),
            element=identity(holder(element)),
        )
    for item in (element.find(tag("inputDataItem")), output):
        if item is not None:
            _name(item, item.get("name") or item.get("id") or "", notes)


def _cap(element: etree._Element, text: str, notes: Notes) -> None:
    whole = _WHOLE.fullmatch(text)
    if not whole or not 1 <= int(text[:12]) <= MOST_INSTANCES:
        notes.error(
            "LOOP_CAP",
            _("“{name}”的循环次数须在1至{limit}之间").format(
                name=label(holder(element)), limit=MOST_INSTANCES
            ),
            _("写明不超过上限的次数"),
            element=identity(holder(element)),
        )


def _name(element: etree._Element, name: str, notes: Notes) -> None:
    if not _NAME.fullmatch(name) or name.startswith("_"):
        _bad_name(element, name, notes)
    else:
        _reserved(element, name, notes)


def _reserved(element: etree._Element, name: str, notes: Notes) -> None:
    if name in reserved_names():
        _bad_name(element, name, notes)


def _bad_name(element: etree._Element, name: str, notes: Notes) -> None:
    notes.error(
        "NAME_RESERVED",
        _("“{name}”不能作变量名：它是FEEL的保留字或者含有不允许的字符").format(name=name[:60]),
        _("换一个由文字、数字和下划线组成的名称"),
        element=identity(holder(element)),
        field="name",
    )
