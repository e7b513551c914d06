"""The application over a prepared database, with people signed in and a clock that is set."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from server.domain.access import SYSTEM
from server.services.context import Tools, transaction
from server.services.identity import passwords
from tests.databases import Databases
from tests.factories import site as factory
from tests.factories import tiny
from tests.factories import tools as opening
from tests.web.filed import enter, late

__all__ = ["enter", "late"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def databases(request: pytest.FixtureRequest) -> Databases:
    """SQLite, and PostgreSQL in ``make soak``: what pages read and write has its tests on both.

    That each page is there on PostgreSQL, too, is what ``test_walk`` sees in every run.
    """
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


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


@pytest.fixture(name="tiny")
def tiny_served(databases: Databases) -> Iterator[tiny.Tiny]:
    """The small pack, with people who can sign in."""
    with opening.copied(databases, "tiny_served", _fill_tiny) as tools:
        yield tiny.Tiny(tools)


def _fill_tiny(url: str) -> None:
    tiny.fill(url)
    with opening.opened(url) as tools, transaction(tools, SYSTEM, opening.PREPARED) as ctx:
        passwords.set_for_all(ctx, factory.SECRET)
