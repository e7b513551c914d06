"""The program served on a free port in a thread, over a drill, with a clock that tests set."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from server.app import create_app
from server.domain.calendar import CHINA_TIME
from server.services.context import Tools
from server.services.drills import demo_drill
from tests.factories import tools as factory
from tests.factories.site import MONDAY, Clock

#: real moment of the drill's beginning; the tests' clock stands still, so it hardly matters
REAL = datetime(2026, 11, 20, 10, 0, tzinfo=CHINA_TIME)


def fill_drill(url: str) -> None:
    """Everything that ``rongcuo demo`` brings, on the morning of its clock.

    In a thread of its own: where Playwright's loop runs, the expressions' engine would join in it.
    """
    with ThreadPoolExecutor(1) as apart:
        apart.submit(_fill_drill, url).result()


def _fill_drill(url: str) -> None:
    with factory.opened(url) as tools:
        demo_drill.begin(tools, MONDAY, REAL)
        demo_drill.fill(tools, REAL)


@contextmanager
def served(tools: Tools, clock: Clock) -> Iterator[str]:
    """The address at which the application answers, until the block is left."""
    sockets: dict[int, Any] = {}
    application = create_app(tools, clock)
    server = create_server(application, map=sockets, host="127.0.0.1", port=0, threads=4)
    running = threading.Thread(target=server.run, name="served")
    running.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # in its own thread, and with the connections a browser keeps open: it goes on for those
        server.trigger.pull_trigger(partial(wasyncore.close_all, sockets, ignore_all=True))
        running.join(30)
        server.task_dispatcher.shutdown()
        assert not running.is_alive()
