from datetime import UTC, datetime

from flask.testing import FlaskClient

from server.app import create_worker
from server.services import heartbeats
from server.services.context import Tools
from server.telemetry import Meters
from tests.factories.site import Clock, application


def test_the_process_answers_without_a_database_being_asked(tools: Tools) -> None:
    assert client(tools).get("/healthz").json == {"status": "ok"}


def test_without_background_work_the_server_is_not_ready(tools: Tools) -> None:
    answer = client(tools).get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "status": "unready",
        "database": True,
        "schema": True,
        "last_round_seconds": None,
    }


def test_after_a_round_of_background_work_the_server_is_ready(tools: Tools) -> None:
    create_worker(tools, Clock(), Meters()).round()
    answer = client(tools).get("/readyz")
    assert answer.status_code == 200
    assert '"status":"ready"' in answer.text


def test_background_work_that_stopped_long_ago_is_told(tools: Tools) -> None:
    heartbeats.beat(tools, "round", datetime(2020, 1, 1, tzinfo=UTC))
    assert client(tools).get("/readyz").status_code == 503


def test_figures_are_for_the_machine_itself(tools: Tools) -> None:
    page = client(tools)
    page.get("/healthz")
    own = page.get("/metrics")
    assert 'rongcuo_requests_total{method="GET",route="/healthz",status="200"}' in own.text
    other = page.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    assert other.status_code == 404


def test_figures_name_routes_and_never_addresses(tools: Tools) -> None:
    page = client(tools)
    page.get("/cases/7f3a?q=secret")
    page.open("/healthz", method="BREW")
    figures = page.get("/metrics").text
    assert "7f3a" not in figures
    assert "secret" not in figures
    assert "BREW" not in figures


def test_every_answer_carries_the_number_its_log_line_has(tools: Tools) -> None:
    page = client(tools)
    numbers = {page.get("/healthz").headers["X-Request-Id"] for _time in range(2)}
    assert len(numbers) == 2


def client(tools: Tools) -> FlaskClient:
    """A browser at an application of its own."""
    return application(tools, Clock()).test_client()
