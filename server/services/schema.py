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

#: what stands for the newest revision
HEAD = "head"

#: number of the lock that lets one process migrate at a time
_LOCK = 7_316_001


def migrate(database: Engine) -> None:
    """Bring the database to the newest revision, or change nothing when that fails."""
    with database.begin() as connection:
        if connection.dialect.name == "postgresql":
            # SQLite's write lock does this already
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        bring_to(connection, HEAD)


def bring_to(connection: Connection, revision: str) -> None:
    """Bring the database to a revision, within a transaction that is under way."""
    command.upgrade(_alembic(connection), revision)


def is_current(database: Engine) -> bool:
    """True when the database stands at the newest revision."""
    return revision(database) == newest()


def revision(database: Engine) -> str | None:
    """The revision the database stands at, None for one without any tables of ours."""
    with database.connect().execution_options(read_only=True) as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The same, as this connection sees it."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision of this program."""
    head = _scripts().get_current_head()
    if head is None:
        raise RuntimeError("no migrations")
    return head


def is_known(wanted: str) -> bool:
    """True for a revision this program has: what a newer one made is not."""
    return wanted in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _alembic(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
