"""Bytes of files in a folder, under their content hash; nothing there is ever changed.

::

    attachments/3f/3f9a…   0600, in folders 0700

A file is complete and on the disk before anything refers to it: it is written beside, synced, then
linked under its name. The same content is kept once. Links are never followed (SECURITY AT-2), and
what is read back is what was written, or it is not given out (DR-3).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

_CHUNK: Final = 1024 * 1024
_FOLDER: Final = 0o700
_FILE: Final = 0o600
_NAME: Final = frozenset("0123456789abcdef")
#: characters of a hash
_HASH: Final = 64


class TooLarge(Exception):
    """More bytes came than the limit allows; nothing was kept."""


class Damaged(Exception):
    """What is stored is not what was written, or is gone."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Content that lies in the storage."""

    #: SHA-256, hexadecimal
    hash: str
    size: int


@dataclass(frozen=True, slots=True)
class Storage:
    """One folder of files."""

    folder: Path

    def put(self, stream: IO[bytes], limit: int) -> Stored:
        """Keep everything the stream holds; it is on the disk when this returns.

        Raises:
            TooLarge: it holds more than ``limit`` bytes.
        """
        self._made(self.folder)
        beside = self.folder / f"{uuid4().hex}.part"
        try:
            stored = self._write(beside, stream, limit)
            place = self._place(stored.hash)
            self._made(place.parent)
            _linked(beside, place)
            _sync(place.parent)
        finally:
            beside.unlink(missing_ok=True)
        return stored

    @contextmanager
    def opened(self, content: Stored) -> Iterator[IO[bytes]]:
        """The content, from its beginning; checked against its hash before the first byte.

        Raises:
            Damaged: it is gone or was changed.
        """
        try:
            handle = os.open(self._place(content.hash), os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            raise Damaged(content.hash) from error
        with os.fdopen(handle, "rb") as stream:
            found, size = sha256(), 0
            while chunk := stream.read(_CHUNK):
                found.update(chunk)
                size += len(chunk)
            if (found.hexdigest(), size) != (content.hash, content.size):
                raise Damaged(content.hash)
            stream.seek(0)
            yield stream

    def older_than(self, moment: datetime) -> list[str]:
        """The hashes of everything that was put for the last time before this moment."""
        limit = moment.timestamp()
        return sorted(
            place.name
            for place in self.folder.glob("[0-9a-f][0-9a-f]/*")
            if len(place.name) == _HASH and place.lstat().st_mtime < limit
        )

    def drop(self, content_hash: str, moment: datetime) -> bool:
        """Remove content that nobody refers to; False when it was put again since this moment.

        It is moved aside first: whoever puts the same content meanwhile puts it anew.
        """
        place = self._place(content_hash)
        aside = self.folder / f"{uuid4().hex}.part"
        try:
            place.rename(aside)
        except FileNotFoundError:
            return False
        try:
            is_old = aside.stat().st_mtime < moment.timestamp()
            if not is_old:
                _linked(aside, place)
        finally:
            aside.unlink()
        return is_old

    def _write(self, place: Path, stream: IO[bytes], limit: int) -> Stored:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _FILE)
        found, size = sha256(), 0
        with os.fdopen(handle, "wb") as target:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > limit:
                    raise TooLarge
                found.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        return Stored(found.hexdigest(), size)

    def _place(self, content_hash: str) -> Path:
        if len(content_hash) != _HASH or not _NAME.issuperset(content_hash):
            raise Damaged(content_hash)
        return self.folder / content_hash[:2] / content_hash

    def _made(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
            _sync(folder.parent)


def _linked(beside: Path, place: Path) -> None:
    """Give the file its name; content that is there already counts as put just now."""
    while True:
        try:
            os.link(beside, place, follow_symlinks=False)
        except FileExistsError:
            with suppress(FileNotFoundError):  # it was just removed: then it is put anew
                os.utime(place, follow_symlinks=False)
                return
        else:
            return


def _sync(folder: Path) -> None:
    """Make names in a folder last over a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
