"""A database that is gone and a disk that is full, as answers: later, and nothing is lost.

Whoever sent a form finds what he typed on the page that says so, and sends it again from there.
The page asks nothing of the database.
"""

import logging
import time
from datetime import UTC, datetime
from typing import Final

from flask import Flask, Response, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.domain.incidents import IncidentKind
from server.domain.texts import _
from server.http import problems
from server.http.site import site
from server.services.operations import settling

#: kind -> number, code, what is told, seconds after which to ask again
_TOLD: Final = {
    IncidentKind.DATABASE_GONE: (
        503,
        "unavailable",
        _("系统暂时连不上数据库，请稍后再试；运行人员会得到通知"),
        30,
    ),
    IncidentKind.DISK_FULL: (
        507,
        "storage_full",
        _("服务器的存储空间不足，刚才的操作没有办成，已整个退回。请告知运行人员，清理后再试"),
        300,
    ),
}

#: what is never sent back to anybody, as part of the name of a field
_SECRET: Final = "secret"  # noqa: S105  # a name, no password
#: characters of a form that are given back
_MOST: Final = 200_000
#: seconds between two attempts to write down what was met
_PAUSE: Final = 10
#: key of the moment of the last try among the extensions of the application
_TRIED: Final = "rongcuo.settled"

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answer faults of database and disk, and write them down once that can be done."""
    for kind in (DBAPIError, PoolTimeout, OSError):
        app.register_error_handler(kind, _failed)
    app.after_request(_settle)


def _settle(response: Response) -> Response:
    tried = current_app.extensions.get(_TRIED)
    is_time = tried is None or time.monotonic() - tried > _PAUSE
    if site().tools.troubles.is_pending and is_time and response.status_code < 500:
        current_app.extensions[_TRIED] = time.monotonic()
        settling.settle(site().tools, datetime.now(UTC))
    return response


def _failed(error: Exception) -> Response:
    kind = settling.note(site().tools, error, datetime.now(UTC))
    if kind is None:
        return problems.unexpected(error)
    _log.error("refused", exc_info=error, extra={"incident": kind})
    status, code, detail, seconds = _TOLD[kind]
    if problems.wants_document():
        response = problems.problem(status, detail, code=code)
    else:
        response = Response(_page(status, detail), status=status, mimetype="text/html")
    response.headers["Retry-After"] = str(seconds)
    return response


def _page(status: int, detail: str) -> str:
    is_sent = request.method != "GET"
    typed = _typed() if is_sent else None
    # not by render_template: what every other page shows in its frame is asked of the database
    return current_app.jinja_env.get_template("errors/away.html").render(
        title=problems.title(status),
        detail=detail,
        is_sent=is_sent,
        typed=typed,
        address=request.full_path.rstrip("?"),
        is_large=request.cookies.get("large_type") == "1",
    )


def _typed() -> list[tuple[str, str]] | None:
    """What was sent, to be sent again; None where files or secrets were in it."""
    try:
        fields, files = request.form, request.files
    except OSError:  # there was no room to take it in
        return None
    given = [(name, value) for name, values in fields.lists() for value in values]
    has_files = any(file.filename for file in files.values())
    has_secrets = any(_SECRET in name for name, _value in given)
    is_long = sum(len(value) for _name, value in given) > _MOST
    return None if has_files or has_secrets or is_long or not given else given
