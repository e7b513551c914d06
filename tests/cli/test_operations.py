"""The operator's commands: backup and restore, the audit record, people by table."""

import json
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import create_engine, text

from server.app import build
from server.config import Config
from server.services import schema
from tests.cli.test_cli import Cli, assert_refused
from tests.cli.test_cli import cli as cli
from tests.databases import SqliteDatabases
from tests.factories import filed as filing
from tests.factories import tools as factory
from tests.factories.sheets import OFFICE, PERSON, POST, SECTION, book

THREE = (
    *("user", "add", "--system", "xitong", "甲某", "--security", "anquan", "乙某"),
    *("--audit", "shenji", "丙某"),
)


def test_a_backup_is_restored_elsewhere_and_both_are_on_record(cli: Cli, tmp_path: Path) -> None:
    cli(*THREE)
    file = tmp_path / "a.rongcuo"
    made = cli("backup", str(file), "--json")
    assert made.status == 0
    assert made.document["bytes"] == file.stat().st_size
    assert made.document["sha256"] in beat(cli, "backup")
    assert any("没有加密" in line for line in made.errors)
    elsewhere = str(tmp_path / "new")
    done = cli("--data", elsewhere, "restore", str(file), "--json")
    assert (done.status, done.document["due_count"], done.document["kind"]) == (0, 0, "ordinary")
    assert done.document["rows"] == made.document["rows"]
    assert cli("--data", elsewhere, "audit", "verify", "--json").document["broken"] is None
    assert "甲某" in cli("--data", elsewhere, "user", "list").out
    assert_refused(cli("--data", elsewhere, "restore", str(file)))


def test_a_sealed_backup_needs_its_key(cli: Cli, tmp_path: Path) -> None:
    cli(*THREE)
    key = tmp_path / "key"
    key.write_text("ab" * 32, encoding="ascii")
    key.chmod(0o600)
    cli.environ["RONGCUO_BACKUP_KEY"] = str(key)
    file = tmp_path / "a.rongcuo"
    assert cli("backup", str(file)).errors == []
    del cli.environ["RONGCUO_BACKUP_KEY"]
    assert_refused(cli("--data", str(tmp_path / "new"), "restore", str(file)))
    cli.environ["RONGCUO_BACKUP_KEY"] = str(key)
    assert cli("--data", str(tmp_path / "new"), "restore", str(file)).status == 0


def test_a_backup_that_fails_is_told_and_noted(cli: Cli, tmp_path: Path) -> None:
    assert_refused(cli("backup", str(tmp_path / "a.rongcuo")))
    cli(*THREE)
    assert_refused(cli("backup", str(tmp_path / "none" / "a.rongcuo")))
    assert '"ok":false' in beat(cli, "backup")


def test_a_database_of_a_newer_program_is_refused_in_plain_words(cli: Cli, tmp_path: Path) -> None:
    cli(*THREE)
    statement(cli, "UPDATE alembic_version SET version_num = '9999'")
    assert_refused(cli("user", "list"))
    assert_refused(cli("backup", str(tmp_path / "a.rongcuo")))


def test_a_bare_program_of_the_first_schema_is_backed_up_at_its_start(cli: Cli) -> None:
    cli.data.mkdir()
    tools = build(Config.read(cli.environ))
    with tools.database.begin() as connection:
        schema.bring_to(connection, "0001")
    tools.database.dispose()
    assert cli("user", "list").status == 0
    assert len(list((cli.data / "backups").glob("before-0017-*.rongcuo"))) == 1


def test_the_audit_record_is_exported_and_verified_with_no_database(
    cli: Cli, tmp_path: Path
) -> None:
    cli(*THREE)
    file = tmp_path / "audit.jsonl"
    exported = cli("audit", "export", str(file), "--json").document
    assert file.stat().st_mode & 0o777 == 0o600
    nowhere = ("--data", str(tmp_path / "nowhere"))
    found = cli(*nowhere, "audit", "verify", "--file", str(file), "--json")
    assert found.document["count"] == exported["heads"]["act"]["seq"]
    assert not (tmp_path / "nowhere").exists()
    assert_refused(cli("audit", "export", str(file)))

    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:4] + lines[5:]), encoding="utf-8")
    broken = cli(*nowhere, "audit", "verify", "--file", str(file))
    assert broken.status == 1
    assert any("第4条" in line for line in broken.errors)
    assert_refused(cli("audit", "verify", "--file", str(tmp_path / "none")))


