"""A file that only a key opens: AES-256-GCM in chunks, whose order and end are authenticated.

::

    RONGCUO SEALED 1\\n | mark of the key (8) | salt (16) | chunk | chunk | … | last chunk

Every file has a key of its own, derived from the master key and the salt. The nonce of a chunk is
its number and whether it is the last one, and the head of the file is associated data: a chunk that
is changed, moved, left out or taken from another file does not open, nor does a file that was cut.
"""

import io
import os
import stat
from pathlib import Path
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.domain.errors import Invalid
from server.domain.texts import _

MAGIC: Final = b"RONGCUO SEALED 1\n"
_MARK: Final = 8
_SALT: Final = 16
_HEAD: Final = len(MAGIC) + _MARK + _SALT
_TAG: Final = 16
#: bytes of a chunk before it is sealed
CHUNK: Final = 1024 * 1024
_SEALED: Final = CHUNK + _TAG
#: bytes of a master key; in its file as so many hexadecimal digits twice
_KEY: Final = 32


class Broken(OSError):
    """A chunk is not what was written, or is not where it was written."""


def read_key(file: Path, data: Path) -> bytes:
    """The master key of a file that holds 64 hexadecimal digits.

    Raises Invalid when it is no key, when others than its owner may read the file, or when it lies
    in the data directory: whoever takes the one must not get the other with it.
    """
    keys = _read_lines(file, data)
    if len(keys) != 1:
        raise _no_key(file)
    return keys[0]


def read_keys(file: Path, data: Path) -> list[bytes]:
    """The master keys of a file with one on each line, at least one. Raises as ``read_key``."""
    keys = _read_lines(file, data)
    if not keys:
        raise _no_key(file)
    return keys


def _read_lines(file: Path, data: Path) -> list[bytes]:
    try:
        place = file.resolve(strict=True)
        mode = place.stat().st_mode
        text = place.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or _("内容不是密钥")
        raise Invalid(_("无法读取密钥文件“{file}”：{why}").format(file=file, why=reason)) from None
    if place.is_relative_to(data.resolve()):
        raise Invalid(_("密钥文件“{file}”在数据目录里，请放到别处").format(file=file))
    if stat.S_IMODE(mode) & 0o077:
        raise Invalid(_("密钥文件“{file}”他人可读，请先chmod 600").format(file=file))
    try:
        keys = [bytes.fromhex(line) for line in text.split()]
    except ValueError:
        raise _no_key(file) from None
    if any(len(key) != _KEY for key in keys):
        raise _no_key(file)
    return keys


def _no_key(file: Path) -> Invalid:
    message = _("密钥文件“{file}”应为64个十六进制数字，例如用openssl rand -hex 32生成")
    return Invalid(message.format(file=file))


def is_sealed(file: IO[bytes]) -> bool:
    """True when the file begins like a sealed one; it is left at its beginning."""
    begins = file.read(len(MAGIC))
    file.seek(0)
    return begins == MAGIC


class Sealing(io.RawIOBase):
    """Writes to a file what only the key opens; the end is sealed by ``close``."""

    def __init__(self, target: IO[bytes], master: bytes) -> None:
        salt = os.urandom(_SALT)
        self._target = target
        self._head = MAGIC + _mark(master) + salt
        self._cipher = AESGCM(_derived(master, salt))
        self._waiting = bytearray()
        self._number = 0
        target.write(self._head)

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, content: object) -> int:
        """Take these bytes."""
        taken = memoryview(content)  # type: ignore[arg-type]
        self._waiting += taken
        while len(self._waiting) > CHUNK:  # the last chunk is never empty but in an empty file
            self._seal(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return taken.nbytes

    def close(self) -> None:
        """Seal the end."""
        if not self.closed:
            self._seal(bytes(self._waiting), is_last=True)
        super().close()

    def _seal(self, content: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._target.write(self._cipher.encrypt(nonce, content, self._head))
        self._number += 1


class Opening(io.RawIOBase):
    """Reads a sealed file at any place; every byte it gives was authenticated."""

    def __init__(self, source: IO[bytes], master: bytes) -> None:
        """Raises Invalid when the file was sealed with another key, or is too short."""
        self._source = source
        size = source.seek(0, io.SEEK_END)
        source.seek(0)
        self._head = source.read(_HEAD)
        self._sealed = size - _HEAD
        if self._sealed < _TAG:
            raise Invalid(_("备份不完整"))
        if self._head[len(MAGIC) :][:_MARK] != _mark(master):
            raise Invalid(_("备份是用另一把密钥加密的，请检查RONGCUO_BACKUP_KEY"))
        self._cipher = AESGCM(_derived(master, self._head[-_SALT:]))
        self._chunks = -(-self._sealed // _SEALED)
        self._size = self._sealed - self._chunks * _TAG
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def seekable(self) -> bool:
        """It can be read at any place."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, begin + offset)
        return self._at

    def tell(self) -> int:
        """The place."""
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fill the buffer from one chunk. Raises Broken."""
        room = memoryview(buffer)  # type: ignore[arg-type]
        if self._at >= self._size:
            return 0
        number, within = divmod(self._at, CHUNK)
        found = self._chunk(number)[within : within + len(room)]
        room[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            self._source.seek(_HEAD + number * _SEALED)
            sealed = self._source.read(_SEALED)
            nonce = _nonce(number, is_last=number == self._chunks - 1)
            try:
                self._held = (number, self._cipher.decrypt(nonce, sealed, self._head))
            except InvalidTag as error:
                raise Broken("chunk") from error
        return self._held[1]


def _derived(master: bytes, salt: bytes) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=_KEY, salt=salt, info=b"rongcuo backup")
    return derivation.derive(master)


def _mark(master: bytes) -> bytes:
    """Tells keys apart and tells nothing of them."""
    derivation = HKDF(algorithm=SHA256(), length=_MARK, salt=None, info=b"rongcuo backup key")
    return derivation.derive(master)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
