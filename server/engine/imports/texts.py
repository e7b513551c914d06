"""Tables and forms drawn elsewhere: the same content in UTF-8, whatever encoding it came in."""

import codecs
from typing import Final

from server.domain.findings import Finding
from server.domain.texts import _
from server.engine import xml_gate
from server.engine.definitions import serialised
from server.engine.imports.reading import Brought, re_encoded

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSED: Final = ("utf-8", "gb18030")


def as_utf8(file: str, raw: bytes, *, is_xml: bool) -> Brought:
    """The content in UTF-8; what has to be changed in it, the check of the pack says."""
    if not is_xml:
        return _text(file, raw)
    read = xml_gate.read(file, raw)
    if read.root is None:
        return Brought(content=None, findings=read.findings)
    content = serialised(read.root)
    return Brought(content=content, findings=(*read.findings, *re_encoded(file, raw)))


def _text(file: str, raw: bytes) -> Brought:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return _decoded(file, raw, raw[len(mark) :], (name,))
    return _decoded(file, raw, raw, _GUESSED)


def _decoded(file: str, raw: bytes, rest: bytes, codecs_tried: tuple[str, ...]) -> Brought:
    for name in codecs_tried:
        try:
            content = rest.decode(name).encode()
        except UnicodeDecodeError:
            continue
        return Brought(content=content, findings=re_encoded(file, raw))
    refused = Finding(
        code="IMPORT_ENCODING",
        file=file,
        message=_("文件的字符编码无法识别"),
        fix=_("请另存为UTF-8编码（也接受UTF-16、GB18030、GBK）"),
    )
    return Brought(content=None, findings=(refused,))
