"""What a fault says of the database and the disk: is it gone, or is there no room, or neither.

Told by the numbers of the driver, never by the text of the fault: that may be in any language.
"""

import errno
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.domain.incidents import IncidentKind

#: classes and codes of PostgreSQL: no connection, shutting down, starting, too many connections
_GONE_STATES: Final = ("08", "57P01", "57P02", "57P03", "53300")
_FULL_STATES: Final = ("53100",)
#: primary codes of SQLite: PERM, BUSY, LOCKED, READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB
_GONE_CODES: Final = frozenset({3, 5, 6, 8, 10, 11, 14, 26})
_FULL_CODE: Final = 13
#: IOERR_SHMSIZE: the file beside the database cannot grow
_NO_ROOM_BESIDE: Final = 4874
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def kind_of(error: BaseException) -> IncidentKind | None:
    """``DATABASE_GONE``, ``DISK_FULL``, or None for a fault of another kind.

    A fault that another one caused is judged by that one too.
    """
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        kind = _kind(found)
        if kind is not None:
            return kind
        found = found.__cause__ or found.__context__
    return None


def _kind(error: BaseException) -> IncidentKind | None:
    if isinstance(error, PoolTimeout):
        return IncidentKind.DATABASE_GONE
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return IncidentKind.DISK_FULL
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _of_sqlite(code)
    return _of_postgresql(error)


def _of_sqlite(code: int) -> IncidentKind | None:
    if code in (_NO_ROOM_BESIDE, _FULL_CODE):
        return IncidentKind.DISK_FULL
    return IncidentKind.DATABASE_GONE if code & 0xFF in _GONE_CODES else None


def _of_postgresql(error: DBAPIError) -> IncidentKind | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state.startswith(_FULL_STATES):
        return IncidentKind.DISK_FULL
    if state.startswith(_GONE_STATES) or error.connection_invalidated:
        return IncidentKind.DATABASE_GONE
    # the server did not even answer: there is no code, and no connection it could be of
    is_unanswered = not state and type(error.orig).__name__ == "OperationalError"
    return IncidentKind.DATABASE_GONE if is_unanswered else None
