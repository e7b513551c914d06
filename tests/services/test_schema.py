from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from server.models.base import Base
from server.services import schema
from server.services.context import Tools
from tests.databases import Databases
from tests.factories import tools as factory


def test_the_migrations_give_exactly_the_tables_of_the_models(empty_tools: Tools) -> None:
    with empty_tools.database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
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
