"""``rongcuo offer``: a site that needs few of the shipped procedures closes the others at once."""

from collections.abc import Iterator

import pytest

from tests.cli.test_cli import Cli, assert_refused
from tests.cli.test_cli import cli as cli
from tests.databases import SqliteDatabases
from tests.factories import shipped as factory
from tests.factories.shipped import CHUZHOU, NANYANG


def test_a_pack_is_closed_and_one_of_its_procedures_opened_again(site: Cli) -> None:
    assert {each["key"]: each["is_offered"] for each in listed(site)} == {
        NANYANG: True,
        CHUZHOU: True,
    }
    closed = site("offer", "close", "chuzhou", "--reason", "本市没有这项制度")
    assert closed.status == 0
    assert "停止启动（本市没有这项制度）" in closed.out
    assert [each["key"] for each in listed(site) if not each["is_offered"]] == [CHUZHOU]
    again = site("offer", "close", "chuzhou", CHUZHOU, "--reason", "再说一次")
    assert (again.status, again.out.strip()) == (0, "没有变化")
    assert site("offer", "open", CHUZHOU, "--reason", "已印发办法").status == 0
    assert all(each["is_offered"] for each in listed(site))
    assert site("audit", "verify").status == 0


def test_what_is_not_there_or_has_no_reason_is_refused_and_changes_nothing(site: Cli) -> None:
    assert_refused(site("offer", "close", "chuzhou", "nothing", "--reason", "停"))
    assert_refused(site("offer", "close", "chuzhou", "--reason", " "))
    assert site("offer", "close", "chuzhou").status == 2
    assert all(each["is_offered"] for each in listed(site))


def listed(site: Cli) -> list[dict[str, object]]:
    found: list[dict[str, object]] = site("offer", "list", "--json").document
    return found


@pytest.fixture
def site(cli: Cli, sqlite_databases: SqliteDatabases) -> Iterator[Cli]:  # the fixture
    """The command line over a database with the shipped packs."""
    with sqlite_databases.copy("shipped", factory.fill) as url:
        cli.environ["RONGCUO_DATABASE_URL"] = url
        yield cli
