"""The schema of a database: brings it to the newest revision, in one process, before any server.

Nothing else creates or changes tables.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

#: beside the package of this module; holds no importable code
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

#: number of the lock that lets one process migrate at a time
_LOCK = 7_316_001


def migrate(database: Engine) -> None:
    """Bring the database to the newest revision, or change nothing when that fails."""
    with database.begin() as connection:
        if connection.dialect.name == "postgresql":
            # SQLite's write lock does this already
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        command.upgrade(_alembic(connection), "head")


def is_current(database: Engine) -> bool:
    """True when the database stands at the newest revision."""
    with database.connect() as connection:
        head = ScriptDirectory.from_config(_alembic(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == head


def _alembic(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
