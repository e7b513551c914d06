"""Opens a database so that every transaction means the same on SQLite and on PostgreSQL."""

from collections.abc import Callable
from typing import Any, cast

import orjson
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.pool import Pool, StaticPool

from server.config import IN_MEMORY, Config

#: how long a writer waits for the one before it, in milliseconds
BUSY_TIMEOUT = 10_000


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
        event.listen(database, "begin", _begin_sqlite)
    else:
        event.listen(database, "begin", _begin_postgresql)
        event.listen(database, "handle_error", _tell_no_content)
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


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
