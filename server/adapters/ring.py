"""The keys of what only a few may ever read: who reported (SECURITY RI-1, DR-1, DR-2).

They lie in a file of their own outside the data directory: 64 hexadecimal digits on each line, the
first line seals, those below only open what was sealed before a change of keys. What is sealed
belongs to its row and column: put elsewhere it does not open. A mark is a keyed hash: it tells
whether two names or persons are the same, and to whoever has no key nothing else.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.adapters import sealing
from server.domain.errors import Conflict, StateUnreadable
from server.domain.texts import _

#: the key of a drill, in which everybody is made up, may lie beside its data
DRILL_FILE: Final = "drill.reporter.key"

_ALGORITHM: Final = "AES-256-GCM"
_NONCE: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class _Key:
    #: algorithm and mark of the key, as it stands in the rows
    id: str
    cipher: AESGCM = field(repr=False)
    marking: bytes = field(repr=False)


class Ring:
    """The keys of one installation; their file is read when they are first needed."""

    def __init__(self, file: Path | None, data: Path) -> None:
        self._file, self._data = file, data
        self._known: tuple[_Key, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the keys, the one that seals first; empty where there is none.

        Raises Invalid when the file cannot be used.
        """
        return tuple(key.id for key in self._keys())

    def seal(self, text: str, *place: str) -> str:
        """The text as only the first key opens it, and only in this place: table, row, column.

        Raises Conflict when there is no key.
        """
        nonce = os.urandom(_NONCE)
        sealed = self._first().cipher.encrypt(nonce, text.encode(), _bound(place))
        return b64encode(nonce + sealed).decode()

    def open(self, sealed: str, key_id: str, *place: str) -> str:
        """What was sealed in this place.

        Raises StateUnreadable: its key is missing, or it was changed or comes from elsewhere.
        """
        key = next((one for one in self._keys() if one.id == key_id), None)
        if key is None:
            raise StateUnreadable(_("缺少解开检举人信息的密钥"), detail=key_id)
        try:
            content = b64decode(sealed, validate=True)
            opened = key.cipher.decrypt(content[:_NONCE], content[_NONCE:], _bound(place))
        except (InvalidTag, ValueError) as error:
            raise StateUnreadable(_("检举人信息已被改动，无法解开"), detail=place[0]) from error
        return opened.decode()

    def mark(self, text: str) -> str:
        """The mark under the first key. Raises Conflict when there is none."""
        return _marked(self._first(), text)

    def marks(self, text: str) -> tuple[str, ...]:
        """The marks under every key: what was stored under an older one is found as well."""
        return tuple(_marked(key, text) for key in self._keys())

    def _first(self) -> _Key:
        keys = self._keys()
        if not keys:
            message = _("尚未设置检举人信息的密钥，请系统管理员设置RONGCUO_REPORTER_KEY后再登记")
            raise Conflict(message)
        return keys[0]

    def _keys(self) -> tuple[_Key, ...]:
        if not self._known:
            self._known = tuple(_key(master) for master in self._read())
        return self._known

    def _read(self) -> list[bytes]:
        if self._file is not None:
            return sealing.read_keys(self._file, self._data)
        drill = self._data / DRILL_FILE
        return [bytes.fromhex(drill.read_text("ascii").strip())] if drill.is_file() else []


@dataclass(frozen=True, slots=True)
class Marked:
    """A set of persons that are known by their marks only: it answers, and cannot be listed."""

    marks: frozenset[str] = frozenset()
    ring: Ring | None = field(default=None, repr=False, compare=False)

    def __contains__(self, person_id: object) -> bool:
        if not self.marks or self.ring is None:
            return False
        return not self.marks.isdisjoint(self.ring.marks(str(person_id)))

    def without(self, people: Collection[str]) -> frozenset[str]:
        """Of these people those who are not in it."""
        return frozenset(one for one in people if one not in self)


def make_drill_key(data: Path) -> None:
    """Give the data directory of a drill a key of its own, if it has none."""
    file = data / DRILL_FILE
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as written:
            written.write(os.urandom(32).hex() + "\n")


def _key(master: bytes) -> _Key:
    return _Key(
        id=f"{_ALGORITHM}:{_derived(master, b'rongcuo reporter key', 8).hex()}",
        cipher=AESGCM(_derived(master, b"rongcuo reporter seal", 32)),
        marking=_derived(master, b"rongcuo reporter mark", 32),
    )


def _derived(master: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(master)


def _marked(key: _Key, text: str) -> str:
    hashing = HMAC(key.marking, SHA256())
    hashing.update(text.encode())
    return hashing.finalize().hex()


def _bound(place: tuple[str, ...]) -> bytes:
    """The place as associated data; its parts are ids and names without a zero byte."""
    return "\x00".join(place).encode()
