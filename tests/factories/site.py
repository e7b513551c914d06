"""The application for tests: over prepared tools, with a clock that tests set."""

import re
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from flask import Flask
from flask.testing import FlaskClient

from server.adapters.packs import read_folder
from server.app import create_frame, put_over
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.services.context import Tools, transaction
from server.services.identity import passwords
from server.services.packs import definitions
from tests.factories import tools as opening

#: a working Monday in the year of the demo region
MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)

SECRET = "rongcuo-demo"

#: where a page keeps what guards its form
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    moment: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        """Let time pass, in the units of ``timedelta``."""
        self.moment += timedelta(**by)


def fill_served(url: str) -> None:
    """The region with the shipped packs; everybody can sign in with :data:`SECRET`."""
    opening.fill_region(url)
    with opening.opened(url) as tools:
        for name in ("nanyang", "chuzhou"):
            files = read_folder(tools.config.shipped / "processes" / name)
            with transaction(tools, SYSTEM, opening.PREPARED) as ctx:
                definitions.publish(ctx, files, accept_warnings="测试")
        with transaction(tools, SYSTEM, opening.PREPARED) as ctx:
            passwords.set_for_all(ctx, SECRET)


def set_secrets(url: str) -> None:
    """Let everybody of this database sign in with :data:`SECRET`."""
    with opening.opened(url) as tools, transaction(tools, SYSTEM, opening.PREPARED) as ctx:
        passwords.set_for_all(ctx, SECRET)


@cache
def _frame() -> Flask:
    """The routes and templates of every application of this process: they take long to make."""
    return create_frame()


def application(tools: Tools, clock: Clock) -> Flask:
    """The application as it is served."""
    app = copy(_frame())
    app.config = copy(app.config)
    app.extensions = dict(app.extensions)
    app.teardown_appcontext_funcs = list(app.teardown_appcontext_funcs)
    app.shell_context_processors = list(app.shell_context_processors)
    put_over(app, tools, clock)
    return app


def served(tools: Tools, clock: Clock) -> Flask:
    """The application; its errors reach the test instead of becoming an error page."""
    app = application(tools, clock)
    app.testing = True
    return app


def signed_in(app: Flask, login: str) -> FlaskClient:
    """A browser in which this person has signed in through the page."""
    client = app.test_client()
    given = {"login": login, "secret": SECRET, "csrf_token": token(client, "/sign-in")}
    assert client.post("/sign-in", data=given).status_code == 303
    return client


def token(client: FlaskClient, address: str) -> str:
    """The anti-forgery token of a page with a form."""
    found = TOKEN.search(client.get(address).get_data(as_text=True))
    assert found, address
    return found[1]
