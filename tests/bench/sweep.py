"""``sweep``: what one due timer costs while 100 000 are due, and how late one is among a million.

Beside the cost of a timer stands a bare guarded update with a commit of its own on the same
database; beside the lag among a million armed timers, the lag where nothing else is armed. Both
databases write to the disk before they answer.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select, text, update

from server.app import build
from server.config import Config, normalised
from server.domain.calendar import CHINA_TIME
from server.models.time import timer
from server.services.context import Tools
from server.services.verbs import ticks, timers
from tests.bench.figures import Figure
from tests.databases import Databases, SqliteDatabases, postgres
from tests.factories import tiny
from tests.factories.many import copies
from tests.factories.tiny import Tiny

#: everything of a registration is due, four timers for each case
_DUE = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
_EACH = 4
#: how many are due in all, how many are armed for later, and how many of them are fired
_ALL = int(os.environ.get("SWEEP_TIMERS", "100000"))
_LATER = _ALL * 10
_FIRED = 600
_ROUNDS = 15

_ARM = {
    "sqlite": (
        "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 10) ",
        "datetime(due_at, '+' || (i * 40) || ' days') || '.000000'",
    ),
    "postgresql": (
        "WITH numbers AS (SELECT generate_series(1, 10) AS i) ",
        "due_at + i * interval '40 days'",
    ),
}


def measure() -> list[Figure]:
    """The figures of both databases."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rongcuo-bench-")))
        servers: dict[str, Databases] = {
            "sqlite": SqliteDatabases(folder),
            "postgres": stack.enter_context(postgres(is_durable=True)),
        }
        return [
            figure
            for kind, databases in servers.items()
            for figure in _swept(kind, databases.create("sweep"), folder)
        ]


def _swept(kind: str, url: str, folder: Path) -> Iterator[Figure]:
    tiny.fill(url)
    tools = build(Config(data=folder, database_url=normalised(url), sqlite_sync="FULL"))
    try:
        at_work = Tiny(tools=tools)
        alone = _lag(tools, at_work)
        copies(tools, at_work.open(), _ALL // _EACH)
        _settle(tools.database)
        begun = time.perf_counter()
        fired = len(timers.sweep(tools, _DUE, limit=_FIRED).done)
        yield Figure(
            name=f"sweep {_ALL} {kind} ({fired / (time.perf_counter() - begun):.0f}/s)",
            unit="ms per timer",
            value=(time.perf_counter() - begun) / fired * 1e3,
            beside=_bare(tools),
            share=None,
        )
        _arm_later(tools.database)
        _settle(tools.database)
        lag = _lag(tools, at_work)
        yield Figure(
            name=f"sweep_lag {_LATER} {kind}", unit="ms", value=lag, beside=alone, share=None
        )
    finally:
        tools.database.dispose()


def _lag(tools: Tools, at_work: Tiny) -> float:
    """Milliseconds from the moment a timer is due until it has fired, by a round that begins then;
    the middle of several."""
    found = []
    for _round in range(_ROUNDS):
        case_id = at_work.open()
        due = timers.next_due(tools, case_id)
        assert due is not None
        begun = time.perf_counter()
        done = ticks.run_due(tools, due).timers
        found.append((time.perf_counter() - begun) * 1e3)
        assert case_id in {each.case_id for each in done}
        at_work.do(tiny.DESK, case_id, "register", {"registered": "refuse", "reason": "重复"})
    return sorted(found)[_ROUNDS // 2]


def _bare(tools: Tools) -> float:
    """Milliseconds of a guarded update of one row with its commit; the middle of many."""
    found = []
    with tools.database.connect() as connection:
        ids = connection.scalars(select(timer.c.id).where(timer.c.state == "armed").limit(200))
        wanted = list(ids)
        connection.rollback()
        for one in wanted:
            begun = time.perf_counter()
            connection.execute(
                update(timer)
                .where(timer.c.id == one, timer.c.state == "armed")
                .values(state="fired")
            )
            connection.commit()
            found.append((time.perf_counter() - begun) * 1e3)
    return sorted(found)[len(found) // 2]


def _arm_later(engine: Engine) -> None:
    """What is armed moves out of the way, and ten times as much is armed for days to come."""
    numbers, moment = _ARM[engine.dialect.name]
    names = [column.name for column in timer.columns]
    given = {
        "id": "substr(id, 1, 30) || substr('00000' || i, -5) || '~'",
        "due_at": moment,
        "dedupe_key": "dedupe_key || ':' || i",
        "state": "'armed'",
    }
    if engine.dialect.name == "postgresql":
        given["id"] = "substr(id, 1, 30) || lpad(i::text, 5, '0') || '~'"
    values = ", ".join(given.get(name, name) for name in names)
    with engine.begin() as connection:
        connection.execute(text("UPDATE timer SET state = 'cancelled' WHERE state = 'armed'"))
        connection.execute(
            text(
                f"INSERT INTO timer ({', '.join(names)}) {numbers}"
                f"SELECT {values} FROM timer, numbers WHERE state = 'cancelled'"
            )
        )


def _settle(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
