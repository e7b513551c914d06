"""Fixtures of pages that show cases: a database in which some were played."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from server.domain.calendar import CHINA_TIME
from server.services.context import Tools
from tests.databases import Databases
from tests.factories import filed as factory
from tests.factories import site
from tests.factories import tools as opening
from tests.factories.filed import Filed


@pytest.fixture
def filed_tools(databases: Databases) -> Iterator[Tools]:
    """Tools over a database with the served region and two cases of Nanyang."""
    with opening.copied(databases, "filed", factory.fill) as tools:
        yield tools


@pytest.fixture
def filed(filed_tools: Tools) -> Filed:
    """Ids of the cases."""
    return factory.cases(filed_tools)


@pytest.fixture
def late() -> site.Clock:
    """The clock of the application: the day after the cases were played."""
    return site.Clock(datetime(2026, 3, 3, 9, 0, tzinfo=CHINA_TIME))


@pytest.fixture
def enter(filed_tools: Tools, filed: Filed, late: site.Clock) -> Callable[[str], FlaskClient]:
    """A new browser in which who plays this part, or has this login, is signed in."""
    app = site.served(filed_tools, late)
    return lambda part: site.signed_in(app, filed.people.get(part, part))
