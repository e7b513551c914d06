"""The server is killed at random moments while people work: nothing it acknowledged is lost, and
what was under way is done once by whoever asks again."""

import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from server.models.case import case, case_step
from server.models.document import attachment
from server.models.work import work_item
from server.services import audit
from server.services.context import Tools
from tests.cli.test_serve import free_port
from tests.crashes.clients import GONE, Asked, Client, acknowledged, unknown
from tests.databases import Databases
from tests.factories import site
from tests.factories import tiny as factory
from tests.factories.invariants import violations
from tests.factories.many import copies
from tests.factories.processes import environ_of, running, told_to_end
from tests.factories.tiny import ACCEPT, APPLICANT, APPLICATION, COLLEAGUE, DESK, Tiny
from tests.factories.tools import copied, opened

#: cases that wait for the desk in the beginning
WAITING = 400

#: files of one person that may wait to be handed in are limited
UPLOADS = 40

#: seconds before a kill, at least and at most: of work, and of a start
WORK = (0.2, 2.5)
START = (0.2, 3.0)


@pytest.fixture
def waiting(databases: Databases) -> Iterator[Tools]:
    """A database with work for the desk, whose people can sign in."""
    with copied(databases, "work-waiting", _fill) as tools:
        yield tools


@pytest.mark.soak_on("postgres")
def test_a_server_killed_twice_loses_nothing_and_does_nothing_twice(
    waiting: Tools, tmp_path: Path
) -> None:
    _kill(waiting, 1, tmp_path / "log")


@pytest.mark.slow
def test_a_server_killed_fifty_times_loses_nothing_and_does_nothing_twice(
    waiting: Tools, tmp_path: Path
) -> None:
    _kill(waiting, 50, tmp_path / "log")


def _kill(tools: Tools, times: int, log: Path) -> None:
    """So often as it begins, and as often at work."""
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    office = _Office(tools)
    for _time in range(times):
        with _serving(tools, log, is_patient=False):
            time.sleep(chance.uniform(*START))  # killed on leaving, often before it answers
        with _serving(tools, log) as (port, process):
            office.come(port)
            working = office.work()
            time.sleep(chance.uniform(*WORK))
            while _lacking(office.clients) and not office.trouble:
                time.sleep(0.05)  # a busy machine: whoever has done nothing can lose nothing
            process.kill()
            process.wait()
            office.stop.set()
            for thread in working:
                thread.join()
        assert office.trouble == [], f"seed {seed}"
    with _serving(tools, log) as (port, process):
        office.come(port)
        for asked in list(unknown(office.clients)):
            asked.status, asked.answer = office.clients[0].again(asked)
            assert asked.status in (200, 201), (seed, asked.path, asked.answer)
        for asked in list(acknowledged(office.clients))[-20:]:
            assert office.clients[0].again(asked) == (asked.status, asked.answer), f"seed {seed}"
        assert told_to_end(process) == 0
    assert _lacking(office.clients) == set()
    assert _wrong(tools, list(acknowledged(office.clients))) == [], f"seed {seed}"


