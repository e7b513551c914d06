"""Both audit chains as lines of JSON, which can be verified far from any database.

::

    {"format": "rongcuo-audit", "format_version": 1, "made_at": …, "heads": {chain: {seq, hash}}}
    {"chain": "act", "seq": 1, …, "prev_hash": "", "hash": …}
    …                                    first all acts, then all accesses, each from its first
    {"end": true, "records": n}

Kept elsewhere it is an anchor: whoever has power over the database can hash a whole chain anew or
cut its end, but the older export still tells what stood there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import IO, Final

import orjson

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.services import audit
from server.services.audit import Record
from server.services.context import Context

FORMAT: Final = "rongcuo-audit"
VERSION: Final = 1
#: longest line
_LINE: Final = 1024 * 1024


def write(ctx: Context, target: IO[bytes], made_at: datetime) -> dict[str, Json]:
    """Write both chains as they end now; their heads."""
    heads = {chain: audit.head(ctx.session, chain) for chain in audit.CHAINS}
    head = {"format": FORMAT, "format_version": VERSION, "made_at": made_at.isoformat()}
    target.write(orjson.dumps(head | {"heads": heads}) + b"\n")
    count = 0
    for chain in audit.CHAINS:
        found = audit.records(ctx.session, chain, up_to=heads[chain]["seq"])
        for record, stored in found:
            target.write(orjson.dumps(asdict(record) | {"hash": stored}) + b"\n")
            count += 1
    target.write(orjson.dumps({"end": True, "records": count}) + b"\n")
    return heads


class Unreadable(Exception):
    """A line is no record."""


class Export:
    """An export read from its beginning to its end, once; one line is in memory at a time."""

    def __init__(self, lines: IO[bytes]) -> None:
        """Raises Invalid when it is no export, or one of a newer program."""
        self._lines = lines
        self._number = 0
        try:
            head = self._line()
            self.heads: Mapping[str, Mapping[str, Json]] = {
                chain: {"seq": int(told["seq"]), "hash": str(told["hash"])}
                for chain, told in head["heads"].items()
            }
            is_ours = head["format"] == FORMAT and set(self.heads) == set(audit.CHAINS)
            is_newer = head["format_version"] > VERSION
        except (Unreadable, KeyError, TypeError, ValueError, AttributeError):
            is_ours = is_newer = False
        if is_newer:
            raise Invalid(_("这份导出是更新的程序所作，请用那个版本的程序核对"))
        if not is_ours:
            raise Invalid(_("文件不是rongcuo audit export导出的审计记录"))
        self._next: tuple[Record, str] | None = None
        self._has_next = False
        self._read = 0
        self._told = -1

    def records(self, chain: str) -> Iterator[tuple[Record, str]]:
        """The records up to the first of another chain. Raises Unreadable."""
        while (found := self._peek()) is not None and found[0].chain == chain:
            self._has_next = False
            yield found

    def fault(self) -> str:
        """What is wrong with the end of the file, empty for nothing. Raises Unreadable."""
        if self._peek() is not None or self._lines.read(1):
            return _("文件末尾有多余的记录")
        if self._told != self._read:
            return _("文件不完整，末尾被截去")
        return ""

    def hash_of(self, chain: str, seq: int) -> str | None:
        """As an anchor: the hash of a record, asked for in the order of the chains."""
        found = self._peek()
        if found is None or (found[0].chain, found[0].seq) != (chain, seq):
            return None
        self._has_next = False
        return found[1]

    def has_more(self, chain: str) -> bool:
        """As an anchor: does it know of records of this chain that were not asked for?"""
        found = self._peek()
        return found is not None and found[0].chain == chain

    def _peek(self) -> tuple[Record, str] | None:
        if not self._has_next:
            self._next, self._has_next = self._record(), True
        return self._next

    def _record(self) -> tuple[Record, str] | None:
        line = self._line()
        if "end" in line:
            self._told = line.get("records", -1)
            return None
        if not line:
            return None
        try:
            stored = str(line.pop("hash"))
            record = Record(**line | {"at": datetime.fromisoformat(line["at"])})
            texts = [getattr(record, name) for name in Record.__slots__ if name not in _NO_TEXT]
            is_sound = (
                all(isinstance(text, str) for text in texts)
                and isinstance(record.case_id, str | None)
                and record.at.tzinfo is not None
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(self._number) from error
        if not is_sound:
            raise Unreadable(self._number)
        self._read += 1
        return record, stored

    def _line(self) -> dict[str, Json]:
        """The next line; nothing of it at the end of the file."""
        text = self._lines.readline(_LINE)
        self._number += 1
        try:
            found = orjson.loads(text) if text else {}
        except ValueError as error:
            raise Unreadable(self._number) from error
        if not isinstance(found, dict) or (text and not text.endswith(b"\n")):
            raise Unreadable(self._number)
        return found


_NO_TEXT: Final = ("seq", "at", "case_id")


def anchored(
    records: Iterable[tuple[Record, str]], anchor: Export | None
) -> Iterator[tuple[Record, str, bool]]:
    """The records, each with whether an earlier export has another one in its place."""
    for record, stored in records:
        known = anchor.hash_of(record.chain, record.seq) if anchor else None
        yield record, stored, known is not None and known != stored
