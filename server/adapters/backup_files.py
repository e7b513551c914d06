"""A backup as one file: a zip of table parts, attachments by content hash, and a manifest.

::

    tables/<table>.jsonl     a row per line, as a JSON array in the order of the columns
    attachments/<sha256>     the bytes
    manifest.json            what everything must be: counts, sizes, hashes, schema, chain heads

Names in the file are never used as paths. What is read is compared with the manifest while it is
read; a file with anything more, anything less or anything else is refused as a whole.
"""

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import orjson

from server.adapters import sealing
from server.adapters.sealing import Broken, Opening, Sealing
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _

FORMAT: Final = "rongcuo-backup"
#: version of the format this program writes, and the newest it reads
VERSION: Final = 1

_MANIFEST: Final = "manifest.json"
_TABLE: Final = re.compile(r"tables/([a-z_]{1,60})\.jsonl")
_ATTACHMENT: Final = re.compile(r"attachments/([0-9a-f]{64})")
#: bytes read at once
_CHUNK: Final = 1024 * 1024
#: longest line and largest manifest: more is no backup of ours
_LINE: Final = 64 * 1024 * 1024
_LARGEST_MANIFEST: Final = 16 * 1024 * 1024

#: what a damaged or foreign zip makes the library raise
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    Broken,
)


@dataclass(slots=True)
class Writing:
    """A backup under way; parts are written one after the other."""

    archive: zipfile.ZipFile
    #: per table: rows, bytes, sha256, columns
    tables: dict[str, dict[str, Json]] = field(default_factory=dict)
    attachments: int = 0
    attachment_bytes: int = 0

    def table(self, name: str, columns: list[list[str]], rows: Iterator[list[Json]]) -> None:
        """Write all rows of a table."""
        found, size, count = sha256(), 0, 0
        entry = zipfile.ZipInfo(f"tables/{name}.jsonl")
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self.archive.open(entry, "w", force_zip64=True) as part:
            for row in rows:
                line = orjson.dumps(row) + b"\n"
                part.write(line)
                found.update(line)
                size += len(line)
                count += 1
        told = {"rows": count, "bytes": size, "sha256": found.hexdigest(), "columns": columns}
        self.tables[name] = told

    def attachment(self, content_hash: str, stream: IO[bytes]) -> None:
        """Write the bytes of an attachment, which are known to be those of the hash."""
        entry = zipfile.ZipInfo(f"attachments/{content_hash}")  # stored: most are packed already
        with self.archive.open(entry, "w", force_zip64=True) as part:
            while chunk := stream.read(_CHUNK):
                part.write(chunk)
                self.attachment_bytes += len(chunk)
        self.attachments += 1

    def finish(self, about: Mapping[str, Json]) -> None:
        """Write the manifest; ``about`` is what else it says."""
        manifest = {
            "format": FORMAT,
            "format_version": VERSION,
            **about,
            "tables": self.tables,
            "attachments": {"count": self.attachments, "bytes": self.attachment_bytes},
        }
        entry = zipfile.ZipInfo(_MANIFEST)
        entry.compress_type = zipfile.ZIP_DEFLATED
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        self.archive.writestr(entry, text.encode())


@contextmanager
def written(target: IO[bytes], key: bytes | None) -> Iterator[Writing]:
    """A backup written to an open file, sealed when there is a key; it is whole on leaving."""
    with ExitStack() as stack:
        sealed = stack.enter_context(Sealing(target, key)) if key else target
        archive = zipfile.ZipFile(sealed, "w", allowZip64=True)
        writing = Writing(archive)
        try:
            yield writing
        finally:
            archive.close()


