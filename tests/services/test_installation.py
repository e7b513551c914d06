from datetime import datetime

from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.models.audit import AuditEvent
from server.services import installation, schema
from server.services.calendar import calendars
from server.services.context import reading
from tests.databases import Databases
from tests.factories import tools as factory

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)


def test_a_new_database_is_ready_and_a_ready_one_is_left_alone(databases: Databases) -> None:
    with databases.copy("bare", lambda url: None) as url, factory.opened(url) as tools:
        for _round in range(2):
            installation.prepare(tools, NOW)
            assert schema.is_current(tools.database)
            with reading(tools, SYSTEM, NOW) as ctx:
                assert sorted(calendars.current(ctx).years) == [2025, 2026]
                events = ctx.session.scalars(select(AuditEvent.verb)).all()
            assert events == ["calendar.import", "calendar.import"]
