"""Makes a database ready for use: its schema, and the calendars that are shipped. Idempotent."""

from datetime import datetime

from server.domain.access import SYSTEM
from server.services import schema
from server.services.calendar import calendars
from server.services.context import Tools, transaction


def prepare(tools: Tools, now: datetime) -> None:
    """Migrate the database and load the calendar years it does not know."""
    if not schema.is_current(tools.database):
        schema.migrate(tools.database)
    with transaction(tools, SYSTEM, now) as ctx:
        calendars.load_shipped(ctx, tools.config.shipped / "processes" / "_calendars")
