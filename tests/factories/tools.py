"""Tools over a database of a test, and the databases that are copied for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn, cast

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from server.adapters import ring
from server.app import build
from server.config import CHEAP_HASH, Config, normalised
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.models.definition import PackVersion
from server.services import schema
from server.services.calendar import calendars
from server.services.context import Tools, reading, transaction
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.rehearsing import demo
from tests.databases import Databases, Fill

#: when a test's database was prepared
PREPARED = datetime(2026, 1, 5, 9, 0, tzinfo=CHINA_TIME)

#: the packs of each prepared database: every copy has the same versions under the same ids
_LOADED: dict[tuple[str, str], dict[str, Release]] = {}


@contextmanager
def opened(url: str) -> Iterator[Tools]:
    """The program's own tools over this database, closed in the end."""
    with TemporaryDirectory(prefix="rongcuo-") as folder:
        ring.make_drill_key(Path(folder))
        tools = build(
            Config(
                data=Path(folder),
                database_url=normalised(url),
                sqlite_sync="OFF",
                hash_cost=CHEAP_HASH,
            ),
        )
        try:
            yield tools
        finally:
            tools.database.dispose()
            if tools.rooms is not None:
                tools.rooms.close()


@contextmanager
def copied(databases: Databases, name: str, fill: Fill) -> Iterator[Tools]:
    """Tools over a fresh copy of a prepared database, which know its packs already."""
    with databases.copy(name, fill) as url, opened(url) as tools:
        known = (databases.kind, name)
        if known not in _LOADED:
            _LOADED[known] = _loaded(tools)
        tools.releases.update(_LOADED[known])
        yield tools


def _loaded(tools: Tools) -> dict[str, Release]:
    with reading(tools, SYSTEM, PREPARED) as ctx:
        for version_id in ctx.session.scalars(select(PackVersion.id)).all():
            definitions.release(ctx, version_id)
    return dict(tools.releases)


def migrate(url: str) -> None:
    """Bring a new database to the newest revision."""
    with opened(url) as tools:
        schema.migrate(tools.database)


def fill_region(url: str) -> None:
    """Migrate a new database, load the shipped calendar and the made-up region."""
    migrate(url)
    with opened(url) as tools, transaction(tools, SYSTEM, PREPARED) as ctx:
        calendars.load_shipped(ctx, tools.config.shipped / "processes" / "_calendars")
        demo.load(ctx)


def reading_only(tools: Tools) -> Tools:
    """The same tools for whoever must not begin to write."""

    def refused() -> NoReturn:
        raise AssertionError("a transaction that writes was begun")

    return replace(tools, writers=cast("sessionmaker[Session]", refused))
