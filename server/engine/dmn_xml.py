"""DMN bytes to an element tree that cannot do harm, or a refusal in words (SECURITY UP-1..3)."""

from typing import Final

from lxml import etree

from server.domain.errors import DecisionFailed
from server.domain.texts import _

MOST_BYTES: Final = 2 << 20
MOST_ELEMENTS: Final = 60_000

#: 1.1 to 1.5, with the addresses of both decades
_MODEL: Final = ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")
_ENCODINGS: Final = frozenset(
    (
        "UTF-8",
        "UTF-16",
        "UTF-16LE",
        "UTF-16BE",
        "GB18030",
        "GBK",
        "GB2312",
        "US-ASCII",
        "ASCII",
        "ISO-8859-1",
    )
)


def read(content: bytes | str) -> etree._Element:
    """The root of a DMN file; comments are gone, nothing outside the file was read.

    Raises:
        DecisionFailed: too large, no XML, a DOCTYPE, a foreign encoding, or not DMN.
    """
    data = content.encode() if isinstance(content, str) else content
    if len(data) > MOST_BYTES:
        raise DecisionFailed(_("决策文件超过{most}MB").format(most=MOST_BYTES >> 20))
    parser = etree.XMLParser(
        encoding="utf-8" if isinstance(content, str) else None,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as broken:
        raise DecisionFailed(_("决策文件不是可以读取的XML"), detail=str(broken)) from broken
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise DecisionFailed(_("决策文件含有DOCTYPE声明，不予读取"))
    if (info.encoding or "UTF-8").upper() not in _ENCODINGS:
        raise DecisionFailed(_("决策文件的编码不受支持"), detail=str(info.encoding))
    if sum(1 for _each in root.iter()) > MOST_ELEMENTS:
        raise DecisionFailed(_("决策文件的元素过多"))
    if tag(root) != "definitions":
        raise DecisionFailed(_("这不是DMN决策文件"))
    return root


def tag(element: etree._Element) -> str:
    """The local name of a DMN element, empty for one of another vocabulary."""
    name = etree.QName(element)
    space = name.namespace or ""
    return name.localname if is_model(space) else ""


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
