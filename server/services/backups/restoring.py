"""A backup becomes an installation: all of it, checked, or nothing.

Everything happens in one transaction of the target and in a folder beside the final places. Rows
are loaded into the schema they were written with, which is then brought to the program's own;
counts, hashes and both audit chains are compared before anything is put in place.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, inspect, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import sessionmaker

from server.adapters import backup_files
from server.adapters.backup_files import Reading
from server.adapters.new_files import synced
from server.adapters.storage import Storage
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Invalid
from server.domain.expressions import Json
from server.domain.lifecycle import TimerState
from server.domain.texts import _
from server.models.access import session as session_table
from server.models.document import attachment
from server.models.installation import drill
from server.models.paper import paper_file
from server.models.time import timer
from server.services import audit, schema
from server.services.backups import making, table_rows
from server.services.backups.upgrades import STAGING
from server.services.case import search
from server.services.context import Context, Tools, reading, transaction
from server.services.databases import open_database

#: what may lie in an empty data directory: the turn of processes that begin, and its journal
_HARMLESS: Final = ("starting.lock", "starting.lock-journal")
#: timers that are told one by one
_TOLD: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A timer that fell due since the backup; it fires when the server starts."""

    case_id: str
    kind: str
    what: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """An installation that was made from a backup."""

    manifest: Mapping[str, Json]
    #: rows per table
    counts: dict[str, int]
    attachments: int
    #: attachments whose bytes were gone when the backup was made
    damaged: int
    #: audit records that were walked
    audited: int
    #: why the chains do not hold, empty when they do
    broken: str
    revoked: int
    due: tuple[Due, ...]
    due_count: int


def restore(tools: Tools, file: Path, real_now: datetime, *, accept_broken: str = "") -> Restored:
    """Make the installation of the configuration from a backup.

    ``accept_broken`` is the reason to take one whose audit chains do not hold; it is recorded.

    Raises:
        Conflict: the data directory or the database is not empty.
        Invalid: the file is no whole backup, is of a newer program, or its chains do not hold.
    """
    folder = tools.config.data
    _refuse_used(tools)
    with backup_files.opened(file, making.key_of(tools)) as found:
        if not schema.is_known(found.manifest["revision"]):
            raise Conflict(_("备份是更新的程序所作，请用那个版本的程序恢复"))
        staging = folder / STAGING
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        try:
            return _restored(tools, found, staging, real_now, accept_broken)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Invalid(_("恢复没有完成：{why}").format(why=reason)) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _restored(
    tools: Tools, found: Reading, staging: Path, real_now: datetime, accept_broken: str
) -> Restored:
    final = tools.config.data / "attachments"
    storage = Storage(staging / "attachments")
    _files(found, storage)
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, final, ignore_errors=True)
        with _target(tools, staging) as inner, inner.database.begin() as connection:
            staged = replace(inner, storage=storage)
            done = _filled(connection, staged, found, real_now, accept_broken)
            if storage.folder.is_dir():
                storage.folder.rename(final)  # only the commit is left
        undo.pop_all()
    return done


def _refuse_used(tools: Tools) -> None:
    """Refuse whatever is not empty; what a restore that was cut short left does not count."""
    folder = tools.config.data
    is_left = (folder / STAGING).is_dir()
    mine = (*_HARMLESS, STAGING, "attachments") if is_left else _HARMLESS
    if any(place.name not in mine for place in folder.iterdir()):
        raise Conflict(_("数据目录“{folder}”不是空的，只能恢复到空目录").format(folder=folder))
    file = _sqlite_file(tools)
    if file is not None:
        if file.exists():
            raise Conflict(_("数据库“{file}”已经存在，只能恢复到空的数据库").format(file=file))
    else:
        with tools.database.connect() as connection:
            if inspect(connection).get_table_names():
                raise Conflict(_("数据库里已经有表，只能恢复到空的数据库"))
    if is_left:
        shutil.rmtree(folder / "attachments", ignore_errors=True)


