"""Whole cases through three web processes and two workers, on PostgreSQL, at one address.

In every run it is the short course of Chuzhou; the long one of Nanyang is a slow test.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from server.domain.calendar import CHINA_TIME
from server.models.installation import drill
from server.services.context import Tools
from tests.browser import test_chuzhou, test_nanyang
from tests.browser.conftest import Visit
from tests.browser.journey import Journey
from tests.cli.test_serve import free_port
from tests.factories.processes import in_turn, running, told_to_end
from tests.factories.site import MONDAY, Clock

WEB = 3
WORKERS = 2


@dataclass
class DrillClock(Clock):
    """The clock in the database, which all processes go by; it runs, and tests move it on."""

    tools: Tools | None = None

    def forward(self, **by: float) -> None:
        assert self.tools is not None
        with self.tools.database.begin() as connection:
            on = timedelta(**by).total_seconds()
            connection.execute(update(drill).values(ahead=drill.c.ahead + on))


@dataclass
class Together:
    """The processes behind the address."""

    address: str
    ports: list[int]
    #: the port each request went to
    went: list[int]


@pytest.fixture
def clock(drill_tools: Tools) -> Clock:
    """The drill's own, which shows the Monday of the demo."""
    ahead = (MONDAY - datetime.now(CHINA_TIME)).total_seconds()
    with drill_tools.database.begin() as connection:
        connection.execute(update(drill).values(ahead=ahead))
    return DrillClock(tools=drill_tools)


@pytest.fixture
def together(drill_tools: Tools, clock: Clock, tmp_path: Path) -> Iterator[Together]:
    """All processes, told to end in the end."""
    url = drill_tools.database.url.render_as_string(hide_password=False)
    environ = {"RONGCUO_DATABASE_URL": url, "RONGCUO_DATA": str(tmp_path / "data")}
    ports = [free_port() for _each in range(WEB)]
    commands = [["web", "--port", str(port)] for port in ports] + [["worker"]] * WORKERS
    with ExitStack() as stack:
        processes = stack.enter_context(running(commands, environ, tmp_path / "log"))
        address, went = stack.enter_context(in_turn(ports))
        yield Together(address, ports, went)
        assert [told_to_end(each) for each in processes] == [0] * (WEB + WORKERS)


@pytest.fixture
def address(together: Together) -> str:
    """The one address."""
    return together.address


@pytest.mark.parametrize("drill_tools", ["postgres"], indirect=True)
def test_a_chuzhou_case_goes_its_way_through_three_web_processes_and_two_workers(
    visit: Visit, clock: Clock, together: Together
) -> None:
    people = test_chuzhou.PEOPLE
    journey = Journey(visit=visit, clock=clock, pack="chuzhou", people=people)
    journey.play(test_chuzhou.recognised(), start=test_chuzhou.TITLE)
    journey.ended("case_supervision_office", "不予追究责任")
    each_had_its_share(together)


@pytest.mark.slow
@pytest.mark.parametrize("drill_tools", ["postgres"], indirect=True)
def test_a_nanyang_case_goes_its_way_through_three_web_processes_and_two_workers(
    visit: Visit, clock: Clock, together: Together
) -> None:
    people = test_nanyang.PEOPLE
    journey = Journey(visit=visit, clock=clock, pack="nanyang", people=people, is_shown=False)
    journey.play(test_nanyang.whole_course(MONDAY.date()), start=test_nanyang.TITLE)
    journey.ended("case_supervision_office", "不予追究责任")
    each_had_its_share(together)


def each_had_its_share(together: Together) -> None:
    """All processes answered, in turn."""
    counts = [together.went.count(port) for port in together.ports]
    assert min(counts) > 20
    assert max(counts) - min(counts) <= 1
