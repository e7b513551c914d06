"""Every route says what it takes; nobody passes a door that is not his."""

import pytest
from flask import Flask

from server.http import access


def test_a_route_that_does_not_say_what_it_takes_fails_the_start() -> None:
    app = Flask("bare")
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="open"):
        access.check_routes(app)
