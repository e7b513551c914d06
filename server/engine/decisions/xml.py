"""DMN bytes to the hardened tree of ``xml_gate``, or a refusal; and small ways to read it."""

import re
from typing import Final

from lxml import etree

from server.domain.errors import DecisionFailed
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine import xml_gate

#: tables of 2,000 rules have more elements than a diagram may have
MOST_ELEMENTS: Final = 60_000

#: 1.1 to 1.5, with the addresses of both decades
_MODEL: Final = ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")


def read(content: bytes | str) -> etree._Element:
    """The root of a DMN file; comments are gone, nothing outside the file was read.

    Raises:
        DecisionFailed: too large, no XML, a DOCTYPE, a foreign encoding, or not DMN.
    """
    data = content if isinstance(content, bytes) else _DECLARATION.sub("", content, 1).encode()
    answer = xml_gate.read("", data)
    problems = [each for each in answer.findings if not _bearable(each, answer.root)]
    if problems or answer.root is None:
        raise DecisionFailed(_("决策文件不能读取：{why}").format(why=problems[0].message))
    if tag(answer.root) != "definitions":
        raise DecisionFailed(_("这不是DMN决策文件"))
    return answer.root


def _bearable(finding: Finding, root: etree._Element | None) -> bool:
    if finding.code != "XML_TOO_MANY_ELEMENTS" or root is None:
        return False
    return sum(1 for _each in root.iter()) <= MOST_ELEMENTS


def tag(element: etree._Element) -> str:
    """The local name of a DMN element, empty for one of another vocabulary."""
    space, _brace, name = str(element.tag).rpartition("}")
    return name if is_model(space[1:]) else ""


def is_model(namespace: str) -> bool:
    """True for the namespace of DMN models, of any version."""
    return namespace.startswith(_MODEL) and ("/MODEL/" in namespace or namespace.endswith(".xsd"))


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    """The direct children with one of these DMN names."""
    return [child for child in element if tag(child) in names]


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first direct child with this DMN name."""
    return next(iter(children(element, name)), None)


def text_of(element: etree._Element | None, name: str = "text") -> str:
    """The text of a child element, stripped; empty when there is none."""
    found = None if element is None else child(element, name)
    return "" if found is None else "".join(map(str, found.itertext())).strip()


def attribute(element: etree._Element | None, name: str) -> str:
    """The attribute, stripped; empty when there is none."""
    return "" if element is None else (element.get(name) or "").strip()


def type_of(element: etree._Element | None) -> str:
    """The ``typeRef``: an attribute since DMN 1.2, an element in item definitions."""
    return attribute(element, "typeRef") or text_of(element, "typeRef")
