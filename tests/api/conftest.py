"""The API over a prepared database, with programs of people of the region."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from server.domain.access import SYSTEM
from server.services.context import Tools, reading
from server.services.law.releases import Release
from server.services.packs import definitions
from tests.databases import Databases
from tests.factories import site as factory
from tests.factories import tools as opening
from tests.factories.programs import Program, program

#: the loaded packs of each kind of database: every copy has the same versions under the same ids
_LOADED: dict[type[Databases], dict[str, Release]] = {}


@pytest.fixture
def demo_tools(databases: Databases) -> Iterator[Tools]:
    """Tools over a database with the region, its people able to sign in, and the shipped packs."""
    with databases.copy("served", factory.fill_served) as url, opening.opened(url) as tools:
        kind = type(databases)
        if kind not in _LOADED:
            with reading(tools, SYSTEM, factory.MONDAY) as ctx:
                definitions.all_in_force(ctx, ctx.today)
            _LOADED[kind] = dict(tools.releases)
        tools.releases.update(_LOADED[kind])
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
