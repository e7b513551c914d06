"""Tools over a database of a test, and the databases that are copied for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from server.app import build
from server.config import CHEAP_HASH, Config, normalised
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.services import schema
from server.services.calendar import calendars
from server.services.context import Tools, transaction
from server.services.rehearsing import demo

#: when a test's database was prepared
PREPARED = datetime(2026, 1, 5, 9, 0, tzinfo=CHINA_TIME)


@contextmanager
def opened(url: str) -> Iterator[Tools]:
    """The program's own tools over this database, closed in the end."""
    with TemporaryDirectory(prefix="rongcuo-") as folder:
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
