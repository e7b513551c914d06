"""``http_complete``: ``POST /api/v1/tasks/{id}/complete`` with 1, 4 and 16 clients at once.

Every client has tasks of its own and asks over loopback; beside its median stands that of
``GET /healthz`` from as many clients in the same run. No limit is set: the ratio is what is told.
"""

import json
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path

from server.app import build
from server.config import Config, normalised
from server.domain.access import SYSTEM
from server.services.context import Tools, transaction
from server.services.identity import passwords
from server.services.verbs import work
from tests.bench.figures import Figure
from tests.browser.server import served
from tests.databases import SqliteDatabases
from tests.factories import tiny
from tests.factories.site import SECRET, Clock
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny

_CLIENTS = (1, 4, 16)
#: requests of all clients together, for each number of clients
_REQUESTS = 64

_Ask = Callable[[HTTPConnection, str], None]


def measure() -> list[Figure]:
    """p50 and p95 for each number of clients, on SQLite with ``synchronous=FULL``."""
    with tempfile.TemporaryDirectory(prefix="rongcuo-bench-") as name:
        url = SqliteDatabases(Path(name)).create("served")
        tiny.fill(url)
        tools = build(Config(data=Path(name), database_url=normalised(url), sqlite_sync="FULL"))
        try:
            with transaction(tools, SYSTEM, NOW) as ctx:
                passwords.set_for_all(ctx, SECRET)
            logging.getLogger("waitress.queue").setLevel(logging.ERROR)
            with served(tools, Clock(NOW)) as address:
                port = int(address.rpartition(":")[2])
                token = _token(port)
                return [
                    figure
                    for clients in _CLIENTS
                    for figure in _figures(tools, port, token, clients)
                ]
        finally:
            tools.database.dispose()


def _figures(tools: Tools, port: int, token: str, clients: int) -> Iterator[Figure]:
    tasks = [_claimed(tools) for _task in range(_REQUESTS)]
    begun = time.perf_counter()
    ours = _taken(port, clients, tasks, lambda link, task: _complete(link, task, token))
    rate = len(ours) / (time.perf_counter() - begun)
    bare = _taken(port, clients, [""] * _REQUESTS, _healthy)
    for share, label in ((0.50, "p50"), (0.95, "p95")):
        yield Figure(
            name=f"http_complete {clients} clients {label} ({rate:.0f}/s)",
            unit="ms",
            value=_quantile(ours, share) * 1e3,
            beside=_quantile(bare, share) * 1e3,
            share=None,
        )


def _quantile(taken: Sequence[float], share: float) -> float:
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * share))]


def _taken(port: int, clients: int, asked: Sequence[str], ask: _Ask) -> list[float]:
    """Seconds each request took; the clients take them in turn from one list."""
    waiting, taken, failed = list(asked), list[float](), list[BaseException]()

    def client() -> None:
        link = HTTPConnection("127.0.0.1", port, timeout=120)
        while waiting and not failed:
            try:
                task = waiting.pop()
            except IndexError:
                break
            begun = time.perf_counter()
            try:
                ask(link, task)
            except Exception as error:  # noqa: BLE001  # told by the thread that waits
                failed.append(error)
            taken.append(time.perf_counter() - begun)
        link.close()

    threads = [threading.Thread(target=client) for _client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return taken


def _complete(link: HTTPConnection, task: str, token: str) -> None:
    body = json.dumps({"variables": dict(ACCEPT)})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    _answered(link, "POST", f"/api/v1/tasks/{task}/complete", body, headers)


def _healthy(link: HTTPConnection, _task: str) -> None:
    _answered(link, "GET", "/healthz", None, {})


def _answered(
    link: HTTPConnection, method: str, path: str, body: str | None, headers: dict[str, str]
) -> bytes:
    link.request(method, path, body, headers)
    answer = link.getresponse()
    content = answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
    return content


def _token(port: int) -> str:
    link = HTTPConnection("127.0.0.1", port, timeout=120)
    body = json.dumps({"username": DESK, "password": SECRET})
    headers = {"Content-Type": "application/json"}
    given = json.loads(_answered(link, "POST", "/api/v1/tokens", body, headers))
    link.close()
    return str(given["token"])


def _claimed(tools: Tools) -> str:
    """A task in the hands of the desk, of a case of its own."""
    at_work = Tiny(tools=tools)
    item = at_work.item(at_work.open(), "register")
    at_work.act(DESK, lambda ctx: work.claim(ctx, item.id))
    return item.id
