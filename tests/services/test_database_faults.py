import errno
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.domain.incidents import IncidentKind
from server.services.database_faults import kind_of

GONE, FULL = IncidentKind.DATABASE_GONE, IncidentKind.DISK_FULL


def of_sqlite(code: int) -> DBAPIError:
    error = sqlite3.OperationalError("whatever it says")
    error.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, error)


def of_postgresql(error: Exception) -> DBAPIError:
    return OperationalError("SELECT 1", {}, error)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), FULL),
        (of_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), FULL),
        (of_sqlite(sqlite3.SQLITE_BUSY), GONE),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), GONE),
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), GONE),
        (of_sqlite(sqlite3.SQLITE_IOERR_READ), GONE),
        (of_sqlite(sqlite3.SQLITE_ERROR), None),
        (of_postgresql(psycopg.errors.DiskFull("x")), FULL),
        (of_postgresql(psycopg.errors.AdminShutdown("x")), GONE),
        (of_postgresql(psycopg.errors.CannotConnectNow("x")), GONE),
        (of_postgresql(psycopg.errors.TooManyConnections("x")), GONE),
        (of_postgresql(psycopg.OperationalError("no server")), GONE),
        (of_postgresql(psycopg.errors.DeadlockDetected("x")), None),
        (of_postgresql(psycopg.errors.UndefinedTable("x")), None),
        (IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation("x")), None),
        (PoolTimeout(), GONE),
        (OSError(errno.ENOSPC, "x"), FULL),
        (OSError(errno.EDQUOT, "x"), FULL),
        (OSError(errno.ENOENT, "x"), None),
        (ValueError("x"), None),
    ],
    ids=repr,
)
def test_a_fault_is_told_by_its_number(error: Exception, kind: IncidentKind | None) -> None:
    assert kind_of(error) is kind


def test_a_fault_is_judged_by_what_caused_it() -> None:
    error = ValueError("while telling")
    error.__cause__ = OSError(errno.ENOSPC, "x")
    assert kind_of(error) is FULL
    error.__cause__ = error  # a ring ends
    assert kind_of(error) is None
