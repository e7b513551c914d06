"""Rewrites of names: what runs, missing and reserved ids, prefixes, texts of timers.

No rewrite here changes what a diagram means; each is listed to the designer with its element.
"""

import hashlib
import re
from typing import Final

from lxml import etree

from server.domain.notes import Notes
from server.domain.texts import _
from server.domain.wishes import unquoted
from server.engine.diagrams.elements import FLOW_NODES
from server.engine.diagrams.references import QUALIFIED
from server.engine.diagrams.tree import elements, flows, is_bpmn, label, nodes, running, scopes
from server.engine.xml_gate import BPMN, RONGCUO, local, namespace, tag

#: ids the engine uses itself (ENGINE section 3)
_RESERVED: Final = re.compile(
    r"Start|End|Root|StartEventSplit|StartEventJoin|__.*"
    r"|.*\.(EndJoin|BoundaryEventSplit|BoundaryEventJoin)"
)
#: elements whose text is the id of a node or flow
_TEXTS: Final = frozenset({"flowNodeRef", "incoming", "outgoing", "sourceRef", "targetRef"})
#: attributes that may name a node; a called process is no node
_REFERENCES: Final = QUALIFIED - {"calledElement", "processRef"}


def decide_executable(root: etree._Element, notes: Notes, *, all_processes: bool) -> None:
    """Every process says ``true`` or ``false``; the only one of a file runs unless it says no.

    Stock takes an absent attribute for true and ``1`` for false. ``all_processes`` is the
    designer's wish to run every process of the file that has something in it.
    """
    processes = list(root.iterchildren(tag("process")))
    filled = [process for process in processes if nodes(process)]
    for process in processes:
        stated = process.get("isExecutable", "").strip()
        runs = stated in ("true", "1")
        if not runs and (
            (all_processes and process in filled) or (not stated and filled == [process])
        ):
            runs = True
            notes.info(
                "MADE_EXECUTABLE",
                _("流程“{name}”已设为可执行").format(name=label(process)),
                element=process.get("id", ""),
            )
        elif stated not in ("true", "false"):
            notes.info(
                "EXECUTABLE_STATED",
                _("流程“{name}”已写明{value}").format(
                    name=label(process), value=_("运行") if runs else _("不运行")
                ),
                element=process.get("id", ""),
            )
        process.set("isExecutable", "true" if runs else "false")
    if not running(root):
        notes.error(
            "NO_EXECUTABLE_PROCESS",
            _("文件中没有可执行的流程"),
            _("导入时勾选要运行的流程，或者在原工具中设为可执行"),
        )


def drop_prefixes(root: etree._Element, notes: Notes) -> None:
    """References lose their namespace prefix: the engine compares plain ids."""
    known = {element.get("id") for element in elements(root)}
    for element in root.iter():
        for name in QUALIFIED & set(map(str, element.attrib)):
            value = element.get(name, "")
            bare = value.rpartition(":")[2]
            if ":" in value and (bare in known or name == "calledElement"):
                element.set(name, bare)
                notes.info(
                    "REFERENCE_PREFIX",
                    _("引用“{value}”已去掉前缀").format(value=value[:60]),
                    element=element.get("id") or bare,
                    field=name,
                )


def add_missing_ids(root: etree._Element, notes: Notes) -> None:
    """Flows and nodes without an id get one that is the same at every import of the file."""
    known = {element.get("id") for element in root.iter()}
    for scope in scopes(root):
        for ordinal, element in enumerate((*flows(scope), *nodes(scope))):
            if element.get("id"):
                continue
            parts = (element.get("sourceRef"), element.get("targetRef"), scope.get("id"))
            digest = hashlib.sha256(repr((*parts, ordinal)).encode()).hexdigest()[:12]
            prefix = "Flow" if local(element) == "sequenceFlow" else "Node"
            element.set("id", free_id(f"{prefix}_{digest}", known))
            notes.info(
                "ID_ADDED",
                _("没有标识的连线或者节点“{name}”已补上标识").format(name=label(element)),
                element=element.get("id", ""),
            )


def rename_reserved(root: etree._Element, notes: Notes) -> None:
    """Node ids the engine uses itself are renamed everywhere; the old one stays for display."""
    known = {element.get("id") for element in root.iter()}
    new_ids: dict[str, str] = {}
    for scope in scopes(root):
        for node in nodes(scope):
            old = node.get("id", "")
            if _RESERVED.fullmatch(old):
                new_ids[old] = free_id(f"node_{old.strip('_').replace('.', '_')}", known)
                node.set(tag("original", RONGCUO), old)
                notes.info(
                    "ID_RENAMED",
                    _("标识“{old}”是引擎保留的，已改为“{new}”").format(
                        old=old[:60], new=new_ids[old]
                    ),
                    element=new_ids[old],
                )
    if new_ids:
        _rename(root, new_ids)


def _rename(root: etree._Element, new_ids: dict[str, str]) -> None:
    for element in root.iter():
        for name in ("id", *_REFERENCES):
            if element.get(name) in new_ids and _names_ids(element):
                element.set(name, new_ids[element.get(name, "")])
        text = (element.text or "").strip()
        if namespace(element) == BPMN and local(element) in _TEXTS and text in new_ids:
            element.text = new_ids[text]


def _names_ids(element: etree._Element) -> bool:
    """May attributes of this element name ids of the diagram: not those of other vendors."""
    return "omg.org" in namespace(element)


def plain_timers(root: etree._Element, notes: Notes) -> None:
    """Literals lose the quotes some editors put around them; nothing else is touched."""
    for process in running(root):
        for element in process.iter(tag("timeDate"), tag("timeDuration"), tag("timeCycle")):
            text = (element.text or "").strip()
            if unquoted(text) != text:
                element.text = unquoted(text)
                notes.info(
                    "TIMER_UNQUOTED",
                    _("定时写法{text}已去掉引号").format(text=text[:60]),
                    element=_event_id(element),
                )


def plain_tasks(root: etree._Element, notes: Notes) -> None:
    """A task without a kind waits like a user task in the engine, so it is called one."""
    for process in running(root):
        for element in list(process.iter(tag("task"))):
            element.tag = tag("userTask")
            notes.info(
                "TASK_MADE_USER_TASK",
                _("未注明类型的任务“{name}”按用户任务办理").format(name=label(element)),
                element=element.get("id", ""),
            )


def pictures(root: etree._Element, notes: Notes) -> None:
    """Say of data stores that they are pictures here."""
    for element in elements(root):
        if is_bpmn(element, {"dataStore", "dataStoreReference"}):
            notes.info(
                "DATA_STORE_PICTURE",
                _("数据存储“{name}”只作图示，不读写数据").format(name=label(element)),
                element=element.get("id", ""),
            )


def free_id(wanted: str, known: set[str | None]) -> str:
    """``wanted``, or with the first number that makes it new; it is known from then on."""
    found, number = wanted, 1
    while found in known:
        number += 1
        found = f"{wanted}_{number}"
    known.add(found)
    return found


def _event_id(element: etree._Element) -> str:
    for around in element.iterancestors():
        if is_bpmn(around, FLOW_NODES):
            return around.get("id", "")
    return ""
