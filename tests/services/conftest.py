"""The small invented pack on both databases."""

from collections.abc import Iterator

import pytest

from server.services.law.releases import Release
from tests.databases import Databases
from tests.factories import shipped as shipped_factory
from tests.factories import tiny as factory
from tests.factories import tools as tools_factory
from tests.factories.shipped import Shipped
from tests.factories.tiny import Tiny

#: the loaded pack of each kind of database: every copy has the same version under the same id
_LOADED: dict[type[Databases], dict[str, Release]] = {}
_SHIPPED: dict[type[Databases], dict[str, Release]] = {}


@pytest.fixture
def tiny(databases: Databases) -> Iterator[Tiny]:
    """A fresh copy of a database with the pack published and nobody at work yet."""
    with databases.copy("tiny", factory.fill) as url, tools_factory.opened(url) as tools:
        kind = type(databases)
        if kind not in _LOADED:
            _LOADED[kind] = factory.loaded(tools)
        tools.releases.update(_LOADED[kind])
        yield Tiny(tools)


@pytest.fixture
def shipped(databases: Databases) -> Iterator[Shipped]:
    """A fresh copy of a database with the shipped packs published."""
    with (
        databases.copy("shipped", shipped_factory.fill) as url,
        tools_factory.opened(url) as tools,
    ):
        kind = type(databases)
        if kind not in _SHIPPED:
            _SHIPPED[kind] = shipped_factory.loaded(tools)
        tools.releases.update(_SHIPPED[kind])
        yield Shipped(tools)
