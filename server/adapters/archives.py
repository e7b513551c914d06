"""A pack as a zip (SECURITY section 10): read entry by entry within limits, never unpacked to disk.

An archive is refused as a whole, with every problem of its list of entries at once. Sizes are
counted while reading; what the headers say is never believed. The bytes of the file have to be
exactly the entries, one after another, their list, and the end record: nothing hides between.
"""

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from server.adapters.packs import PackFiles
from server.adapters.yaml_files import MAX_YAML
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.texts import _

#: limits of SECURITY PK-1
MAX_SENT: Final = 20 * 1024 * 1024
MAX_UNPACKED: Final = 50 * 1024 * 1024
MAX_ENTRIES: Final = 200
MAX_RATIO: Final = 100

_ALLOWED: Final = (".bpmn", ".dmn", ".form.json", ".yaml", ".md", ".docx")
_PLAIN: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_KEY: Final = re.compile(r"[\w.\-]{1,80}")
_CHUNK: Final = 64 * 1024
#: signature and length of the end record without a comment, and of the fixed part of an entry
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_HEAD_SIZE: Final = 30
#: bit 3 of an entry: its sizes follow its bytes, with or without a signature
_DESCRIPTORS: Final = (12, 16)
_NESTED: Final = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


def read_archive(data: bytes) -> PackFiles:
    """The files of the one pack a zip holds, as ``processes/<pack>/…`` and ``forms/<pack>/…``.

    Raises:
        Invalid: it is no such archive, or passes a limit; nothing of it was kept.
    """
    if len(data) > MAX_SENT:
        raise _refused(_finding("ARCHIVE_TOO_LARGE", "", _("压缩包超过20MB")))
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if not _is_seamless(data, archive, entries):
                raise _refused(_broken())
            _refuse(_odd(entries))
            return _packed(_contents(archive, entries, len(data)))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        UnicodeDecodeError,
        ValueError,
    ) as error:
        raise _refused(_broken()) from error


def _is_seamless(data: bytes, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> bool:
    """One end record without a comment; entries, their list and it fill the file without a gap."""
    end = data[-_END_SIZE:]
    if len(end) < _END_SIZE or not end.startswith(_END) or end[-2:] != b"\0\0":
        return False
    counts = {int.from_bytes(end[8:10], "little"), int.from_bytes(end[10:12], "little")}
    size, start = (int.from_bytes(end[at : at + 4], "little") for at in (12, 16))
    if counts != {len(entries)} or start + size != len(data) - _END_SIZE:
        return False
    position = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset != position:
            return False
        position = _end_of(data, entry, archive.start_dir)
    return position == archive.start_dir == start


def _end_of(data: bytes, entry: zipfile.ZipInfo, limit: int) -> int:
    """Where the bytes of an entry end, with the sizes that may follow them."""
    head = data[entry.header_offset : entry.header_offset + _HEAD_SIZE]
    name, extra = (int.from_bytes(head[at : at + 2], "little") for at in (26, 28))
    end = entry.header_offset + _HEAD_SIZE + name + extra + entry.compress_size
    if not entry.flag_bits & 0x08:
        return end
    return next((end + n for n in _DESCRIPTORS if data[end + n :][:2] == b"PK"), limit + 1)


def _odd(entries: list[zipfile.ZipInfo]) -> Iterator[Finding]:
    """What is wrong with names and kinds of the entries, before any of them is read."""
    if len(entries) > MAX_ENTRIES:
        yield _finding("ARCHIVE_TOO_MANY", "", _("压缩包内的文件超过{n}个").format(n=MAX_ENTRIES))
        return
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        if name.casefold() in seen:
            yield _finding("ARCHIVE_TWICE", name, _("文件名重复，或者只有大小写不同"))
        seen.add(name.casefold())
        if _is_unsafe(name):
            yield _finding("ARCHIVE_PATH", name, _("文件的路径不安全"))
        elif entry.flag_bits & 0x41 or entry.compress_type not in _PLAIN:
            yield _finding("ARCHIVE_SEALED", name, _("文件已加密，或者压缩方式不受支持"))
        elif not _is_regular(entry):
            yield _finding("ARCHIVE_LINK", name, _("压缩包内只能有普通文件"))
        elif not entry.is_dir() and not _is_of_a_pack(name):
            yield _finding("ARCHIVE_PLACE", name, _("压缩包内不应有这个文件"))


def _is_unsafe(name: str) -> bool:
    parts = name.removesuffix("/").split("/")
    return (
        any(part in ("", ".", "..") for part in parts)
        or bool(re.search(r"[\\:\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", name))
        or unicodedata.normalize("NFC", name) != name
    )


def _is_regular(entry: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return kind in (0, stat.S_IFDIR) if entry.is_dir() else kind in (0, stat.S_IFREG)


def _is_of_a_pack(name: str) -> bool:
    root, *inside = name.split("/")
    return (
        root in ("processes", "forms")
        and len(inside) > 1
        and bool(_KEY.fullmatch(inside[0]))
        and name.endswith(_ALLOWED)
    )


def _contents(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], sent: int
) -> dict[str, bytes]:
    left = min(MAX_UNPACKED, sent * MAX_RATIO)
    found: dict[str, bytes] = {}
    for entry in entries:
        if entry.is_dir():
            continue
        content = _content(archive, entry, left)
        left -= len(content)
        _refuse(_odd_content(entry.filename, content))
        found[entry.filename] = content
    return found


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """The bytes of an entry, given up as soon as there are more of them than are left."""
    parts: list[bytes] = []
    with archive.open(entry) as stream:
        while part := stream.read(_CHUNK):
            left -= len(part)
            if left < 0:
                message = _("解压后的内容过大")
                raise _refused(_finding("ARCHIVE_TOO_LARGE", entry.filename, message))
            parts.append(part)
    return b"".join(parts)


def _odd_content(name: str, content: bytes) -> Iterator[Finding]:
    if name.endswith(".yaml") and len(content) > MAX_YAML:
        yield _finding("ARCHIVE_TOO_LARGE", name, _("YAML文件超过1MB"))
    if not name.endswith(".docx") and content.startswith(_NESTED):
        yield _finding("ARCHIVE_NESTED", name, _("压缩包内不能再有压缩包"))


def _packed(files: dict[str, bytes]) -> PackFiles:
    keys = {path.split("/")[1] for path in files}
    if len(keys) != 1:
        message = _("压缩包应只含一个政策包：processes/<政策包>/和forms/<政策包>/")
        raise _refused(_finding("ARCHIVE_ONE_PACK", "", message))
    return PackFiles(key=keys.pop(), files=files)


def _finding(code: str, file: str, message: str) -> Finding:
    fix = _("只打包processes/<政策包>/和forms/<政策包>/下的文件，重新压缩后再试")
    shown = "".join(char if char.isprintable() else "�" for char in file[:200])
    return Finding(code=code, file=shown, message=message, fix=fix)


def _broken() -> Finding:
    return _finding("ARCHIVE_BROKEN", "", _("这不是完整的zip压缩包，或者夹有多余的内容"))


def _refuse(findings: Iterator[Finding]) -> None:
    found = list(findings)
    if found:
        raise _refused(*found)


def _refused(*findings: Finding) -> Invalid:
    return Invalid(_("压缩包不符合要求"), findings)
