"""The description of the API, and the API held against it with made-up requests."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.services.context import Tools
from tests.api.matters import (
    APPLICANT,
    AUDIT_ADMIN,
    DESIGNER,
    DESK,
    NANYANG,
    SYSTEM_ADMIN,
    offered,
    opened,
)
from tests.factories.programs import PREFIX, Program

Sign = Callable[[str], Program]

#: what CONTRACTS names of what exists today
PROMISED = {
    "POST /tokens",
    "GET /procedures",
    "POST /cases",
    "GET /cases",
    "GET /cases/{case}",
    "GET /cases/{case}/events",
    "GET /cases/{case}/diagram",
    "POST /cases/{case}/suspend",
    "POST /cases/{case}/resume",
    "POST /cases/{case}/cancel",
    "POST /cases/{case}/stop",
    "POST /cases/{case}/restart",
    "POST /cases/{case}/extend",
    "GET /tasks",
    "GET /tasks/{task}",
    "POST /tasks/{task}/claim",
    "POST /tasks/{task}/release",
    "POST /tasks/{task}/complete",
    "POST /attachments",
    "GET /attachments/{attachment}",
    "POST /packs/check",
    "POST /packs",
    "POST /packs/{pack}/files/check",
    "POST /packs/{pack}/files",
    "POST /packs/{pack}/publish",
    "GET /audit",
    "POST /drill/clock",
}
EXAMPLES = 8


def test_the_description_is_openapi_and_names_every_promised_call(nobody: Program) -> None:
    found = nobody.found("/openapi.json")
    assert found["openapi"].startswith("3.1")
    calls = {
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, methods in found["paths"].items()
        for method in methods
        if method != "parameters"
    }
    assert calls >= PROMISED
    for path, methods in found["paths"].items():
        for method, said in methods.items():
            if method == "post" and not path.endswith(("/tokens", "/check", "/open")):
                names = {each.get("name") for each in said["parameters"]}
                assert "Idempotency-Key" in names, path


def test_every_refusal_is_described_as_a_problem(nobody: Program) -> None:
    found = nobody.found("/openapi.json")
    [kind] = found["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert kind == "application/problem+json"


def test_people_read_the_same_on_a_page_without_anything_from_elsewhere(nobody: Program) -> None:
    page = nobody.get("/docs")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    for call in sorted(PROMISED):
        method, path = call.split()
        assert f"{method} {PREFIX}{path}" in text
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.slow
@pytest.mark.parametrize("login", ["", APPLICANT, DESK, DESIGNER, SYSTEM_ADMIN, AUDIT_ADMIN])
def test_no_made_up_request_meets_a_fault_or_an_answer_that_was_not_described(
    app: Flask, demo_tools: Tools, signed: Sign, login: str
) -> None:
    case = opened(signed(APPLICANT))["id"]
    desk = signed(DESK)
    task = offered(desk, case)["id"]
    desk.done(f"/tasks/{task}/claim")
    known = {"case": case, "task": task, "pack": "nanyang"}
    headers = {"Authorization": f"Bearer {signed(login).token}"} if login else {}
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", app)
    numbers = count()
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # a broken description fails

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(asked=operation.as_strategy())
        def ask(asked: Any) -> None:
            if next(numbers) % 2:
                parameters = asked.path_parameters or {}
                parameters.update({key: known[key] for key in set(parameters) & set(known)})
                if isinstance(asked.body, dict) and "procedure" in asked.body:
                    asked.body["procedure"] = NANYANG
            answer = asked.call(headers=headers)
            asked.validate_response(answer, checks=CHECKS)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"]

        ask()


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
