"""Bytes of an uploaded XML file -> one hardened lxml tree, or the findings why not.

Nothing else in the program reads XML of a pack: lint, engine, viewer and hash all use the
serialisation of the one tree made here (SECURITY UP-1, UP-2). Comments and processing
instructions are gone before anything looks, no entity is ever resolved, no address is opened.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from server.domain.findings import Finding
from server.domain.texts import _

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XSD: Final = "http://www.w3.org/2001/XMLSchema"
#: namespace of everything a diagram says to this program
RONGCUO: Final = "urn:rongcuo:bpmn:1"

etree.register_namespace("rongcuo", RONGCUO)
etree.register_namespace("bpmndi", BPMNDI)
etree.register_namespace("dc", DC)
etree.register_namespace("di", DI)

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ELEMENTS: Final = 20_000
MAX_ATTRIBUTES: Final = 60
MAX_DEPTH: Final = 100

#: encodings a file may declare; UTF-7 and everything exotic is refused (ENGINE section 3)
_ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16",
    "utf-16be": "utf-16",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
}
_DECLARATION = re.compile(
    r"""\A\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>"""
)
_ANY_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
#: bidirectional controls and C0 characters have no place in a text people read (UP-19)
_FORBIDDEN = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Read:
    """The tree, or None together with at least one error."""

    root: etree._Element | None
    findings: tuple[Finding, ...] = ()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
        encoding="utf-8",
    )


def parse(data: bytes) -> etree._Element:
    """The hardened tree of XML that is UTF-8 already, as the gate itself writes it.

    Raises lxml.etree.XMLSyntaxError when it is not well-formed.
    """
    return etree.fromstring(data, _parser())


def local(element: etree._Element) -> str:
    """Name of the element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """Namespace of the element, empty when it has none."""
    return str(element.tag).rpartition("}")[0][1:]


def tag(name: str, uri: str = BPMN) -> str:
    """The qualified tag lxml uses, in the BPMN namespace unless told otherwise."""
    return f"{{{uri}}}{name}"


def read(file: str, data: bytes) -> Read:
    """Read an uploaded file in any allowed encoding; refuse size, DOCTYPE, depth and garbage."""
    if len(data) > MAX_BYTES:
        return _refused(file, "FILE_TOO_LARGE", _("文件超过2 MB"), _("请拆分流程图后再上传"))
    text = _decode(data)
    if text is None:
        return _refused(
            file,
            "XML_ENCODING",
            _("文件的字符编码无法识别或不被允许"),
            _("请另存为UTF-8编码（也接受UTF-16、GB18030、GBK、GB2312、US-ASCII、ISO-8859-1）"),
        )
    # the declaration goes: what follows is UTF-8, whatever the file said before
    body = _ANY_DECLARATION.sub("", text, count=1).encode("utf-8")
    try:
        root = parse(body)
    except etree.XMLSyntaxError as problem:
        if "<!DOCTYPE" in text:
            return _doctype(file)
        line = problem.lineno or 0
        return _refused(
            file,
            "XML_BROKEN",
            _("文件不是完整的XML，第{line}行附近有错误").format(line=line),
            _("请用流程图编辑器重新导出该文件"),
        )
    if root.getroottree().docinfo.internalDTD is not None:
        return _doctype(file)
    return Read(root, tuple(_limits(file, root)))


def _doctype(file: str) -> Read:
    return _refused(
        file,
        "XML_DOCTYPE",
        _("文件带有DOCTYPE声明，可能引入外部内容，不予接受"),
        _("请删除文件开头的DOCTYPE声明"),
    )


def _refused(file: str, code: str, message: str, fix: str) -> Read:
    return Read(None, (Finding(code=code, file=file, message=message, fix=fix),))


def _decode(data: bytes) -> str | None:
    """The text in the declared encoding, without a byte order mark; None when not allowed."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name)
    if data.startswith(b"<\x00"):
        return _decoded(data, "utf-16-le")
    if data.startswith(b"\x00<"):
        return _decoded(data, "utf-16-be")
    declared = _DECLARATION.match(data[:400].decode("latin-1"))
    name = declared.group(1).lower() if declared else "utf-8"
    codec = _ENCODINGS.get(name)
    return None if codec in (None, "utf-16") else _decoded(data, str(codec))


def _decoded(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _limits(file: str, root: etree._Element) -> list[Finding]:
    """Findings on depth, number of elements and attributes, and characters that hide text."""
    found: list[Finding] = []
    count = 0
    stack = [(root, 1)]
    deepest = 1
    while stack:
        element, depth = stack.pop()
        count += 1
        deepest = max(deepest, depth)
        found.extend(_element_limits(file, element))
        stack.extend((child, depth + 1) for child in element)
    if count > MAX_ELEMENTS:
        found.append(
            Finding(
                code="XML_TOO_MANY_ELEMENTS",
                file=file,
                message=_("文件有{count}个元素，超过{limit}个的上限").format(
                    count=count, limit=MAX_ELEMENTS
                ),
                fix=_("请拆分成几个流程，用调用活动连接"),
            )
        )
    if deepest > MAX_DEPTH:
        found.append(
            Finding(
                code="XML_TOO_DEEP",
                file=file,
                message=_("元素嵌套了{depth}层，超过{limit}层的上限").format(
                    depth=deepest, limit=MAX_DEPTH
                ),
                fix=_("请减少嵌套"),
            )
        )
    return found


def _element_limits(file: str, element: etree._Element) -> list[Finding]:
    found: list[Finding] = []
    where = element.get("id") or local(element)
    if len(element.attrib) > MAX_ATTRIBUTES:
        found.append(
            Finding(
                code="XML_TOO_MANY_ATTRIBUTES",
                file=file,
                element=where[:200],
                message=_("一个元素有{count}个属性，超过{limit}个的上限").format(
                    count=len(element.attrib), limit=MAX_ATTRIBUTES
                ),
                fix=_("请用流程图编辑器重新导出该文件"),
            )
        )
    texts = [element.text or "", element.tail or "", *map(str, element.attrib.values())]
    if any(_FORBIDDEN.search(text) for text in texts):
        found.append(
            Finding(
                code="TEXT_CONTROL_CHARACTER",
                file=file,
                element=where[:200],
                message=_("文字中含有看不见的控制字符，显示的内容可能与实际不符"),
                fix=_("请删除该处文字后重新录入"),
            )
        )
    return found
