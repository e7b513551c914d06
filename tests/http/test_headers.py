"""Every answer carries its content policy and is kept nowhere."""

from flask.testing import FlaskClient


def test_pages_run_no_script_but_our_own_and_are_not_stored(stranger: FlaskClient) -> None:
    answer = stranger.get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_session_cookie_is_closed_to_scripts(stranger: FlaskClient) -> None:
    stranger.get("/sign-in")
    cookie = stranger.get_cookie("form")
    assert cookie is not None
    assert cookie.http_only
