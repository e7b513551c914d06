import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from server.__main__ import wiring
from server.app import build
from server.cli import run
from server.config import Config
from server.domain.calendar import CHINA_TIME
from server.models.identity import Person
from server.services.context import Context
from server.services.notices import delivery
from server.services.verbs import timers
from tests.factories import receivers
from tests.factories import tiny as factory
from tests.factories.receivers import Mailbox, mail_server
from tests.factories.tiny import DESK, Tiny
from tests.factories.tools import opened

EVE = datetime(2026, 2, 25, 8, 30, tzinfo=CHINA_TIME)


def test_the_operator_sees_what_did_not_get_out_and_has_it_sent_again(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(data, "notice", "list") == 0
    assert "没有对外发过通知" in capsys.readouterr().out
    with opened(f"sqlite:///{data}/rongcuo.sqlite3") as tools, mail_server(Mailbox()) as box:
        tiny = Tiny(tools)
        tiny.program(addressed)
        tiny.open()
        timers.sweep(tools, EVE)
        box.answers["desk@example.cn"] = "550 no such user"
        reaching = replace(tools, ways=receivers.ways(box.way()))
        delivery.deliver(reaching, lambda: EVE, lambda: EVE)
    assert command(data, "notice", "list") == 0
    assert "mail：待发0件，未送达1件（邮箱地址无效）" in capsys.readouterr().out
    assert command(data, "notice", "again", "mail") == 0
    assert "渠道mail的1件通知将重发" in capsys.readouterr().out
    assert command(data, "notice", "list", "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["channel"], found["waiting"], found["given_up"]) == ("mail", 1, 0)
    assert command(data, "notice", "again", "wecom") == 1
    assert "没有未送达的通知" in capsys.readouterr().err


def addressed(ctx: Context) -> None:
    ctx.session.execute(update(Person).where(Person.login == DESK).values(email="desk@example.cn"))


def command(data: Path, *words: str) -> int:
    return run([*words, "--data", str(data)], {}, build, wiring)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with the small pack in force."""
    config = Config.read({}, data=tmp_path)
    factory.fill(config.database_url)
    return tmp_path
