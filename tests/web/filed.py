"""Fixtures of pages that show cases: a database in which some were played."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from server.domain.calendar import CHINA_TIME
from server.services.context import Tools
from tests.factories import site
from tests.factories.filed import Filed


@pytest.fixture
def late() -> site.Clock:
    """The clock of the application: the day after the cases were played."""
    return site.Clock(datetime(2026, 3, 3, 9, 0, tzinfo=CHINA_TIME))


@pytest.fixture
def enter(filed_tools: Tools, filed: Filed, late: site.Clock) -> Callable[[str], FlaskClient]:
    """A new browser in which who plays this part, or has this login, is signed in."""
    app = site.served(filed_tools, late)
    return lambda part: site.signed_in(app, filed.people.get(part, part))
