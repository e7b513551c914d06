from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.api.matters import APPLICANT, DESK
from tests.factories.programs import PREFIX, Program
from tests.factories.site import SECRET, Clock, signed_in, token

Sign = Callable[[str], Program]


def test_a_token_speaks_for_its_person_for_eight_hours(
    signed: Sign, nobody: Program, clock: Clock
) -> None:
    granted = nobody.post("/tokens", {"username": DESK, "password": SECRET})
    assert granted.status_code == 201
    told: Any = granted.json
    assert told["expires_at"] == "2026-03-02T16:30:00+08:00"
    desk = Program(nobody.app, told["token"])
    assert desk.get("/tasks").status_code == 200
    clock.forward(hours=7, minutes=59)
    assert desk.get("/tasks").status_code == 200
    clock.forward(minutes=1)
    assert desk.get("/tasks").status_code == 401


def test_a_wrong_password_and_an_unknown_name_read_the_same(nobody: Program) -> None:
    wrong = nobody.post("/tokens", {"username": DESK, "password": "wrong password"})
    unknown = nobody.post("/tokens", {"username": "nobody.at.all", "password": SECRET})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert wrong.content_type == "application/problem+json"


def test_a_token_that_is_none_is_refused_even_beside_a_good_cookie(app: Flask) -> None:
    browser = signed_in(app, DESK)
    path = f"{PREFIX}/tasks"
    assert browser.get(path).status_code == 200
    for header in ("Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense"):
        answer = browser.get(path, headers={"Authorization": header})
        assert answer.status_code == 401, header
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_browser_needs_its_form_token_and_a_program_does_not(app: Flask, signed: Sign) -> None:
    applicant = signed(APPLICANT)
    given = {"procedure": "nanyang_five_step", "variables": {}}
    assert applicant.post("/cases", given).status_code == 422
    browser = signed_in(app, APPLICANT)
    assert browser.post(f"{PREFIX}/cases", json=given).status_code == 400
    headers = {"X-CSRFToken": token(browser, "/sign-in-again")}
    assert browser.post(f"{PREFIX}/cases", json=given, headers=headers).status_code == 422


def test_a_token_is_no_cookie_and_a_cookie_no_token(app: Flask, signed: Sign) -> None:
    held = signed(DESK).token
    client = app.test_client()
    client.set_cookie("session_token", held)
    assert client.get(f"{PREFIX}/tasks").status_code == 401
    browser = signed_in(app, DESK)
    cookie = browser.get_cookie("session_token")
    assert cookie is not None
    assert Program(app, cookie.value).get("/tasks").status_code == 401