@dataclass(frozen=True, slots=True)
class Reading:
    """A backup that is read; everything it gives was compared with its manifest."""

    archive: zipfile.ZipFile
    manifest: Mapping[str, Json]
    #: content hashes of the attachments
    attachments: frozenset[str]

    def rows(self, table: str) -> Iterator[tuple[list[Json], int]]:
        """The rows of a table, each with the bytes it takes. Raises Invalid."""
        told = self.manifest["tables"][table]
        found, size, count = sha256(), 0, 0
        with _told(), self.archive.open(f"tables/{table}.jsonl") as part:
            while line := part.readline(_LINE):
                found.update(line)
                size += len(line)
                count += 1
                if size > told["bytes"] or not line.endswith(b"\n"):
                    raise _damaged(table)
                yield orjson.loads(line), len(line)
        if (count, size, found.hexdigest()) != (told["rows"], told["bytes"], told["sha256"]):
            raise _damaged(table)

    def size(self, content_hash: str) -> int:
        """How many bytes an attachment has."""
        return self.archive.getinfo(f"attachments/{content_hash}").file_size

    @contextmanager
    def attachment(self, content_hash: str) -> Iterator[IO[bytes]]:
        """The bytes of an attachment; whoever takes them compares their hash. Raises Invalid."""
        with _told(), self.archive.open(f"attachments/{content_hash}") as part:
            yield part


@contextmanager
def opened(file: Path, key: bytes | None) -> Iterator[Reading]:
    """A backup file with its manifest. Raises Invalid, in plain words, when it is none."""
    with ExitStack() as stack:
        source = stack.enter_context(_source(file))
        if sealing.is_sealed(source):
            if key is None:
                raise Invalid(_("备份是加密的，请用RONGCUO_BACKUP_KEY指明密钥文件"))
            plain: IO[bytes] = io.BufferedReader(Opening(source, key), _CHUNK)
        elif key is not None:
            raise Invalid(
                _("备份没有加密，可能不是本系统所作；确实要用它恢复的，先去掉RONGCUO_BACKUP_KEY")
            )
        else:
            plain = source
        with _told():
            archive = stack.enter_context(zipfile.ZipFile(plain))
            manifest = _manifest(archive)
            attachments = _named(archive, manifest)
        yield Reading(archive, manifest, attachments)


def _source(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise Invalid(
            _("无法读取备份“{file}”：{why}").format(file=file, why=error.strerror)
        ) from None


def _manifest(archive: zipfile.ZipFile) -> dict[str, Json]:
    with archive.open(_MANIFEST) as part:
        text = part.read(_LARGEST_MANIFEST + 1)
    manifest = json.loads(text)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError(_MANIFEST)
    if manifest["format_version"] > VERSION:
        raise Invalid(_("备份是更新的程序所作，请用那个版本的程序恢复"))
    sound = (
        isinstance(manifest["revision"], str)
        and isinstance(manifest["chains"], dict)
        and all(
            isinstance(told["rows"], int) and isinstance(told["bytes"], int)
            for told in manifest["tables"].values()
        )
    )
    if not sound:
        raise ValueError(_MANIFEST)
    return manifest


def _named(archive: zipfile.ZipFile, manifest: Mapping[str, Json]) -> frozenset[str]:
    """The attachments, once every name is one that belongs in a backup and none is missing."""
    names = archive.namelist()
    found = [match[1] for name in names if (match := _ATTACHMENT.fullmatch(name))]
    tables = {match[1] for name in names if (match := _TABLE.fullmatch(name))}
    is_whole = (
        len(names) == len(set(names)) == len(found) + len(tables) + 1
        and tables == set(manifest["tables"])
        and len(found) == manifest["attachments"]["count"]
    )
    if not is_whole:
        raise Invalid(_("备份里的文件与其清单不一致，拒绝恢复"))
    return frozenset(found)


@contextmanager
def _told() -> Iterator[None]:
    """Whatever a damaged or foreign file makes the library raise, in plain words."""
    try:
        yield
    except _UNREADABLE as error:
        raise Invalid(_("文件不是本程序的备份，或者已经损坏、不完整")) from error


def _damaged(table: str) -> Invalid:
    return Invalid(_("备份中的表“{table}”与清单不符，备份已损坏").format(table=table))
