"""Whether a file is what its name says, judged by its bytes; what runs or hides code is refused.

The list of accepted kinds is configuration (``config.ATTACHMENT_KINDS``); this module only knows
how to recognise them.
"""

import zipfile
from typing import IO, Final

import puremagic

#: how much of a file is looked at to recognise it
_HEAD: Final = 4096
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
#: name of a storage that holds macros, as it stands in an OLE file
_OLE_MACROS: Final = tuple(
    word.encode("utf-16-le") for word in ("_VBA_PROJECT", "VBA", "Macros", "Ole10Native")
)
#: part that every archive of this kind has
_PARTS: Final = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
    "ofd": "OFD.xml",
}
#: parts that hold code or foreign objects
_CODE: Final = ("vbaproject.bin", "vbadata.xml", "/activex/", "oleobject")
_PLAIN: Final = frozenset({"txt", "csv"})
_OLD_OFFICE: Final = frozenset({"doc", "xls", "ppt", "wps", "et"})
#: another name for the same kind
_SAME: Final = {"jpeg": "jpg", "jfif": "jpg", "jpe": "jpg", "tiff": "tif"}
#: what runs, by its first bytes, whatever it is called
_RUNS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")

#: most entries, most unpacked bytes and highest ratio of an archive (SECURITY PK-1)
MOST_ENTRIES: Final = 2000
MOST_UNPACKED: Final = 500 * 1024 * 1024
MOST_RATIO: Final = 200


def is_what_it_says(stream: IO[bytes], kind: str) -> bool:
    """True when the content is of this kind (an extension without dot) and holds no code.

    The stream is read from its beginning and left anywhere.
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head or head.startswith(_RUNS):
        return False
    if kind in _PARTS:
        return _is_office(stream, _PARTS[kind])
    if kind in _OLD_OFFICE:
        return head.startswith(_OLE) and not _holds(stream, _OLE_MACROS)
    if kind in _PLAIN:
        return _is_text(stream)
    return _plain(kind) in _recognised(head)


def _recognised(head: bytes) -> frozenset[str]:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return frozenset()
    return frozenset(_plain(each.extension.lstrip(".").lower()) for each in found)


def _plain(kind: str) -> str:
    return _SAME.get(kind, kind)


def _is_office(stream: IO[bytes], part: str) -> bool:
    """An archive with this part, of bearable size, without macros, controls or foreign objects."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or unpacked / packed > MOST_RATIO:
        return False
    if any(entry.flag_bits & 1 for entry in entries):  # encrypted: nobody can look into it
        return False
    names = [entry.filename.lower() for entry in entries]
    if any(code in name for code in _CODE for name in names):
        return False
    return part.lower() in names


def _holds(stream: IO[bytes], words: tuple[bytes, ...]) -> bool:
    stream.seek(0)
    overlap = max(map(len, words))
    before = b""
    while chunk := stream.read(1024 * 1024):
        window = before + chunk
        if any(word in window for word in words):
            return True
        before = window[-overlap:]
    return False


def _is_text(stream: IO[bytes]) -> bool:
    stream.seek(0)
    content = stream.read()
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(ord(each) < 32 and each not in "\t\n\r\f" for each in text)
    return False
