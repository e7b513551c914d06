"""What is sent wrongly is refused with a problem, never with a fault."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.matters import APPLICANT, AUDIT_ADMIN, DESK, NANYANG
from tests.factories.programs import Program

Sign = Callable[[str], Program]
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("status", "options"),
    [
        (400, {"data": "{", "content_type": "application/json"}),
        (400, {"data": b"\xff\xfe", "content_type": "application/json"}),
        (400, {"data": '{"procedure": NaN}', "content_type": "application/json"}),
        (400, {"data": "[" * 100_000, "content_type": "application/json"}),
        (400, {"data": "[" * 70 + "]" * 70, "content_type": "application/json"}),
        (400, {"data": '{"procedure": "\\ud800"}', "content_type": "application/json"}),
        (400, {"data": '{"procedure": "\\u0000"}', "content_type": "application/json"}),
        (415, {"data": "procedure=a"}),
        (415, {"data": "{}", "content_type": "text/plain"}),
        (422, {}),
        (422, {"json": []}),
        (422, {"json": None}),
        (422, {"json": {}}),
        (422, {"json": {"procedure": 1}}),
        (422, {"json": {"procedure": NANYANG, "variables": []}}),
        (422, {"json": {"procedure": NANYANG, "more": 1}}),
        (404, {"json": {"procedure": "nobody_knows"}}),
    ],
)
def test_a_body_that_cannot_be_read_or_does_not_fit(
    signed: Sign, status: int, options: dict[str, Any]
) -> None:
    refused(signed(APPLICANT).post("/cases", **options), status)


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=x",
        "?page=99999999999999999999",
        "?page_size=0",
        "?page_size=201",
        "?view=nonsense",
        "?nonsense=1",
        "?procedure=%00",
        "?reference=%00",
    ],
)
def test_a_list_nobody_can_give(signed: Sign, query: str) -> None:
    refused(signed(DESK).get(f"/tasks{query}"), 422)


def test_every_problem_of_a_request_is_told_at_once_by_field(signed: Sign) -> None:
    answer = signed(DESK).get("/cases?page=0&status=nonsense&more=1")
    problems = refused(answer, 422)["problems"]
    assert sorted(each["field"] for each in problems) == ["more", "page", "status"]
    assert all(
        set(each) == {"code", "severity", "file", "element", "field", "message", "fix"}
        for each in problems
    )


def test_unknown_addresses_methods_and_ids_are_problems_too(signed: Sign, nobody: Program) -> None:
    desk = signed(DESK)
    refused(nobody.get("/nowhere"), 404)
    refused(desk.get("/nowhere"), 404)
    refused(desk.get("/cases/nonsense"), 404)
    refused(desk.get(f"/cases/{NOWHERE}"), 404)
    refused(desk.post(f"/tasks/{NOWHERE}/claim"), 404)
    answer = desk.get(f"/tasks/{NOWHERE}/claim")
    refused(answer, 405)
    assert "POST" in answer.headers["Allow"]


def test_what_is_too_large_is_refused_before_it_is_read(signed: Sign) -> None:
    from_designer = signed("p.designer.1")
    big = {"data": b"x" * (2 * 1024 * 1024 + 70_000), "content_type": "multipart/form-data"}
    refused(from_designer.post("/packs/nanyang/files/check", **big), 413)


def test_nothing_is_kept_by_whoever_carries_it(signed: Sign) -> None:
    answer = signed(DESK).get("/tasks")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_audit_administrator_reads_both_chains_and_nobody_else(signed: Sign) -> None:
    found = signed(AUDIT_ADMIN).found("/audit?page_size=5")
    assert len(found["items"]) <= 5
    assert found["total"] > 5
    chains = {
        chain: signed(AUDIT_ADMIN).found(f"/audit?chain={chain}")["items"]
        for chain in ("act", "access")
    }
    assert {record["chain"] for record in chains["act"]} == {"act"}
    assert {record["verb"] for record in chains["access"]} == {"sign_in", "audit.read"}
    refused(signed(DESK).get("/audit"), 403)


def refused(answer: Any, status: int) -> Any:
    """The problem a request is refused with."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    assert (answer.json["status"], bool(answer.json["title"])) == (status, True)
    assert "ETag" not in answer.headers
    return answer.json
