"""The application over a prepared database, with people signed in and a clock that is set."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from server.services.context import Tools
from tests.databases import Databases
from tests.factories import site as factory
from tests.factories import tools as opening
from tests.web.filed import enter, late

__all__ = ["enter", "late"]


@pytest.fixture
def demo_tools(databases: Databases) -> Iterator[Tools]:
    """Tools over a database with the region, its people able to sign in, and the shipped packs."""
    with opening.copied(databases, "served", factory.fill_served) as tools:
        yield tools


@pytest.fixture
def clock() -> factory.Clock:
    """The clock of the application; tests set it."""
    return factory.Clock()


@pytest.fixture
def sign_in(demo_tools: Tools, clock: factory.Clock) -> Callable[[str], FlaskClient]:
    """A new browser in which the person with this login is signed in."""
    app = factory.served(demo_tools, clock)
    return lambda login: factory.signed_in(app, login)


@pytest.fixture
def stranger(demo_tools: Tools, clock: factory.Clock) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return factory.served(demo_tools, clock).test_client()
