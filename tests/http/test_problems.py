"""One table from the errors of the domain to answers."""

from collections.abc import Callable, Sequence

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Row, select

from server.domain import errors
from server.domain.access import SYSTEM
from server.http.problems import status_of
from server.models.audit import AuditEvent
from server.services.context import Tools, reading
from tests.factories.site import MONDAY


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotSignedIn(), 401),
        (errors.Forbidden("x"), 403),
        (errors.FreshNeeded(), 403),
        (errors.NotFound(), 404),
        (errors.Stale("x"), 412),
        (errors.Invalid("x"), 422),
        (errors.Conflict("x"), 409),
        (errors.NotCompetent("x"), 409),
        (errors.YearUnpublished(2027), 409),
        (errors.UnknownTask("x"), 409),
        (errors.BudgetExceeded("x"), 409),
    ],
)
def test_each_error_has_its_number(error: errors.RongcuoError, status: int) -> None:
    assert status_of(error) == status


def test_a_page_that_does_not_exist_is_told_in_plain_words(stranger: FlaskClient) -> None:
    answer = stranger.get("/nowhere")
    assert answer.status_code == 404
    assert "没有找到" in answer.get_data(as_text=True)


def test_an_address_of_the_api_that_does_not_exist_is_a_problem(stranger: FlaskClient) -> None:
    answer = stranger.get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == 404


def test_a_page_asks_a_stranger_to_sign_in_and_comes_back(stranger: FlaskClient) -> None:
    answer = stranger.get("/inbox?view=queue")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")


def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in(stranger: FlaskClient) -> None:
    answer = stranger.get("/inbox", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


def test_a_form_without_its_token_changes_nothing(stranger: FlaskClient) -> None:
    answer = stranger.post("/sign-in", data={"login": "a", "secret": "b"})
    assert answer.status_code == 400
    assert "刷新" in answer.get_data(as_text=True)


def test_a_denial_is_on_record_with_ids_and_nothing_else(
    sign_in: Callable[[str], FlaskClient], demo_tools: Tools
) -> None:
    client = sign_in("county1.case_supervision.1")
    wanted = "00000000-0000-4000-8000-000000000000"
    assert client.get(f"/cases/{wanted}?q=secret").status_code == 404
    assert client.get("/calendars").status_code == 403
    assert [tuple(row) for row in denied(demo_tools)] == [
        ("GET /cases/<case_id>", wanted),
        ("GET /calendars", None),
    ]


def test_without_its_record_a_denial_tells_nothing_either(
    sign_in: Callable[[str], FlaskClient], demo_tools: Tools
) -> None:
    client = sign_in("county1.case_supervision.1")
    client.application.testing = False
    with demo_tools.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_head WHERE chain = 'access'")
    assert client.get("/calendars").status_code == 500


def test_a_stranger_who_is_sent_to_the_sign_in_is_no_denial(
    stranger: FlaskClient, demo_tools: Tools
) -> None:
    stranger.get("/inbox")
    assert denied(demo_tools) == []


def denied(tools: Tools) -> Sequence[Row[tuple[str, str | None]]]:
    """What was denied, in order."""
    with reading(tools, SYSTEM, MONDAY) as ctx:
        return ctx.session.execute(
            select(AuditEvent.target, AuditEvent.case_id)
            .where(AuditEvent.verb == "denied", AuditEvent.chain == "access")
            .order_by(AuditEvent.seq)
        ).all()
