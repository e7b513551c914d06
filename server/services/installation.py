"""Makes a database ready for use: its schema, and the calendars that are shipped. Idempotent."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Final

from server.domain.access import SYSTEM
from server.domain.errors import Conflict
from server.domain.texts import _
from server.services.backups import upgrades
from server.services.calendar import calendars
from server.services.context import Tools, transaction
from server.services.identity import reporter_keys

#: what several processes that begin at once on SQLite wait for, in the data directory
TURN_FILE: Final = "starting.lock"
#: how long they wait, in seconds: an upgrade with its backup may be under way
_PATIENCE: Final = 1800

#: number of the lock they wait for on PostgreSQL
_LOCK: Final = 7_316_002


@contextmanager
def alone(tools: Tools) -> Iterator[None]:
    """Nobody else makes this installation ready meanwhile, in whatever process.

    Raises Conflict when somebody does for so long that something must be wrong.
    """
    if tools.database.dialect.name == "postgresql":
        with tools.database.connect() as found:
            connection = found.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")
        return
    file = tools.config.data / TURN_FILE
    with closing(sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)) as turn:
        try:
            turn.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Conflict(_("另一个进程一直在准备数据目录，请检查后重试")) from error
        yield


def prepare(tools: Tools, now: datetime, *, without_backup: str = "") -> None:
    """Migrate the database and load the calendar years it does not know.

    An older database is backed up first, if ``without_backup`` does not say why not.
    Raises as ``upgrades.bring_up`` does, and Invalid when keys of what is sealed are missing.
    """
    upgrades.bring_up(tools, now, without_backup=without_backup)
    reporter_keys.refuse_missing(tools, now)
    with transaction(tools, SYSTEM, now) as ctx:
        calendars.load_shipped(ctx, tools.config.shipped / "processes" / "_calendars")
