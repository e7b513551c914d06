"""The database goes and comes back, the disk is full: told in plain words, and nothing is lost."""

import errno
import os
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event, make_url

from server.app import create_worker
from server.http.site import EXTENSION
from server.jobs import Worker
from server.queries import operations as queries
from server.queries.operations import Incident
from server.services import databases
from server.services.context import Tools
from tests.databases import Server, SqliteDatabases, server
from tests.factories import site
from tests.factories import tools as opening
from tests.factories.programs import Program, program
from tests.factories.tiny import APPLICANT, NOW, fill
from tests.services.test_crashes import dump

OPINION = "请予<受理>，“急”"


@pytest.fixture(scope="module")
def stoppable() -> Iterator[Server]:
    """A PostgreSQL server that tests stop and start."""
    with server() as made:
        url = made.databases.create("tiny")
        fill_served(url)
        yield made


@pytest.fixture
def postgres_tools(stoppable: Server) -> Iterator[Tools]:
    url = stoppable.databases.duplicate("tiny", "used")
    with opening.opened(url) as tools:
        yield tools
    stoppable.databases.drop("used")


@pytest.fixture
def sqlite_tools(sqlite_databases: SqliteDatabases) -> Iterator[Tools]:
    with opening.copied(sqlite_databases, "tiny_served", fill_served) as tools:
        yield tools


def test_a_server_that_stops_and_starts_loses_nothing(
    stoppable: Server, postgres_tools: Tools
) -> None:
    app = application(postgres_tools)
    worker = create_worker(postgres_tools, site.Clock(NOW), app.extensions[EXTENSION].meters)
    client = site.signed_in(app, APPLICANT)
    worker.round()
    assert client.get("/readyz").status_code == 200
    stoppable.stop()
    try:
        told_gone(client, worker)
    finally:
        stoppable.start()
    assert client.get("/applications").status_code == 200
    worker.round()
    assert client.get("/readyz").status_code == 200
    assert "rongcuo_database_up 1.0" in figures(client)
    (found,) = passed(postgres_tools)
    assert found.kind == "database_gone"
    assert str(found.detail["from"]) < str(found.detail["to"])


