"""Opens a database so that every transaction means the same on SQLite and on PostgreSQL."""

import threading
import time
from collections.abc import Callable
from typing import Any, cast

import orjson
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, Pool, StaticPool

from server.config import IN_MEMORY, Config

#: how long a writer waits for the one before it, in milliseconds
BUSY_TIMEOUT = 10_000

#: seconds a connection may lie unused before it is asked whether its server is still there
UNUSED = 10

#: what is noted beside a connection: when it was last given back
_SINCE = "since"

#: what is noted beside a connection of SQLite while it is its turn to write
_HAS_TURN = "turn"


def open_database(config: Config) -> Engine:
    """An engine whose transactions take the write lock at their beginning (SQLite).

    On PostgreSQL they run under READ COMMITTED, its default: a head row read under REPEATABLE
    READ would fork the audit chain.
    """
    options: dict[str, Any] = {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        # an error of the database may be logged: it must not bring what people wrote along
        "hide_parameters": True,
    }
    if config.database_url == IN_MEMORY:
        options |= {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    database = create_engine(config.database_url, **options)
    if database.dialect.name == "sqlite":
        event.listen(database, "connect", _configure(config))
        turns = _Turns()
        event.listen(database, "begin", turns.begin)
        for name in ("checkin", "invalidate", "close"):
            event.listen(database.pool, name, turns.give_back)
    else:
        event.listen(database, "begin", _begin_postgresql)
        event.listen(database, "handle_error", _tell_no_content)
        event.listen(database.pool, "checkin", _lies_unused)
        event.listen(database.pool, "checkout", _asked_after_rest(database))
    return database


def reading(database: Engine) -> Engine:
    """The same database for transactions that only read: it refuses their writes.

    What listens to the statements of ``database`` hears these too, and disposing of it ends their
    connections. A database in memory is one connection and refuses nothing.
    """
    readers = database.execution_options(read_only=True)
    if database.dialect.name != "sqlite" or isinstance(database.pool, StaticPool):
        return readers
    # Connections of their own: to turn one from writing to reading and back would make SQLite
    # compile all its statements anew, which costs more than to run them.
    apart = _Apart(database, {"read_only": True})
    apart.pool = database.pool.recreate()
    event.listen(apart.pool, "connect", _refuse_writes)
    event.listen(database, "engine_disposed", lambda _database: apart.end())
    return apart


class _Apart(OptionEngine):
    """The engine with other options and with connections of its own."""

    pool = cast(Pool, None)

    def end(self) -> None:
        """End its connections; it opens new ones when it is asked again."""
        self.pool.dispose()
        self.pool = self.pool.recreate()


def _refuse_writes(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


def _lies_unused(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_SINCE] = time.monotonic()


def _asked_after_rest(database: Engine) -> Callable[..., None]:
    def still_there(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Ask a connection that lay unused whether its server is there; else another is opened.

        One in steady use is not asked: that would cost every request a way to the server and
        back, and where the server goes meanwhile, the first fault has all of them opened anew.
        """
        since = record.info.get(_SINCE)
        if since is None or time.monotonic() - since < UNUSED:
            return
        try:
            database.dialect.do_ping(connection)
        except database.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    return still_there


def _tell_no_content(failed: ExceptionContext) -> None:
    """Leave out of an error what the server tells of the row it would not take."""
    told = getattr(getattr(failed.original_exception, "diag", None), "message_primary", None)
    if told is None:
        return
    failed.original_exception.args = (told,)
    if failed.sqlalchemy_exception is not None:
        failed.sqlalchemy_exception.args = (told,)


def _configure(config: Config) -> Callable[[Any, object], None]:
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={config.sqlite_sync}",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return configure


class _Turns:
    """Writers of this process go one after the other, as SQLite has it.

    Its own way of waiting looks again after ever longer pauses, so that of several writers some
    wait long beside a free file; here whoever is next goes on at once. Writers of other processes
    still meet that way.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction; one that may write waits for its turn."""
        if connection.get_execution_options().get("read_only", False):
            connection.exec_driver_sql("BEGIN")
            return
        if not connection.info.get(_HAS_TURN):
            # whoever waits in vain still asks the file, and is told by it
            connection.info[_HAS_TURN] = self._turn.acquire(timeout=BUSY_TIMEOUT / 1000)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def give_back(self, _connection: object, record: ConnectionPoolEntry, *_more: object) -> None:
        """Whoever has done with a connection has had his turn."""
        if record.info.pop(_HAS_TURN, False):
            self._turn.release()


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
