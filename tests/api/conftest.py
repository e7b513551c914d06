"""The API over a prepared database, with programs of people of the region."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from server.services.context import Tools
from tests.databases import Databases
from tests.factories import site as factory
from tests.factories import tools as opening
from tests.factories.programs import Program, program


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
def app(demo_tools: Tools, clock: factory.Clock) -> Flask:
    """The application."""
    return factory.served(demo_tools, clock)


@pytest.fixture
def signed(app: Flask) -> Callable[[str], Program]:
    """The program of the person with this login."""
    return lambda login: program(app, login)


@pytest.fixture
def nobody(app: Flask) -> Program:
    """A program without a token."""
    return Program(app)
