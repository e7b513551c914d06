"""Where a diagram comes to lie in its pack: which processes run, what they and lanes are called.

Every change is told. A name that is taken, or that two elements share, stays as it is.
"""

from collections.abc import Mapping
from typing import Final

from lxml import etree

from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams import drawing
from server.engine.diagrams.tree import flows, identity, label, nodes, running, scopes
from server.engine.xml_gate import BPMNDI, tag

#: attributes that may name a process or a lane
_REFERENCES: Final = ("id", "bpmnElement", "processRef", "calledElement")


def choose(root: etree._Element, chosen: Mapping[str, str] | None, notes: Notes) -> None:
    """Let exactly the chosen processes run, each as the procedure it is to be, if any.

    ``chosen``: id of a process -> key of a procedure, empty for its own id. None: as the file
    says itself.
    """
    if chosen is None:
        return
    for process in root.iterchildren(tag("process")):
        runs = process.get("id", "") in chosen
        if runs != (process.get("isExecutable") in ("true", "1")):
            process.set("isExecutable", "true" if runs else "false")
            message = (
                _("流程“{name}”按您的选择运行")
                if runs
                else _("流程“{name}”按您的选择只作图示，不运行")
            )
            notes.info(
                "IMPORT_PROCESS",
                message.format(name=label(process)),
                _("在导入页可以重新选择"),
                element=identity(process),
            )
    for old, new in chosen.items():
        if new and new != old and _rename(root, old, new):
            notes.info(
                "IMPORT_PROCEDURE",
                _("流程“{old}”作为程序“{new}”，标识已改").format(old=old[:60], new=new),
                _("程序的设置在pack.yaml的procedures中"),
                element=new,
            )


def lanes(root: etree._Element, known: Mapping[str, str], notes: Notes) -> None:
    """Give a lane whose name is that of a lane of the pack its key; never two the same."""
    named: dict[str, list[etree._Element]] = {}
    for process in running(root):
        for lane in process.iter(tag("lane")):
            named.setdefault(" ".join((lane.get("name") or "").split()), []).append(lane)
    for name, found in named.items():
        key, old = known.get(name, ""), found[0].get("id", "")
        if len(found) == 1 and key and key != old and _rename(root, old, key):
            notes.info(
                "IMPORT_LANE",
                _("泳道“{name}”就是本包中同名的泳道，已接上它的岗位").format(name=name[:60]),
                _("请核对是不是同一个岗位"),
                element=key,
            )


def drawn(root: etree._Element, notes: Notes) -> None:
    """Refuse what would run unseen; a flow whose ends are drawn gets a straight line."""
    shapes = _shapes(root)
    inside = [scope for scope in scopes(root) if nodes(scope)]
    if inside and not shapes:
        notes.error(
            "IMPORT_NO_DRAWING",
            _("文件里只有流程，没有图形，无法显示"),
            _("在原工具中连同图形一起导出（BPMN 2.0 XML，含BPMNDI）"),
            element=identity(inside[0]),
        )
        return
    for scope in inside:
        for node in nodes(scope):
            if node.get("id") not in shapes:
                notes.error(
                    "IMPORT_NOT_DRAWN",
                    _("“{name}”会运行，但图上没有画出来").format(name=label(node)),
                    _("在原工具中画出它，或者删除，然后重新导出"),
                    element=identity(node),
                )
    lines(root, notes)


def lines(root: etree._Element, notes: Notes) -> None:
    """Draw each flow that has no line between its two drawn ends."""
    shapes = _shapes(root)
    for scope in scopes(root):
        for flow in flows(scope):
            ends = flow.get("sourceRef", ""), flow.get("targetRef", "")
            if flow.get("id") and flow.get("id") not in shapes and set(ends) <= shapes:
                drawing.connect(root, flow.get("id", ""), *ends)
                notes.info(
                    "IMPORT_LINE",
                    _("连线“{name}”原来没有画出来，已补画为直线").format(name=label(flow)),
                    _("在设计器中可以调整"),
                    element=identity(flow),
                )


def _shapes(root: etree._Element) -> set[str]:
    """Ids of what is drawn."""
    return {
        shape.get("bpmnElement", "").rpartition(":")[2]
        for shape in root.iter(tag("BPMNShape", BPMNDI), tag("BPMNEdge", BPMNDI))
    }


def _rename(root: etree._Element, old: str, new: str) -> bool:
    """Call the element ``old`` by its new id wherever it is named; False: the id is taken."""
    if not old or any(element.get("id") == new for element in root.iter()):
        return False
    for element in root.iter():
        for name in _REFERENCES:
            if element.get(name, "").rpartition(":")[2] == old and element.get(name):
                element.set(name, new)
    return True
