"""What many tests share: the databases, and the tools over a fresh copy of one."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from server.__main__ import OBJECTS
from server.services.context import Tools
from tests.browser.report import write_index
from tests.databases import Databases, PostgresDatabases, SqliteDatabases, postgres_of_run
from tests.factories import checked, compiled, meetings
from tests.factories import filed as filing
from tests.factories import tools as factory
from tests.factories.filed import Filed
from tests.factories.meetings import Meeting

# how fast a shared machine happens to be says nothing about the code
settings.register_profile(
    "shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared machine")
# as the program itself does
gc.set_threshold(OBJECTS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make check` ran just before need not run again in `make test`."""
    parser.addoption("--checked", default="", help="paths whose fast tests have been run already")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the fast tests that were run already; those marked slow stay.

    Whole processes that start and die take long: marked ``soak_on(kind)`` they run on the other
    kind of database in every run, and on this one with what is slow.
    """
    for item in items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        if any(params.get("databases") in mark.args for mark in item.iter_markers("soak_on")):
            item.add_marker(pytest.mark.slow)
    done = [config.rootpath / path for path in config.getoption("--checked").split()]
    again = [item for item in items if _has_run(item, done)]
    if again:
        config.hook.pytest_deselected(items=again)
        items[:] = [item for item in items if not _has_run(item, done)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """When all workers are done: the pictures of the browser as one page."""
    if not hasattr(session.config, "workerinput"):
        write_index()


def _has_run(item: pytest.Item, done: list[Path]) -> bool:
    return item.get_closest_marker("slow") is None and any(
        item.path.is_relative_to(path) for path in done
    )


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """What one test compiled no other compiles again."""
    with compiled.shared():
        yield


@pytest.fixture(scope="session", autouse=True)
def _checked_once(run_folder: Path) -> Iterator[None]:
    """A pack that one test published no other has checked again."""
    with checked.once(run_folder / "checked"):
        yield


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of a run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def postgres_databases(run_folder: Path) -> Iterator[PostgresDatabases]:
    """One PostgreSQL server for all tests of a run."""
    with postgres_of_run(run_folder) as databases:
        yield databases


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> SqliteDatabases:
    """SQLite files in a folder of this process; prepared ones are shared by all workers."""
    return SqliteDatabases(tmp_path_factory.getbasetemp(), run_folder)


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Either kind of database: a test that asks for it runs on both."""
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
def empty_tools(databases: Databases) -> Iterator[Tools]:
    """Tools over a database that is migrated and otherwise empty."""
    with factory.copied(databases, "empty", factory.migrate) as tools:
        yield tools


@pytest.fixture
def tools(databases: Databases) -> Iterator[Tools]:
    """Tools over a database with the shipped calendar and the made-up region."""
    with factory.copied(databases, "region", factory.fill_region) as tools:
        yield tools


@pytest.fixture
def filed_tools(databases: Databases) -> Iterator[Tools]:
    """Tools over a database with the served region and two cases of Nanyang."""
    with factory.copied(databases, "filed", filing.fill) as tools:
        yield tools


@pytest.fixture
def filed(filed_tools: Tools) -> Filed:
    """Ids of the cases."""
    return filing.cases(filed_tools)


@pytest.fixture
def meeting(databases: Databases) -> Iterator[Meeting]:
    """A case of Nanyang that waits for its leading body of nine."""
    with factory.copied(databases, "meeting", meetings.fill) as tools:
        yield Meeting(tools)
