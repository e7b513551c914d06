"""``migrate``: 1 000 running cases moved to a newer version of their pack, on embedded SQLite.

Each is a transaction of its own, until it is on the disk, as ``durable_step`` is; it stands beside
that of the same run. Halfway the work is told to end, as a process that is stopped; what comes
after goes on, and at the end no case is lost and none was moved twice.
"""

import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select, update

from server.app import build
from server.config import Config, normalised
from server.models.case import case, case_step
from server.models.migration import migration_move
from server.services.context import Ending, Tools
from server.services.migrating import proposals, runs, surveys
from server.services.migrating.proposals import Wish
from tests.bench.durable import _Completing
from tests.bench.figures import Figure
from tests.databases import SqliteDatabases
from tests.factories import newer, tiny
from tests.factories.many import copies
from tests.factories.tiny import DESK, HEAD, NOW, Tiny

#: cases that move
CASES: Final = 1_000
#: tasks completed beside them
_STEPS: Final = 40
#: how many times a completed task a move may cost
_TIMES: Final = 10.0


def measure() -> list[Figure]:
    """The figure: milliseconds a case takes, beside those of a completed task."""
    with tempfile.TemporaryDirectory(prefix="rongcuo-bench-") as name:
        folder = Path(name)
        url = SqliteDatabases(folder).create("migrate")
        tiny.fill(url)
        tools = build(Config(data=folder, database_url=normalised(url), sqlite_sync="FULL"))
        try:
            step, spent = _step(tools), _moved(tools)
        finally:
            tools.database.dispose()
    return [
        Figure(
            name="migrate sqlite",
            unit="ms per case",
            value=spent / CASES * 1e3,
            beside=step * 1e3,
            share=_TIMES,
        )
    ]


def _step(tools: Tools) -> float:
    """Seconds of a completed task."""
    completing = _Completing(tools)
    taken = sorted(completing.once() for _each in range(_STEPS))
    return taken[len(taken) // 2]


def _moved(tools: Tools) -> float:
    """Seconds until all of them are moved, the interruption in the midst included."""
    at_work = Tiny(tools=tools)
    case_id = at_work.open()
    at_work.do(DESK, case_id, "register", {**tiny.ACCEPT, "organs": ["audit_office"]})
    with tools.writers() as session:  # what the other figure left behind is over
        session.execute(update(case).where(case.c.id != case_id).values(status="closed"))
        session.commit()
    copies(tools, case_id, CASES - 1)
    later = newer.publish(at_work, newer.second(), newer.RENAMED)
    wish = Wish(
        pack="tiny",
        from_version=1,
        to_version=2,
        mapping=newer.RENAMED,
        reason="新规",
        basis="《办法》",
    )
    migration_id = at_work.act("p.designer.head", partial(proposals.propose, wish=wish))
    at_work.act("p.designer.head", partial(proposals.offer, migration_id=migration_id))
    while surveys.survey(tools, NOW):
        pass
    at_work.act(HEAD, partial(_begin, migration_id))
    ending = replace(tools, is_ending=_After(CASES // 2))
    begun = time.perf_counter()
    with suppress(Ending):
        runs.work(ending, lambda: NOW)
    runs.work(tools, lambda: NOW)
    spent = time.perf_counter() - begun
    _nothing_is_lost(tools, later.new)
    return spent


def _begin(migration_id: str, ctx: Any) -> str:
    return runs.begin(ctx, migration_id, None, reason="新规施行")


class _After:
    """The process is told to end after so many cases."""

    def __init__(self, left: int) -> None:
        self._left = left

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0


def _nothing_is_lost(tools: Tools, version: str) -> None:
    """Every case runs on the new version, by one step that moved it."""
    with tools.readers() as session:
        states = select(migration_move.c.state, func.count()).group_by(migration_move.c.state)
        assert [tuple(row) for row in session.execute(states)] == [("moved", CASES)]
        on_it = select(func.count()).where(case.c.pack_version_id == version)
        steps = select(func.count()).where(case_step.c.command == "migrate")
        assert session.scalar(on_it) == session.scalar(steps) == CASES
