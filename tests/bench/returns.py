"""``return``: the twentieth return out of a countersign of five after three have signed, beside
the first of the same case, on both databases.

CPU time of the program, on SQLite with all its database does: a return takes some ten milliseconds,
of which a neighbour's moment would decide. How many statements it is does not grow at all
(``tests/services/verbs/test_many_returns.py``).
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.figures import Figure, Stopwatch
from tests.databases import Databases, SqliteDatabases, postgres
from tests.factories import countersigns, tiny
from tests.factories.tiny import Tiny
from tests.factories.tools import opened

_ROUNDS = 20
_CASES = 5
#: returns at either end of a case of which the least counts
_ENDS = 3


def measure() -> list[Figure]:
    """Of both databases and both ways of signing."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rongcuo-bench-")))
        servers: dict[str, Databases] = {
            "sqlite": SqliteDatabases(folder),
            "postgres": stack.enter_context(postgres()),
        }
        return [
            _figure(name, databases, node)
            for name, databases in servers.items()
            for node in countersigns.NODES
        ]


def _figure(name: str, databases: Databases, node: str) -> Figure:
    url = databases.create(f"returns_{node}")
    tiny.fill(url)
    with opened(url) as tools:
        at_work = Tiny(tools)
        countersigns.publish(at_work, node)
        cases = [_seconds(at_work, node) for _case in range(_CASES)]
    first = min(min(case[:_ENDS]) for case in cases)
    last = min(min(case[-_ENDS:]) for case in cases)
    return Figure(
        name=f"return {countersigns.NODES[node]} {_ROUNDS} {name}",
        unit="ms per return",
        value=last * 1e3,
        beside=first * 1e3,
        share=1.2,
    )


def _seconds(at_work: Tiny, node: str) -> list[float]:
    """What each return of one case took."""
    found: list[float] = []

    @contextmanager
    def timed() -> Iterator[None]:
        watch = Stopwatch()
        with watch:
            yield
        found.append(watch.seconds)

    for _return in countersigns.returned(at_work, at_work.open(), node, _ROUNDS, timed):
        continue
    return found
