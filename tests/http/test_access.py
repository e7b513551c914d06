"""Every route says what it takes; nobody passes a door that is not his."""

import pytest
from flask import Flask

from server.domain.access import Permission
from server.http import access


def test_a_route_that_does_not_say_what_it_takes_fails_the_start() -> None:
    app = Flask("bare")
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="open"):
        access.check_routes(app)


def test_what_does_not_ask_who_is_there_is_for_anybody() -> None:
    with pytest.raises(ValueError, match="audit"):
        access.requires(Permission.AUDIT_READ, of_anybody=True)
