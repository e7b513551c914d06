"""A backup: every row and every attachment as they were at one moment, while others go on working.

All tables are read in one snapshot of the database. An attachment never changes and is dropped only
when nothing has named it for days, so its bytes may be read afterwards. Nothing secret that lies
outside the database is in it: no keys, nothing that signs forms.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Select, column, func, inspect, select, table
from sqlalchemy.exc import SQLAlchemyError

from server.adapters import backup_files, new_files, sealing
from server.adapters.backup_files import Writing
from server.adapters.storage import Damaged, Stored
from server.domain.access import SYSTEM
from server.domain.chores import BACKUP
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.services import heartbeats, schema
from server.services.backups import table_rows
from server.services.context import Tools, transaction

_CHUNK: Final = 1024 * 1024

_FILES: Final = table("attachment", column("content_hash"), column("size"), column("state"))
#: files of papers; a database from before there were any has no such table
_PAPERS: Final = table("paper_file", column("content_hash"), column("size"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A backup that lies on the disk."""

    file: Path
    bytes: int
    sha256: str
    is_sealed: bool
    revision: str
    #: rows per table
    counts: dict[str, int]
    attachments: int
    #: content hashes of attachments whose bytes are gone or changed: the rest is there
    damaged: tuple[str, ...]
    #: chain -> end of the audit chain at that moment
    chains: dict[str, dict[str, Json]]

    @property
    def detail(self) -> dict[str, Json]:
        """What is noted of it: figures and hashes."""
        return {
            "ok": not self.damaged,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "sealed": self.is_sealed,
            "rows": sum(self.counts.values()),
            "counts": {"case": self.counts.get("case", 0), "attachment": self.attachments},
            "damaged": len(self.damaged),
            "chains": self.chains,
        }


def make(tools: Tools, file: Path, real_now: datetime) -> Made:
    """Write a backup to a new file, which is there whole or not at all.

    Raises Invalid when the file exists already, cannot be written, or the key cannot be used.
    """
    key = key_of(tools)
    with new_files.created(file) as target, _snapshot(tools) as connection:
        revision = schema.revision_of(connection)
        if revision is None:
            raise Invalid(_("这里还没有数据，没有什么可以备份"))
        chains = _chains(connection)
        with backup_files.written(target, key) as writing:
            _tables(connection, writing)
            damaged = _attachments(tools, connection, writing)
            writing.finish(
                {
                    "made_at": real_now.isoformat(),
                    "revision": revision,
                    "kind": _kind(connection),
                    "chains": chains,
                    "damaged": list(damaged),
                }
            )
    return Made(
        file=file,
        bytes=file.stat().st_size,
        sha256=_hash_of(file),
        is_sealed=key is not None,
        revision=revision,
        counts={name: told["rows"] for name, told in writing.tables.items()},
        attachments=writing.attachments,
        damaged=damaged,
        chains=chains,
    )


def record(tools: Tools, made: Made, now: datetime, real_now: datetime) -> None:
    """Put a backup on record, for the audit and for whoever looks when the last one was made."""
    with transaction(tools, SYSTEM, now) as ctx:
        ctx.record("backup.create", "installation", detail=made.detail)
    heartbeats.note(tools, BACKUP, real_now, made.detail)


def failed(tools: Tools, real_now: datetime) -> None:
    """Note that a backup could not be made, unless nothing can be written at all."""
    with suppress(SQLAlchemyError):
        heartbeats.note(tools, BACKUP, real_now, {"ok": False})


def key_of(tools: Tools) -> bytes | None:
    """The key backups are sealed with, None when none is set. Raises Invalid."""
    file = tools.config.backup_key
    return None if file is None else sealing.read_key(file, tools.config.data)


@contextmanager
def _snapshot(tools: Tools) -> Iterator[Connection]:
    """The database as it is now, however long it is looked at; nobody waits for it."""
    bind = tools.readers.kw["bind"]
    options = {"isolation_level": "REPEATABLE READ"} if _is_postgresql(tools) else {}
    with bind.connect() as connection:
        yield connection.execution_options(**options)


def _is_postgresql(tools: Tools) -> bool:
    return tools.database.dialect.name == "postgresql"


def _tables(connection: Connection, writing: Writing) -> None:
    for shape in table_rows.shapes(connection):
        writing.table(shape.name, shape.told, table_rows.rows(connection, shape))


def _chains(connection: Connection) -> dict[str, dict[str, Json]]:
    head = table("audit_head", column("chain"), column("seq"), column("hash"))
    return {
        row.chain: {"seq": row.seq, "hash": row.hash} for row in connection.execute(select(head))
    }


def _kind(connection: Connection) -> str:
    marks = connection.scalar(select(func.count()).select_from(table("drill")))
    return "drill" if marks else "ordinary"


def _attachments(tools: Tools, connection: Connection, writing: Writing) -> tuple[str, ...]:
    """Write the bytes of every attachment; the hashes of those that are not what they were."""
    damaged = []
    for row in connection.execute(_named(connection)).all():
        try:
            with tools.storage.opened(Stored(row.content_hash, row.size)) as stream:
                writing.attachment(row.content_hash, stream)
        except Damaged:
            if _is_wanted(tools, row.content_hash):  # else its draft was given up meanwhile
                damaged.append(row.content_hash)
    return tuple(damaged)


def _named(connection: Connection) -> Select[Any]:
    """Hash and size of everything that rows refer to, each content once."""
    files = select(_FILES.c.content_hash, _FILES.c.size).where(_FILES.c.state != "removed")
    papers = select(_PAPERS.c.content_hash, _PAPERS.c.size)
    has_papers = inspect(connection).has_table(_PAPERS.name)
    either = (files.union_all(papers) if has_papers else files.union_all()).subquery()
    size = func.max(either.c.size).label("size")
    return select(either.c.content_hash, size).group_by(either.c.content_hash)


def _is_wanted(tools: Tools, content_hash: str) -> bool:
    with tools.readers() as session:
        named = _named(session.connection()).subquery()
        wanted = select(func.count()).where(named.c.content_hash == content_hash)
        return bool(session.scalar(wanted))


def _hash_of(file: Path) -> str:
    found = sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
