"""The small invented pack on both databases."""

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.factories import tiny as factory
from tests.factories import tools as tools_factory
from tests.factories.tiny import Tiny


@pytest.fixture
def tiny(databases: Databases) -> Iterator[Tiny]:
    """A fresh copy of a database with the pack published and nobody at work yet."""
    with databases.copy("tiny", factory.fill) as url, tools_factory.opened(url) as tools:
        yield Tiny(tools)
