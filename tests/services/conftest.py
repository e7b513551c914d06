"""The small invented pack on both databases."""

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.factories import shipped as shipped_factory
from tests.factories import tiny as factory
from tests.factories import tools as tools_factory
from tests.factories.shipped import Shipped
from tests.factories.tiny import Tiny


@pytest.fixture
def tiny(databases: Databases) -> Iterator[Tiny]:
    """A fresh copy of a database with the pack published and nobody at work yet."""
    with tools_factory.copied(databases, "tiny", factory.fill) as tools:
        yield Tiny(tools)


@pytest.fixture
def shipped(databases: Databases) -> Iterator[Shipped]:
    """A fresh copy of a database with the shipped packs published."""
    with tools_factory.copied(databases, "shipped", shipped_factory.fill) as tools:
        yield Shipped(tools)