def _sqlite_file(tools: Tools) -> Path | None:
    url = make_url(tools.config.database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


@contextmanager
def _target(tools: Tools, staging: Path) -> Iterator[Tools]:
    """The tools over the database that is filled; a file gets its name when that has worked."""
    fresh = replace(tools, releases={}, calendars={})
    final = _sqlite_file(tools)
    if final is None:
        yield fresh
        return
    beside = staging / "rongcuo.sqlite3"
    database = open_database(replace(tools.config, database_url=f"sqlite+pysqlite:///{beside}"))
    try:
        yield replace(fresh, database=database)
    finally:
        database.dispose()  # the last connection takes the log into the file
    synced(beside)
    beside.rename(final)
    synced(final.parent)


def _filled(
    connection: Connection, tools: Tools, found: Reading, real_now: datetime, accept_broken: str
) -> Restored:
    schema.bring_to(connection, found.manifest["revision"])
    counts = _load(connection, found)
    schema.bring_to(connection, schema.HEAD)
    bound = sessionmaker(
        connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
    )
    inner = replace(tools, writers=bound, readers=bound)
    now = _clock(inner, real_now)
    with transaction(inner, SYSTEM, now) as ctx:
        _refuse_others(ctx, found)
        audited, broken = _walked(ctx, found)
        if broken and not accept_broken:
            raise Invalid(broken)
        revoked = _revoke(ctx)
        search.rebuild(ctx)
        detail = {key: found.manifest[key] for key in ("made_at", "revision", "kind", "chains")}
        detail |= {"revoked": revoked, "rows": sum(counts.values())}
        detail |= {"broken": broken, "accepted": accept_broken} if broken else {}
        ctx.record("backup.restore", "installation", detail=detail)
    with reading(inner, SYSTEM, now) as ctx:
        due, due_count = _due(ctx)
    return Restored(
        manifest=found.manifest,
        counts=counts,
        attachments=len(found.attachments),
        damaged=len(found.manifest["damaged"]),
        audited=audited,
        broken=broken,
        revoked=revoked,
        due=due,
        due_count=due_count,
    )


def _load(connection: Connection, found: Reading) -> dict[str, int]:
    """Every table of the backup, which must be those of its schema."""
    shapes = table_rows.shapes(connection)
    told = found.manifest["tables"]
    if {one.name: one.told for one in shapes} != {name: it["columns"] for name, it in told.items()}:
        raise Invalid(
            _("备份中的表与其版本{revision}不符").format(revision=found.manifest["revision"])
        )
    hold_again = table_rows.without_references(connection)
    counts = {
        shape.name: table_rows.load(connection, shape, found.rows(shape.name)) for shape in shapes
    }
    hold_again()
    return counts


def _files(found: Reading, storage: Storage) -> None:
    for content_hash in sorted(found.attachments):
        with found.attachment(content_hash) as stream:
            size = found.size(content_hash)
            if storage.put(stream, size).hash != content_hash:
                raise Invalid(_("备份中的附件与其摘要不符，备份已损坏"))


def _refuse_others(ctx: Context, found: Reading) -> None:
    """The attachments are those the rows name, but for those that are told to be gone."""
    named = set(
        ctx.session.scalars(
            select(attachment.c.content_hash)
            .where(attachment.c.state != "removed")
            .union(select(paper_file.c.content_hash))
        )
    )
    missing = named - found.attachments
    given_up = _drafts(ctx, missing)
    if found.attachments - named or missing - set(found.manifest["damaged"]) - given_up:
        raise Invalid(_("备份中的附件与记录不一致，备份已损坏"))


def _drafts(ctx: Context, missing: set[str]) -> set[str]:
    """Bytes of drafts: given up while the backup was made."""
    return set(
        ctx.session.scalars(
            select(attachment.c.content_hash)
            .where(attachment.c.content_hash.in_(missing))
            .group_by(attachment.c.content_hash)
            .having(
                func.max(attachment.c.state) == "draft", func.min(attachment.c.state) == "draft"
            )
        )
    )


def _walked(ctx: Context, found: Reading) -> tuple[int, str]:
    """How many records of both chains hold, and what is wrong with the first that does not."""
    count = 0
    for chain in audit.CHAINS:
        verdict = audit.verify(ctx.session, chain)
        count += verdict.count
        if verdict.broken is not None:
            text = _("备份中的审计记录链（{chain}）第{n}条有问题：{why}")
            return count, text.format(chain=chain, n=verdict.broken, why=verdict.reason)
        head = audit.head(ctx.session, chain)
        if found.manifest["chains"].get(chain) != head:
            return count, _("备份中的审计记录链与清单里的链头不一致")
    return count, ""


def _revoke(ctx: Context) -> int:
    """End every session and token: who was signed in then signs in anew."""
    ended = ctx.session.scalars(
        update(session_table)
        .where(session_table.c.revoked_at.is_(None))
        .values(revoked_at=ctx.now)
        .returning(session_table.c.id)
    ).all()
    return len(ended)


def _clock(tools: Tools, real_now: datetime) -> datetime:
    """What the clock of the restored installation shows."""
    with tools.readers() as session:
        ahead = session.scalar(select(drill.c.ahead))
    return (real_now + timedelta(seconds=ahead or 0)).astimezone(CHINA_TIME)


def _due(ctx: Context) -> tuple[tuple[Due, ...], int]:
    is_due = (timer.c.state == TimerState.ARMED, timer.c.due_at <= ctx.now)
    rows = ctx.session.execute(
        select(timer).where(*is_due).order_by(timer.c.due_at, timer.c.id).limit(_TOLD)
    )
    told = tuple(
        Due(
            case_id=row.case_id,
            kind=row.kind,
            what=row.rule_key or row.element,
            due_at=row.due_at,
        )
        for row in rows
    )
    return told, ctx.session.scalar(select(func.count()).select_from(timer).where(*is_due)) or 0