def test_cases_are_played_again_from_their_records(
    cli: Cli, sqlite_databases: SqliteDatabases
) -> None:
    with sqlite_databases.copy("filed", filing.fill) as url:
        cli.environ["RONGCUO_DATABASE_URL"] = url
        whole = cli("audit", "replay", "--json")
        number = whole.document["cases"][0]["reference"]
        with factory.opened(url) as tools, tools.database.begin() as connection:
            connection.exec_driver_sql("UPDATE case_step SET visited = '[]' WHERE seq = 1")
        broken = cli("audit", "replay", "--case", number)
    assert (whole.status, whole.document["same"]) == (0, 2)
    assert broken.status == 1
    assert f"{number}：第1步起与记录不一致：经过的环节" in broken.out
    assert_refused(cli("audit", "replay", "--case", "无此编号"))


def test_the_database_is_held_against_an_earlier_export(cli: Cli, tmp_path: Path) -> None:
    cli(*THREE)
    file = tmp_path / "audit.jsonl"
    cli("audit", "export", str(file))
    assert cli("audit", "verify", "--anchor", str(file)).status == 0
    assert '"ok":true' in beat(cli, "verify")
    line = json.loads(file.read_text(encoding="utf-8").splitlines()[2])
    changed = file.read_text(encoding="utf-8").replace(line["hash"], "0" * 64, 1)
    file.write_text(changed, encoding="utf-8")
    broken = cli("audit", "verify", "--anchor", str(file))
    assert any("第2条" in one and "改写" in one for one in broken.errors)


def test_people_come_by_a_table_with_their_first_passwords_in_a_file(
    cli: Cli, tmp_path: Path
) -> None:
    cli(*THREE)
    empty = tmp_path / "empty.xlsx"
    assert cli("people", "template", str(empty)).status == 0
    assert load_workbook(empty).sheetnames[:3] == ["单位", "人员", "任职"]
    file, secrets = tmp_path / "people.xlsx", tmp_path / "secrets"
    section = {**SECTION, "类别": "bureau_section"}
    file.write_bytes(book([section, OFFICE], [PERSON], [POST]))
    done = cli("people", "import", str(file), "--secrets", str(secrets), "--json")
    assert done.document["counts"]["new_people"] == 1
    assert done.document["secrets"] == []
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert secrets.read_text(encoding="utf-8").startswith("county1.water_hr.1\t钱水清\t")
    assert "county1.water_hr.1" in cli("user", "list").out


def test_every_problem_of_a_table_is_told_by_its_row(cli: Cli, tmp_path: Path) -> None:
    cli(*THREE)
    file = tmp_path / "people.xlsx"
    file.write_bytes(book([], [PERSON, PERSON], [POST]))
    done = cli("people", "import", str(file), "--secrets", str(tmp_path / "secrets"))
    assert_refused(done)
    assert any("人员 3" in line for line in done.errors)
    assert any("任职 2" in line for line in done.errors)
    assert not (tmp_path / "secrets").exists()
    assert "county1" not in cli("user", "list").out


def beat(cli: Cli, name: str) -> str:
    """What was noted when this was done last."""
    database = create_engine(f"sqlite:///{cli.data / 'rongcuo.sqlite3'}")
    with database.connect() as connection:
        found = connection.scalar(
            text("SELECT detail FROM heartbeat WHERE name = :name"), {"name": name}
        )
    database.dispose()
    return str(found)


def statement(cli: Cli, change: str) -> None:
    """Change the database behind the program's back."""
    database = create_engine(f"sqlite:///{cli.data / 'rongcuo.sqlite3'}")
    with database.begin() as connection:
        connection.execute(text(change))
    database.dispose()
