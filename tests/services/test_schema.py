from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from server.models.base import Base
from server.models.search import SEARCH_TABLES
from server.services import schema
from server.services.context import Tools
from tests.databases import Databases
from tests.factories import tools as factory


def test_the_migrations_give_exactly_the_tables_of_the_models(empty_tools: Tools) -> None:
    with empty_tools.database.connect() as connection:
        options = {"compare_type": True, "include_name": _is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_checks_and_partial_indexes_are_in_the_database_too(empty_tools: Tools) -> None:
    found = inspect(empty_tools.database)
    for table in Base.metadata.sorted_tables:
        checks = {check["name"] for check in found.get_check_constraints(table.name)}
        assert checks == {
            check.name for check in table.constraints if type(check).__name__ == "CheckConstraint"
        }, table.name


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(schema.MIGRATIONS)).get_heads()) == 1


def test_migrating_again_changes_nothing(empty_tools: Tools) -> None:
    schema.migrate(empty_tools.database)
    assert schema.is_current(empty_tools.database)


def test_a_new_database_is_not_current(databases: Databases) -> None:
    with databases.copy("bare", lambda url: None) as url, factory.opened(url) as tools:
        assert not schema.is_current(tools.database)


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The full-text index is of each database's own kind and no model's."""
    return kind != "table" or not (name or "").startswith(SEARCH_TABLES)
