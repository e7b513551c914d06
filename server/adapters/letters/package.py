"""A .docx as a package of parts: read within limits, written again so that equal is equal.

The number of a paper is known only in the moment it is issued. A letter is therefore filled with a
mark where the figure goes, and :func:`numbered` puts the figure there: no template runs twice.
"""

import io
import zipfile
import zlib
from typing import Final

from server.adapters.file_types import is_what_it_says
from server.domain.texts import _

#: stands where the figure of the number goes; private use, and taken out of whatever people type
MARK: Final = "\ue0f0"

_SIZE: Final = 2 * 1024 * 1024
_UNPACKED: Final = 16 * 1024 * 1024
_BODY: Final = "word/document.xml"
_WORDS: Final = ("word/document", "word/header", "word/footer")
#: parts of Word that hold nothing a letter needs and much that could surprise
_REFUSED: Final = ("embeddings/", "vbaproject", "activex", "oleobject", "glossary/")
_ALWAYS: Final = (1980, 1, 1, 0, 0, 0)
_STAMP: Final = (
    '<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:rFonts w:ascii="SimHei" '
    'w:hAnsi="SimHei" w:eastAsia="黑体"/><w:b/><w:color w:val="FF0000"/><w:sz w:val="32"/></w:rPr>'
    "<w:t>{text}</w:t></w:r></w:p>"
)


class NotALetter(Exception):
    """It is no .docx that may be a template; the message says why, in words for its author."""


def parts(content: bytes) -> dict[str, bytes]:
    """Name -> bytes of every part, read within limits.

    Raises:
        NotALetter: too large, damaged, or with macros, objects or links to elsewhere.
    """
    if len(content) > _SIZE or not is_what_it_says(io.BytesIO(content), "docx"):
        raise NotALetter(_("不是可以使用的.docx文件：过大、已损坏，或者含有宏和嵌入对象"))
    found: dict[str, bytes] = {}
    left = _UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    found[entry.filename] = stream.read(left + 1)
                left -= len(found[entry.filename])
                if left < 0:
                    raise NotALetter(_("解压后超过16MB"))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise NotALetter(_("不是可以使用的.docx文件：已损坏")) from error
    for name, part in found.items():
        _refuse(name.lower(), part)
    if _BODY not in found:
        raise NotALetter(_("不是可以使用的.docx文件：没有正文"))
    return found


def numbered(content: bytes, figure: str) -> bytes:
    """The letter with the figure of its number where the mark stands."""
    mark, put = MARK.encode(), figure.encode()
    return _packed(
        {
            name: part.replace(mark, put) if name.startswith(_WORDS) else part
            for name, part in parts(content).items()
        }
    )


def stamped(content: bytes, text: str) -> bytes:
    """The letter with a red line above it that says what it is, e.g. a draft."""
    found = parts(content)
    body = found[_BODY]
    at = body.index(b">", body.index(b"<w:body")) + 1
    found[_BODY] = body[:at] + _STAMP.format(text=text).encode() + body[at:]
    return _packed(found)


def _packed(found: dict[str, bytes]) -> bytes:
    """The parts as a file that is the same whenever it is written."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in found.items():
            entry = zipfile.ZipInfo(name, _ALWAYS)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, part)
    return out.getvalue()


def _refuse(name: str, part: bytes) -> None:
    if any(each in name for each in _REFUSED):
        raise NotALetter(_("含有宏、控件或者嵌入对象"))
    if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in part or b"<!ENTITY" in part):
        raise NotALetter(_("含有实体定义"))
    if name.endswith(".rels") and b"External" in part:
        raise NotALetter(_("含有指向文件以外的链接"))
    is_template_text = name.startswith(_WORDS)
    if not is_template_text and name.endswith(".xml") and (b"{{" in part or b"{%" in part):
        raise NotALetter(_("占位符只能写在正文、页眉和页脚中"))
