"""The server stands still for a week: what was due is made up for in its order, each person gets
one letter, and the figures say how late everything is until nothing is."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from server import jobs
from server.domain import chores
from server.http.figures import rendered
from server.models.identity import Person
from server.queries import operations
from server.services.context import Tools
from server.services.operations import figures
from server.telemetry import Meters
from tests.factories import receivers
from tests.factories.invariants import broken_chain, reminded, violations
from tests.factories.receivers import Mailbox, mail_server
from tests.factories.tiny import COLLEAGUE, DESK, HEAD, NOW, Tiny

WEEK = timedelta(days=7)
ADDRESSES = {DESK: "desk1@example.cn", COLLEAGUE: "desk2@example.cn", HEAD: "head@example.cn"}


def test_after_a_week_everything_is_made_up_for_in_order_and_each_person_has_one_letter(
    tiny: Tiny,
) -> None:
    begun = NOW + timedelta(days=10)
    cases = [opened(tiny, NOW + timedelta(days=days)) for days in (0, 1, 4, 5)]
    addressed(tiny)
    with mail_server(Mailbox()) as box:
        tools = replace(tiny.tools, ways=receivers.ways(box.way()))
        working(tools, begun)
        before = len(box.letters)
        assert lag(tools, begun + WEEK) > timedelta(days=3).total_seconds()
        working(tools, begun + WEEK)
        came = [str(letter["To"]) for letter in box.letters[before:]]
        assert sorted(came) == sorted(set(came)) == sorted(ADDRESSES.values())
        working(tools, begun + WEEK + timedelta(minutes=1))
        assert len(box.letters) == before + len(came)
    assert lag(tools, begun + WEEK) == 0
    moments = reminded(tools)
    assert len(moments) > 2 * len(cases)
    assert moments == sorted(moments)
    (outage,) = passed(tools, begun + WEEK)
    assert outage.detail["made_up"] > len(cases)
    assert [problem for each in cases for problem in violations(tools, each, begun + WEEK)] == []
    assert broken_chain(tools) is None


def working(tools: Tools, now: datetime) -> None:
    """A process that is started now does what is owed."""
    worker = jobs.worker(tools, lambda: now, Meters())
    worker.watch.wall = lambda: now.astimezone(UTC)
    worker.watch.steady = now.timestamp
    for chore in (chores.ROUND, chores.DELIVER):
        worker.do(chore)


def opened(tiny: Tiny, now: datetime) -> str:
    """A case that waits for its applicant, who lets the time pass."""
    case_id = tiny.open(now=now)
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺材料"}, now=now)
    return case_id


def addressed(tiny: Tiny) -> None:
    """Three people get mail."""
    with tiny.tools.database.begin() as connection:
        for login, address in ADDRESSES.items():
            connection.execute(update(Person).where(Person.login == login).values(email=address))


def lag(tools: Tools, now: datetime) -> float:
    """What the scrape says of the timer that is due longest, in seconds."""
    text = rendered(figures.taken(tools, now, now), 0).decode()
    found = re.search(r"^rongcuo_timer_lag_seconds (\S+)$", text, re.MULTILINE)
    assert found, text
    return float(found.group(1))


def passed(tools: Tools, now: datetime) -> tuple[operations.Incident, ...]:
    """Incidents that are over."""
    with tools.readers() as session:
        return operations.pauses(session, now - WEEK)
