"""What the program tells its operator: log lines as JSON on stderr, and figures for Prometheus.

Never content of a case, never a query string, never the text of an unexpected error: an exception
is told by its kind and by the places in the code it came through. Labels are routes, words of a
closed list and numbers; never a case, a person or a unit (SECURITY WB-8).
"""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from structlog.typing import Processor

#: what a line may carry besides its text; anything else is left out
FIELDS = frozenset(
    {
        "request_id",
        "method",
        "route",
        "status",
        "milliseconds",
        "error",
        "through",
        "pack",
        "version",
        "warnings",
        "code",
        "timers",
        "failed",
        "messages",
        "address",
        "incident",
        "chore",
        "letters",
        "records",
        "times",
    }
)

_ALWAYS = frozenset({"event", "level", "logger", "timestamp"})
_HERE = Path(__file__).resolve().parent.parent


#: one step of the engine; a figure of the whole process, since whoever takes steps knows no other
STEP_SECONDS = Histogram(
    "rongcuo_step_seconds",
    "Time of one step of the engine",
    registry=None,
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)


class Meters:
    """The figures of one process; every application of a test has its own."""

    def __init__(self) -> None:
        #: what ``/metrics`` shows
        self.registry = registry = CollectorRegistry(auto_describe=True)
        self.requests = Counter(
            "rongcuo_requests",
            "Answered requests",
            ["route", "method", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "rongcuo_request_seconds", "Time to answer", ["route"], registry=registry
        )
        self.chores = Counter(
            "rongcuo_chores", "Background work", ["chore", "result"], registry=registry
        )
        self.chore_seconds = Histogram(
            "rongcuo_chore_seconds",
            "Time a piece of background work takes",
            ["chore"],
            registry=registry,
            buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300),
        )
        self.timers = Counter(
            "rongcuo_timers", "Timers that came due", ["state"], registry=registry
        )
        self.last_round = Gauge(
            "rongcuo_last_round_timestamp_seconds", "End of the last round", registry=registry
        )
        registry.register(STEP_SECONDS)


def configure(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send every log line of the program and its libraries to the stream, one JSON object each."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_content,
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("apscheduler", "alembic", "sqlalchemy", "waitress", "cheroot"):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def bind(**values: str) -> None:
    """Put these on every line of the request or round under way."""
    structlog.contextvars.bind_contextvars(**values)


def unbind() -> None:
    """Forget what was bound."""
    structlog.contextvars.clear_contextvars()


def _without_content(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    """Keep the known fields; of an exception its kind and the way it took, never its text."""
    error = line.pop("exc_info", None)
    kept = {key: value for key, value in line.items() if key in FIELDS | _ALWAYS or key[0] == "_"}
    found = _exception(error)
    if found is not None:
        kept["error"] = type(found).__name__
        kept["through"] = [
            f"{_shown(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(found.__traceback__)
        ]
        record = line.get("_record")
        if record is not None:  # the formatter would add the text of the exception itself
            record.exc_info = record.exc_text = None
    return kept


def _exception(error: Any) -> BaseException | None:
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    return error if isinstance(error, BaseException) else None


def _shown(file: str) -> str:
    path = Path(file)
    return path.relative_to(_HERE).as_posix() if path.is_relative_to(_HERE) else path.name
