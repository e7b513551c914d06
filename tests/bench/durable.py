"""``durable_step``: a completed task through the service layer, until it is on the disk.

Beside it stands what cannot be had cheaper: the bare commit of as many bytes with
``synchronous=FULL``, and ten times ``engine_step``. All three are wall time of the same run, the
best of several rounds taken in turn; PostgreSQL's own commit stands beside its figure.

``durable_floor`` is what the statements of the same completions take when the driver alone runs
them, in one transaction with its commit: no procedure, no form, no rule, no law.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from sqlalchemy import event, text

from server.app import build
from server.config import Config, normalised
from server.domain.access import Actor
from server.engine.runtime.spiff import SpiffEngine
from server.services import audit
from server.services.case import incidents
from server.services.context import Tools
from server.services.verbs import work
from tests.bench import engine
from tests.bench.figures import Figure
from tests.databases import SqliteDatabases, postgres
from tests.engine.runtime.playing import FEEL
from tests.factories import tiny
from tests.factories.bpmn import files
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny

#: cases completed before anything is measured, so that code and plans are warm
_WARM = 5
_ROUNDS = 40
#: how many engine steps a completed task may cost besides its commit
_STEPS = 10


def measure() -> list[Figure]:
    """The figure of both databases."""
    with tempfile.TemporaryDirectory(prefix="rongcuo-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        servers = {
            "sqlite": SqliteDatabases(folder),
            "postgres": stack.enter_context(postgres(is_durable=True)),
        }
        step = _engine_step()
        return [
            figure
            for kind, databases in servers.items()
            for figure in _durable(kind, databases.create("durable"), folder, step)
        ]


def _durable(kind: str, url: str, folder: Path, step: float) -> list[Figure]:
    tiny.fill(url)
    tools = build(Config(data=folder, database_url=normalised(url), sqlite_sync="FULL"))
    try:
        written = _bytes(tools)
        completing = _Completing(tools)
        with _bare(kind, tools, folder, written) as commit, _Floor(completing) as floor:
            ours, bare, least = _best(completing.once, commit, floor.once)
    finally:
        tools.database.dispose()
    beside = (bare + _STEPS * step) * 1e3
    return [
        Figure(
            name=f"durable_{name} {kind}",
            unit="ms per task",
            value=value * 1e3,
            beside=beside,
            share=share,
        )
        for name, value, share in (("step", ours, 1.0), ("floor", least, None))
    ]


def _best(*runs: Callable[[], float]) -> list[float]:
    """The median of each run, taken in turn: a disk's best moment is not what people get."""
    found: list[list[float]] = [[] for _run in runs]
    for _round in range(_ROUNDS):
        for taken, run in zip(found, runs, strict=True):
            taken.append(run())
    return [sorted(taken)[len(taken) // 2] for taken in found]


@dataclass(slots=True)
class _Completing:
    """One task after another, each of a case of its own, completed by the desk."""

    tools: Tools
    actor: Actor | None = None

    def once(self) -> float:
        """Seconds one completion takes, from the beginning of its transaction to the commit."""
        actor, item = self.claimed()
        begun = time.perf_counter()
        with incidents.acting(self.tools, actor, NOW) as ctx:
            work.complete(ctx, item, ACCEPT)
        return time.perf_counter() - begun

    def claimed(self) -> tuple[Actor, str]:
        """The desk, and a task it has claimed, of a case of its own."""
        at_work = Tiny(tools=self.tools)
        item = at_work.item(at_work.open(), "register")
        at_work.act(DESK, partial(_claim, item.id))
        self.actor = self.actor or at_work.actor(DESK)
        return self.actor, item.id


class _Undone(Exception):
    """A completion that was only to be listened to."""


class _Floor:
    """The statements of one completion, run by the driver alone."""

    def __init__(self, completing: _Completing) -> None:
        self._completing = completing
        self._database = completing.tools.database
        self._said: list[tuple[str, Any, bool]] = []

    def __enter__(self) -> Self:
        event.listen(self._database, "before_cursor_execute", self._hear)
        self._connection: Any = self._database.raw_connection()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._connection.close()
        event.remove(self._database, "before_cursor_execute", self._hear)

    def once(self) -> float:
        """Seconds the statements of a completion and its commit take."""
        actor, item = self._completing.claimed()
        self._said.clear()
        with suppress(_Undone), incidents.acting(self._completing.tools, actor, NOW) as ctx:
            work.complete(ctx, item, ACCEPT)
            ctx.settle()
            audit.append(
                ctx.session, ctx.events, actor=actor, now=NOW, config=self._completing.tools.config
            )
            raise _Undone
        said, driver = [*self._said], self._connection.driver_connection
        cursor = driver.cursor()
        begun = time.perf_counter()
        for statement, given, is_many in said:
            (cursor.executemany if is_many else cursor.execute)(statement, given)
            if cursor.description:
                cursor.fetchall()
        driver.commit()
        return time.perf_counter() - begun

    def _hear(self, *heard: Any) -> None:
        _connection, _cursor, statement, given, _context, is_many = heard
        self._said.append((statement, given, is_many))


def _claim(item_id: str, ctx: Any) -> None:
    work.claim(ctx, item_id)


def _bytes(tools: Tools) -> int:
    """How many bytes the statements of one completion hand to the database."""
    completing = _Completing(tools)
    for _case in range(_WARM):
        completing.once()
    seen: list[int] = []

    def count(*given: Any) -> None:
        seen.append(_size(given[3]) if given[2].startswith(("INSERT", "UPDATE")) else 0)

    at_work = Tiny(tools=tools)
    item = at_work.item(at_work.open(), "register")
    at_work.act(DESK, partial(_claim, item.id))
    event.listen(tools.database, "before_cursor_execute", count)
    at_work.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT))
    event.remove(tools.database, "before_cursor_execute", count)
    return sum(seen)


def _size(given: Any) -> int:
    if isinstance(given, list | tuple):
        return sum(map(_size, given))
    if isinstance(given, dict):
        return sum(map(_size, given.values()))
    if isinstance(given, bytes):
        return len(given)
    return len(str(given).encode())


@contextmanager
def _bare(kind: str, tools: Tools, folder: Path, size: int) -> Iterator[Callable[[], float]]:
    """A commit of so many bytes and nothing else, on the same disk with the same settings."""
    payload = b"x" * size
    if kind == "sqlite":
        connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE bare (payload BLOB)")
        yield partial(_commit_sqlite, connection, payload)
        connection.close()
        return
    with tools.database.connect() as connected:
        connected.execute(text("CREATE TABLE bare (payload bytea)"))
        connected.commit()
        yield partial(_commit_postgres, connected, payload)


def _commit_sqlite(connection: sqlite3.Connection, payload: bytes) -> float:
    begun = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO bare VALUES (?)", (payload,))
    connection.execute("COMMIT")
    return time.perf_counter() - begun


def _commit_postgres(connected: Any, payload: bytes) -> float:
    begun = time.perf_counter()
    connected.execute(text("INSERT INTO bare VALUES (:payload)"), {"payload": payload})
    connected.commit()
    return time.perf_counter() - begun


def _engine_step() -> float:
    """Seconds of one step of the engine's own benchmark."""
    pack = files(*engine.procedure())
    stepping = SpiffEngine(FEEL)
    return min(engine.steps(stepping, pack) for _repeat in range(_WARM)) / 1e6
