"""The OMG schema of BPMN 2.0, as shipped with SpiffWorkflow, asked of a normalised tree."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import XSD_PATH

from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.diagrams.tree import holder, identity
from server.engine.xml_gate import local

#: more than this nobody mends one by one
_MOST: Final = 20
_QUALIFIED: Final = re.compile(r"\{[^}]*\}")


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(XSD_PATH)))


def check(root: etree._Element, notes: Notes) -> None:
    """Note every place at which the tree is not BPMN 2.0, unless its element was noted already."""
    schema = _schema()
    if schema.validate(root):
        return
    blamed = {finding.element for finding in notes.found if finding.severity == "error"}
    seen: set[tuple[str, str]] = set()
    prefixes = {
        prefix: uri
        for element in root.iter()
        for prefix, uri in element.nsmap.items()
        if prefix is not None
    }
    for entry in schema.error_log:  # type: ignore[attr-defined]  # the stubs miss __iter__
        element = _at(root, entry.path, prefixes)
        place = identity(holder(element)), local(element)
        if place in seen or place[0] in blamed or len(seen) >= _MOST:
            continue
        seen.add(place)
        notes.error(
            "XSD_INVALID",
            _("元素“{kind}”不符合BPMN 2.0标准：{reason}").format(
                kind=place[1], reason=_reason(entry.message)
            ),
            _("用流程图编辑器重新画出该处后导出"),
            element=place[0],
        )


def _at(root: etree._Element, path: str | None, prefixes: dict[str, str]) -> etree._Element:
    """The element libxml2 complains about; its path is made of names and numbers of its own."""
    try:
        found = root.getroottree().xpath(path or "/*", namespaces=prefixes)
    except etree.XPathError:
        return root
    return found[0] if isinstance(found, list) and found else root  # type: ignore[return-value]


def _reason(message: str) -> str:
    plain = _QUALIFIED.sub("", message)
    if "not expected" in plain:
        return _("位置或者顺序不对，或者不允许出现")
    if "attribute" in plain:
        named = re.search(r"attribute '([^']{1,60})'", plain)
        return _("属性“{name}”的值或者名称不对").format(name=named.group(1) if named else "")
    return _("内容不完整或者不对")
