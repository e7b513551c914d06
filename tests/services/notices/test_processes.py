"""Delivery by processes of their own: killed in the middle, and several at once."""

import multiprocessing
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update

from server.domain.calendar import CHINA_TIME
from server.models.identity import Person
from server.services.context import Context
from server.services.notices import claims
from server.services.verbs import timers
from tests.factories import senders
from tests.factories.receivers import Mailbox, mail_server
from tests.factories.tiny import COLLEAGUE, DESK, Tiny

EVE = datetime(2026, 2, 25, 8, 30, tzinfo=CHINA_TIME)
SPAWN = multiprocessing.get_context("spawn")


@pytest.mark.soak_on("postgres")
def test_a_sender_killed_after_the_letter_left_has_it_sent_again_under_its_id(tiny: Tiny) -> None:
    reminded(tiny, {DESK: "desk@example.cn"})
    with mail_server(Mailbox()) as box:
        assert run(senders.send_and_die, tiny, box, EVE) == -signal.SIGKILL
        assert len(box.ids) == 1
        assert run(senders.send, tiny, box, EVE) == 0
        assert len(box.ids) == 1  # still held by the dead one
        assert run(senders.send, tiny, box, EVE + claims.LEASE) == 0
        assert run(senders.send, tiny, box, EVE + 2 * claims.LEASE) == 0
    assert len(box.ids) == 2
    assert len(set(box.ids)) == 1


@pytest.mark.soak_on("sqlite")
def test_two_processes_never_send_the_same(tiny: Tiny) -> None:
    reminded(tiny, {DESK: "a@example.cn", COLLEAGUE: "b@example.cn"})
    ready = SPAWN.Barrier(2)
    with mail_server(Mailbox()) as box:
        workers = [
            SPAWN.Process(target=senders.send, args=(address(tiny), box.port, EVE, ready))
            for _each in range(2)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert sorted(str(letter["To"]) for letter in box.letters) == ["a@example.cn", "b@example.cn"]


def run(work: Callable[..., None], tiny: Tiny, box: Mailbox, now: datetime) -> int | None:
    """The exit code of a process that does this."""
    process: Any = SPAWN.Process(target=work, args=(address(tiny), box.port, now))
    process.start()
    process.join(120)
    code: int | None = process.exitcode
    process.close()
    return code


def address(tiny: Tiny) -> str:
    return tiny.tools.config.database_url


def reminded(tiny: Tiny, addresses: dict[str, str]) -> None:
    def write(ctx: Context) -> None:
        for login, email in addresses.items():
            ctx.session.execute(update(Person).where(Person.login == login).values(email=email))

    tiny.program(write)
    tiny.open()
    timers.sweep(tiny.tools, EVE)
