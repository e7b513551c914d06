"""The program served on a free port in a thread, over a drill, with a clock that tests set."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from server.app import create_app
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.services.context import Tools, reading, transaction
from server.services.drills import demo_drill
from server.services.identity import people
from server.services.verbs import campaign_lists, campaigns
from server.services.verbs.campaigns import Plan
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
        _hold_a_campaign(tools)


def _hold_a_campaign(tools: Tools) -> None:
    """One that the office of the demo's desk holds, with a target of its own that waits."""
    with reading(tools, SYSTEM, MONDAY) as ctx:
        head = people.actor(ctx, "county1.case_supervision.head")
        about = people.person_by_login(ctx, "county1.petition.1").id
    with transaction(tools, head, MONDAY) as ctx:
        held = campaigns.hold(
            ctx,
            Plan(
                key="clarification_month",
                title="集中澄清月",
                from_on=ctx.today,
                to_on=ctx.today + timedelta(days=30),
                scope="本县管理的党员干部",
            ),
        )
    with transaction(tools, head, MONDAY) as ctx:
        campaign_lists.name(ctx, held, kind="person", who=about)


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
