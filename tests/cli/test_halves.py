"""``rongcuo web`` and ``rongcuo worker``: several of each beside one database."""

import json
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from server.config import SHIPPED
from server.domain.access import SYSTEM
from server.models.audit import AuditEvent
from server.models.definition import PackVersion
from server.services.context import reading
from server.services.packs import shipped_packs
from tests.cli.test_serve import free_port, stat
from tests.databases import Databases
from tests.factories import tools as factory
from tests.factories.processes import running, told_to_end
from tests.services.test_installation import NOW


@pytest.mark.soak_on("sqlite")
def test_three_web_and_two_workers_begin_at_once_on_an_empty_database(
    databases: Databases, tmp_path: Path
) -> None:
    ports = [free_port() for _each in range(3)]
    data = tmp_path / "data"
    with databases.copy("bare", lambda url: None) as url:
        environ = {"RONGCUO_DATABASE_URL": url, "RONGCUO_DATA": str(data)}
        commands = [["web", "--port", str(port)] for port in ports] + [["worker"]] * 2
        log = tmp_path / "log"
        with running(commands, environ, log) as processes:
            assert [once_ready(port)["status"] for port in ports] == ["ready"] * 3
            assert {has_guarded_form(port) for port in ports} == {True}
            assert stat(data / "form-secret") == 0o600
            assert list(data.glob("*.part")) == []
            assert "Error" not in log.read_text(encoding="utf-8")
            is_not_ready_over_another_schema(url, ports[0])
            assert [told_to_end(each) for each in processes] == [0] * 5
        assert log.read_text(encoding="utf-8").count("worker started") == 2
        with factory.opened(url) as tools, reading(tools, SYSTEM, NOW) as ctx:
            versions = ctx.session.scalars(select(PackVersion.version)).all()
            verbs = ctx.session.scalars(
                select(AuditEvent.verb).where(AuditEvent.verb != "incident.open")
            ).all()
        assert versions == [1] * len(shipped_packs.folders(SHIPPED))
        assert sorted(verbs).count("calendar.import") == 2


@pytest.mark.parametrize("command", [pytest.param("web", marks=pytest.mark.slow), "worker"])
def test_a_drill_may_be_begun_by_either_half(tmp_path: Path, command: str) -> None:
    environ = {"RONGCUO_DATA": str(tmp_path / "data")}
    clock = ["--drill", "--clock", "2026-03-02T08:30+08:00"]
    port = ["--port", str(free_port())] if command == "web" else []
    with running([[command, *port, *clock]], environ, tmp_path / "log") as (process,):
        assert told_to_end(process) == 0
    url = f"sqlite:///{tmp_path / 'data' / 'rongcuo.sqlite3'}"
    with factory.opened(url) as tools, tools.readers() as session:
        assert session.scalar(select(func.count()).select_from(text("drill"))) == 1


def is_not_ready_over_another_schema(url: str, port: int) -> None:
    """A schema that is not the program's is told, and does not stay."""
    with factory.opened(url) as tools:
        with tools.database.begin() as connection:
            known = connection.scalar(text("SELECT version_num FROM alembic_version"))
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        found = ready(port)
        with tools.database.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": known})
    assert found == {
        "status": "unready",
        "database": True,
        "schema": False,
        "last_round_seconds": None,
    }


def ready(port: int) -> dict[str, object]:
    """What ``/readyz`` says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
            found: dict[str, object] = json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            found = json.load(refused)
    return found


def once_ready(port: int) -> dict[str, object]:
    """The same, once the first round is done."""
    pause = threading.Event()
    for _again in range(200):
        found = ready(port)
        if found["status"] == "ready":
            break
        pause.wait(0.05)
    return found


def has_guarded_form(port: int) -> bool:
    """Does the sign-in page give a form that is guarded?"""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=30) as answer:
        return "csrf_token" in answer.read().decode()