class _Office:
    """Three people at work: one hands in applications and files, two complete what comes."""

    def __init__(self, tools: Tools) -> None:
        with tools.readers() as session:
            self._items: list[str] = list(
                session.scalars(select(work_item.c.id).where(work_item.c.state == "offered"))
            )
        self._begun: set[str] = set()
        self._turn = threading.Lock()
        self._numbers = count(1)
        self.clients = [Client(0) for _person in (APPLICANT, DESK, COLLEAGUE)]
        self.stop = threading.Event()
        self.trouble: list[str] = []

    def come(self, port: int) -> None:
        """Go to the server at this port; whoever has no token signs in."""
        self.stop.clear()
        for client, login in zip(self.clients, (APPLICANT, DESK, COLLEAGUE), strict=True):
            client.port = port
            if not client.token:
                given = {"username": login, "password": site.SECRET}
                client.token = client.act("/tokens", given)["token"]
                client.done.clear()

    def work(self) -> list[threading.Thread]:
        """Everybody begins."""
        applicant, *desk = self.clients
        acts: list[tuple[Client, Callable[[Client], None]]] = [(applicant, self._apply)]
        acts += [(client, self._complete) for client in desk]
        threads = [threading.Thread(target=self._go_on, args=each) for each in acts]
        for thread in threads:
            thread.start()
        return threads

    def _go_on(self, client: Client, act: Callable[[Client], None]) -> None:
        with suppress(*GONE):
            while not self.stop.is_set():
                try:
                    act(client)
                except AssertionError as error:
                    self.trouble.append(str(error))
                    return

    def _apply(self, client: Client) -> None:
        number = next(self._numbers)
        if number <= UPLOADS:
            client.upload(f"{number}.txt", f"材料{number}".encode())
        given = {**APPLICATION, "facts": f"第{number}次"}
        client.act("/cases", {"procedure": "tiny_matter", "variables": given})

    def _complete(self, client: Client) -> None:
        item = self._next(client)
        if item is None:
            return  # the applicant is slower than the desk
        client.act(f"/tasks/{item}/claim")
        client.act(f"/tasks/{item}/complete", {"variables": dict(ACCEPT)})

    def _next(self, client: Client) -> str | None:
        """A task nobody has begun, when all are done one of those that came in meanwhile."""
        with self._turn:
            if not self._items:
                _status, found = client.seen("/tasks?view=queue&page_size=200")
                self._items = [
                    each["id"] for each in found["items"] if each["id"] not in self._begun
                ]
            if not self._items:
                return None
            self._begun.add(self._items[-1])
            return self._items.pop()


def _lacking(clients: list[Client]) -> set[str]:
    """Kinds of acts of which none was acknowledged."""
    done = {asked.path.rsplit("/", 1)[-1] for asked in list(acknowledged(clients))}
    return {"cases", "attachments", "complete"} - done


def _wrong(tools: Tools, done: list[Asked]) -> list[str]:
    """What the stored rows say against the acts that were acknowledged."""
    opened_cases = [asked.answer["id"] for asked in done if asked.path == "/cases"]
    completed = [asked.path.split("/")[2] for asked in done if asked.path.endswith("/complete")]
    with tools.readers() as session:
        titles = Counter(session.scalars(select(case.c.title).where(case.c.title.like("第%次"))))
        stored = set(session.scalars(select(case.c.id)))
        steps = Counter(
            session.scalars(
                select(case_step.c.work_item_id).where(case_step.c.command == "complete")
            )
        )
        of_items = {
            row.id: row.case_id
            for row in session.execute(select(work_item.c.id, work_item.c.case_id))
        }
        files = {row.id: row for row in session.execute(select(attachment))}
        chains = [audit.verify(session, chain) for chain in audit.CHAINS]
    wrong = [f"case lost: {each}" for each in opened_cases if each not in stored]
    wrong += [f"opened {n} times: {title}" for title, n in titles.items() if n != 1]
    wrong += [] if len(titles) == len(opened_cases) else ["cases nobody opened"]
    wrong += [f"completed {steps[each]} times: {each}" for each in completed if steps[each] != 1]
    wrong += [] if len(steps) == len(completed) else ["completions nobody asked for"]
    for asked in done:
        if asked.path == "/attachments":
            row = files.get(asked.answer["id"])
            if row is None or row.content_hash not in _stored(tools):
                wrong.append(f"file lost: {asked.answer['id']}")
    touched = {*opened_cases, *(of_items[each] for each in completed)}
    wrong += [problem for each in sorted(touched) for problem in violations(tools, each)]
    return wrong + [chain.reason for chain in chains if chain.broken is not None]


def _stored(tools: Tools) -> set[str]:
    """Hashes of the files in the storage."""
    return {path.name for path in (tools.config.data / "attachments").rglob("*") if path.is_file()}


@contextmanager
def _serving(
    tools: Tools, log: Path, *, is_patient: bool = True
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """``rongcuo serve`` on a free port, once it answers for who is patient."""
    port = free_port()
    command = ["serve", "--port", str(port)]
    with running([command], environ_of(tools), log, is_patient=is_patient) as (process,):
        yield port, process


def _fill(url: str) -> None:
    site.fill_served(url)
    factory.publish(url)
    with opened(url) as tools:
        copies(tools, Tiny(tools=tools).open(), WAITING - 1)
