"""``inbox``: a page of 50 with its counts, however many open tasks there are in all.

One official has 200 tasks of his own and 5 000 in the queues of his two offices; everything else
is other people's. The figure of each size stands beside that of 10 000 on the same database.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from server.domain.access import Actor
from server.queries import inbox
from server.queries.inbox import Sheet, View, When
from server.services.context import Tools
from tests.bench.figures import Figure
from tests.bench.inbox_rows import fill
from tests.databases import Databases, SqliteDatabases, postgres
from tests.factories import tiny
from tests.factories.tiny import DESK, NOW, Tiny
from tests.factories.tools import opened

#: smallest first; the others are measured beside it
SIZES = (10_000, 100_000, 1_000_000)

_WHEN = When(now=NOW, on=NOW.date(), soon_on=NOW.date())
_VIEWS: tuple[View, ...] = ("mine", "queue")
_SHEETS = tuple(Sheet(number=number) for number in (1, 2, 4))
_ROUNDS = 5
_SAMPLES = 24


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Read:
    """One list of one database, to be measured."""

    database: str
    view: View
    size: int
    tools: Tools
    actor: Actor


def measure() -> list[Figure]:
    """p50 and p95 of both lists on both databases."""
    sizes = tuple(map(int, os.environ.get("INBOX_ROWS", "").split())) or SIZES
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rongcuo-bench-")))
        servers = {
            "sqlite": SqliteDatabases(folder),
            "postgres": stack.enter_context(postgres()),
        }
        reads = [
            read
            for name, databases in servers.items()
            for size in sizes
            for read in stack.enter_context(_filled(name, databases, size))
        ]
        return _figures(reads, sizes[0])


@contextmanager
def _filled(name: str, databases: Databases, size: int) -> Iterator[list[_Read]]:
    url = databases.create(f"inbox_{size}")
    tiny.fill(url)
    with opened(url) as tools:
        actor = Tiny(tools).actor(DESK)
        fill(tools.database, actor, size)
        yield [
            _Read(database=name, view=view, size=size, tools=tools, actor=actor) for view in _VIEWS
        ]


def _figures(reads: list[_Read], smallest: int) -> list[Figure]:
    """The least of several rounds, taken in turn so that noise hits all sizes alike."""
    found = {read: [float("inf")] * 2 for read in reads}
    for _round in range(_ROUNDS):
        for read in reads:
            times = sorted(_seconds(partial(_page, read)))
            for index, share in enumerate((0.5, 0.95)):
                found[read][index] = min(found[read][index], times[int(share * len(times))])
    beside = {(read.database, read.view): found[read] for read in reads if read.size == smallest}
    return [
        Figure(
            name=f"inbox {read.view} {read.size} {read.database} {name}",
            unit="ms",
            value=value * 1000,
            beside=beside[read.database, read.view][index] * 1000,
            share=1.5,
        )
        for read, values in found.items()
        if read.size != smallest
        for index, (name, value) in enumerate(zip(("p50", "p95"), values, strict=True))
    ]


def _seconds(run: Callable[[int], None]) -> Iterator[float]:
    run(0)
    for number in range(_SAMPLES):
        begun = time.perf_counter()
        run(number)
        yield time.perf_counter() - begun


def _page(read: _Read, number: int) -> None:
    sheet = _SHEETS[number % len(_SHEETS)]
    with read.tools.readers() as session:
        found = inbox.page(session, read.actor, read.view, when=_WHEN, sheet=sheet)
    if len(found.items) != sheet.size:
        raise RuntimeError("the page is not full")