def test_a_connection_that_lay_unused_while_the_server_was_away_is_not_used(
    stoppable: Server, postgres_tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.signed_in(application(postgres_tools), APPLICANT)
    stoppable.stop()
    stoppable.start()
    monkeypatch.setattr(databases, "UNUSED", 0)
    assert client.get("/applications").status_code == 200


def test_one_in_steady_use_costs_a_single_answer(stoppable: Server, postgres_tools: Tools) -> None:
    client = site.signed_in(application(postgres_tools), APPLICANT)
    stoppable.stop()
    stoppable.start()
    answers = [client.get("/applications").status_code for _each in range(6)]
    assert answers[-1] == 200
    assert answers.count(503) <= 2  # one connection that reads, one that writes


def test_a_file_that_cannot_be_opened_is_a_database_that_is_gone(sqlite_tools: Tools) -> None:
    app = application(sqlite_tools)
    worker = create_worker(sqlite_tools, site.Clock(NOW), app.extensions[EXTENSION].meters)
    client = site.signed_in(app, APPLICANT)
    worker.round()
    aside = moved_aside(sqlite_tools)
    try:
        told_gone(client, worker)
    finally:
        put_back(sqlite_tools, aside)
    assert client.get("/applications").status_code == 200
    worker.round()
    assert [each.kind for each in passed(sqlite_tools)] == ["database_gone"]


def test_a_file_somebody_holds_is_asked_for_again_later(
    sqlite_tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY_TIMEOUT", 20)
    sqlite_tools.database.dispose()
    client = program(application(sqlite_tools), APPLICANT)
    other = databases.open_database(sqlite_tools.config)
    with other.begin():
        answer = opened(client, "抢修道路")
        assert answer.status_code == 503
        assert answer.content_type == "application/problem+json"
        assert answer.headers["Retry-After"] == "30"
    other.dispose()
    assert opened(client, "抢修道路").status_code == 201


def test_without_room_for_the_database_the_act_is_refused_whole(sqlite_tools: Tools) -> None:
    client = program(application(sqlite_tools), APPLICANT)
    before = dump(sqlite_tools)
    with no_more_pages(sqlite_tools):
        answer = opened(client, "抢修道路" * 2_000)
        assert answer.status_code == 507
        assert "存储空间不足" in answer.json["detail"]
        assert before == dump(sqlite_tools)
    assert opened(client, "抢修道路").status_code == 201
    assert [each.kind for each in standing(sqlite_tools)] == ["disk_full"]


def test_without_room_for_a_file_nothing_of_it_is_kept(
    sqlite_tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = program(application(sqlite_tools), APPLICANT)

    def no_room(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_room)
        answer = upload(client)
    assert answer.status_code == 507
    assert "已整个退回" in answer.json["detail"]
    assert [each for each in sqlite_tools.storage.folder.rglob("*") if each.is_file()] == []
    assert upload(client).status_code == 201
    assert [each.kind for each in standing(sqlite_tools)] == ["disk_full"]


def test_a_secret_is_not_given_back_and_neither_is_a_file(sqlite_tools: Tools) -> None:
    client = site.signed_in(application(sqlite_tools), APPLICANT)
    aside = moved_aside(sqlite_tools)
    for given in (
        {"login": "甲", "secret": "hunter2"},
        {"note": "甲", "file": (BytesIO(b"hunter2"), "a.txt")},
    ):
        page = client.post("/sign-in", data=given)
        assert page.status_code == 503
        assert "返回" in page.text
        assert "hunter2" not in page.text
        assert "<form" not in page.text
    put_back(sqlite_tools, aside)


def told_gone(client: FlaskClient, worker: Worker) -> None:
    """What everybody is told while there is no database."""
    away = client.get("/applications")
    assert (away.status_code, away.headers["Retry-After"]) == (503, "30")
    assert "暂时连不上数据库" in away.text
    kept = client.post("/tasks/x/complete", data={"a.opinion": OPINION, "csrf_token": "t"})
    assert kept.status_code == 503
    assert "您填写的内容没有丢失" in kept.text
    page: html.HtmlElement = html.document_fromstring(kept.text)
    (form,) = page.xpath("//form")
    fields = {each.get("name"): each.get("value") for each in form.iter("input")}
    assert fields == {"a.opinion": OPINION, "csrf_token": "t"}
    assert form.get("action") == "/tasks/x/complete"
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert "rongcuo_database_up 0.0" in figures(client)
    assert "rongcuo_timer_lag_seconds" not in figures(client)
    worker.round()
    told = {"chore": "round", "result": "failed"}
    assert worker.meters.registry.get_sample_value("rongcuo_chores_total", told) == 1


def application(tools: Tools) -> Flask:
    return site.application(tools, site.Clock(NOW))


def figures(client: FlaskClient) -> str:
    # a snapshot is kept for some seconds: what is asked here is the moment
    client.application.extensions[EXTENSION].figures._kept = None
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def opened(client: Program, facts: str) -> Any:
    variables = {"managed_by": "county", "facts": facts}
    return client.post("/cases", {"procedure": "tiny_matter", "variables": variables})


def upload(client: Program) -> Any:
    return client.post("/attachments", data={"file": (BytesIO("说明".encode()), "说明.txt")})


def moved_aside(tools: Tools) -> Path:
    """The file of the database is gone, and a folder stands in its place."""
    tools.database.dispose()
    file = Path(make_url(tools.config.database_url).database or "")
    aside = file.with_suffix(".aside")
    shutil.move(file, aside)
    file.mkdir()
    return aside


def put_back(tools: Tools, aside: Path) -> None:
    tools.database.dispose()
    file = aside.with_suffix(".sqlite3")
    file.rmdir()
    shutil.move(aside, file)


class no_more_pages:  # noqa: N801  # reads as what it is in a with
    """The database file cannot grow by more than a few pages."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def __enter__(self) -> None:
        self._tools.database.dispose()
        event.listen(self._tools.database, "connect", self._limit)

    def __exit__(self, *_raised: object) -> None:
        event.remove(self._tools.database, "connect", self._limit)
        self._tools.database.dispose()

    @staticmethod
    def _limit(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")


def standing(tools: Tools) -> tuple[Incident, ...]:
    with tools.readers() as session:
        return queries.open_incidents(session)


def passed(tools: Tools) -> tuple[Incident, ...]:
    with tools.readers() as session:
        assert queries.open_incidents(session) == ()
        return queries.closed_incidents(session, opening.PREPARED)


def fill_served(url: str) -> None:
    fill(url)
    site.set_secrets(url)
