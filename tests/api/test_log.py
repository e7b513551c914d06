"""A whole case with errors at every act: its log tells kinds and places, and nothing of the case.

Every act fails once before it succeeds, each time with a fault that carries what was being written,
and so do the chores between them (AU-2, AU-12).
"""

import errno
import io
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from server import jobs, telemetry
from server.config import SHIPPED
from server.domain.access import Actor
from server.domain.chores import CHORES
from server.models.case import case
from server.models.identity import Person
from server.services.context import Tools
from server.telemetry import Meters
from tests.api import playing
from tests.api.playing import HttpPlay
from tests.factories import site
from tests.factories.site import Clock

FILE = SHIPPED / "processes/nanyang/scenarios/04_whole_ordinary_course.yaml"
#: shorter texts of a form are words of its choices, which stand in code too
LONG = 4


@pytest.mark.soak_on("postgres")
def test_the_log_of_a_whole_case_holds_nothing_of_it(
    demo_tools: Tools, clock: Clock, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = site.application(demo_tools, clock)
    typed: set[str] = set()
    monkeypatch.setattr(playing, "HttpPlay", hindered(app, demo_tools, clock, typed))
    played = playing.play(app, demo_tools, clock, FILE)
    assert played.troubles == []
    assert len(typed) > 20
    log = lines.getvalue()
    told = [json.loads(line) for line in log.splitlines()]
    assert {"RuntimeError", "OperationalError", "OSError"} <= {each.get("error") for each in told}
    assert {"request", "chore failed", "refused"} <= {each["event"] for each in told}
    assert {each.get("chore") for each in told} >= {chore.name for chore in CHORES}
    with demo_tools.readers() as session:
        names = session.scalars(select(Person.name)).all()
        references = session.scalars(select(case.c.reference)).all()
    for word in {*typed, *names, *references}:
        assert word not in log, word
        assert json.dumps(word)[1:-1] not in log, word


def hindered(app: Flask, tools: Tools, clock: Clock, typed: set[str]) -> type[HttpPlay]:
    """A play in which everything fails once, and all that is typed is noted."""
    faults = cycle((a_bug, a_statement, no_room))
    worker = jobs.worker(tools, clock, Meters())

    class Hindered(HttpPlay):
        def _post(self, actor: Actor, path: str, body: Any = None) -> Any:
            typed.update(texts(body))
            program = self.program(actor)
            with failing(tools, next(faults)):
                answer = program.post(path, body)
                for chore in CHORES:
                    worker.do(chore)
            assert answer.status_code in (500, 503, 507), answer.get_data(as_text=True)
            for chore in CHORES:
                worker.do(chore)
            return HttpPlay._post(self, actor, path, body)

    return Hindered


def a_bug(statement: str, given: object) -> Exception:
    return RuntimeError(f"{statement} {given}")


def a_statement(statement: str, given: object) -> Exception:
    error = sqlite3.OperationalError(str(given))
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return OperationalError(statement, {"given": str(given)}, error)


def no_room(_statement: str, given: object) -> Exception:
    return OSError(errno.ENOSPC, str(given))


@contextmanager
def failing(tools: Tools, fault: Any) -> Iterator[None]:
    """Every write fails, and so does every look at what is due."""

    def before(_c: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            raise fault(statement, given)

    event.listen(tools.database, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(tools.database, "before_cursor_execute", before)


def texts(value: object) -> Iterator[str]:
    """What somebody wrote himself."""
    if isinstance(value, str) and len(value) >= LONG and not value.isascii():
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, down to the smallest line, until the test ends."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    telemetry.configure(stream, logging.DEBUG)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
