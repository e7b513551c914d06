"""Empty places that a backup is restored into, on either kind of database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.app import build
from server.config import CHEAP_HASH, Config, in_folder, normalised
from server.services.context import Tools
from tests.databases import Databases


@contextmanager
def empty(databases: Databases, folder: Path, key: Path | None = None) -> Iterator[Tools]:
    """The program's tools over an empty data directory and no tables at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if databases.kind == "sqlite":
        with over_sqlite(folder, key) as tools:
            yield tools
        return
    with databases.copy("bare", lambda url: None) as url, _over(url, folder, key) as tools:
        yield tools


@contextmanager
def over_sqlite(folder: Path, key: Path | None = None) -> Iterator[Tools]:
    """The same over the file a data directory has by itself."""
    with _over(in_folder(folder), folder, key) as tools:
        yield tools


@contextmanager
def _over(url: str, folder: Path, key: Path | None) -> Iterator[Tools]:
    config = Config(
        data=folder,
        database_url=normalised(url),
        sqlite_sync="OFF",
        hash_cost=CHEAP_HASH,
        backup_key=key,
    )
    tools = build(config)
    try:
        yield tools
    finally:
        tools.database.dispose()
