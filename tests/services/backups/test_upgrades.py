"""An installation of the first schema, with a case under way, is upgraded after a backup of it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.adapters import backup_files
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.chores import BACKUP
from server.domain.errors import Conflict, Invalid
from server.models.audit import AuditEvent
from server.models.identity import Unit
from server.models.installation import heartbeat
from server.models.paper import issued_paper, paper_file
from server.services import installation, schema
from server.services.backups import restoring, table_rows
from server.services.backups.upgrades import FOLDER, STAGING
from server.services.case import references
from server.services.context import Tools, reading, transaction
from tests.databases import Databases
from tests.factories import places
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny

#: tables that no program of the first schema wrote to, and that look different now
NEVER_FILLED = ("decision", "recusal", "vote")
OLD_PAPER = """
    INSERT INTO issued_paper (id, case_id, key, step_seq, title, number, matter, to_roles,
        needs_service, role, template_hash, data_hash, reason, issued_by, issued_at)
    VALUES (:id, :case, 'decision', 1, '决定书', :number, 'own', '[]',
        false, '', '', '', '', :person, '2026-03-02T01:00:00+00:00')
"""
OLD_FILE = """
    INSERT INTO paper_file (paper_id, kind, content_hash, size, made_at)
    VALUES ('first', 'docx', '', 1, '2026-03-02T01:00:00+00:00')
"""
OLD_COUNTER = """
    INSERT INTO reference_counter (pattern, year, last)
    VALUES ('paper 决〔{year}〕{number}号', 2026, 2)
"""
LATER = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)


@pytest.fixture
def under_way(tiny: Tiny) -> str:
    """A case that waits for its next step."""
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": []})
    return case_id


def test_a_case_of_the_first_schema_goes_on_after_the_upgrade(
    tiny: Tiny, under_way: str, databases: Databases, tmp_path: Path
) -> None:
    with of_the_first_schema(tiny, databases, tmp_path / "data") as tools:
        before = counted(tools)
        installation.prepare(tools, LATER)

        assert schema.is_current(tools.database)
        (file,) = (tools.config.data / FOLDER).iterdir()
        assert file.name.startswith("before-0017-")
        assert file.stat().st_mode & 0o777 == 0o600
        tools.releases.update(tiny.tools.releases)
        again = Tiny(tools)
        again.decided(under_way)
        assert again.facts(under_way).status == "closed"
        assert violations(tools, under_way) == []
        with reading(tools, SYSTEM, NOW) as ctx:
            told = ctx.session.scalars(
                select(AuditEvent.text).where(AuditEvent.verb == "schema.upgrade")
            ).one()
            noted = ctx.session.scalars(
                select(heartbeat.c.detail).where(heartbeat.c.name == BACKUP)
            ).one()
        assert noted["sha256"] in told
        with places.empty(databases, tmp_path / "back") as back:
            done = restoring.restore(back, file, LATER)
            assert (done.manifest["revision"], done.counts) == ("0001", before)
            assert schema.is_current(back.database)
            back.releases.update(tiny.tools.releases)
            Tiny(back).decided(under_way)


def test_papers_numbered_together_keep_their_numbers_and_none_is_given_again(
    tiny: Tiny, under_way: str, databases: Databases, tmp_path: Path
) -> None:
    with of_the_first_schema(tiny, databases, tmp_path / "data", "0008") as tools:
        with tools.database.begin() as connection:
            person = connection.execute(text("SELECT id FROM person LIMIT 1")).scalar_one()
            place = {"case": under_way, "person": person}
            connection.execute(text(OLD_PAPER), {**place, "id": "first", "number": "决〔2026〕1号"})
            connection.execute(text(OLD_PAPER), {**place, "id": "other", "number": "决〔2026〕2号"})
            connection.execute(text(OLD_FILE))
            connection.execute(text(OLD_COUNTER))
        schema.migrate(tools.database)
        organs = units(tools)
        assert len(set(organs)) == 2
        with transaction(tools, SYSTEM, LATER) as ctx:
            kept = ctx.session.execute(select(issued_paper.c.id, issued_paper.c.number))
            found = {row.id: row.number for row in kept}
            files = ctx.session.scalars(select(paper_file.c.paper_id)).all()
            given = [
                references.next_number(ctx, "决〔{year}〕{number}号", year, organ)
                for year, organ in [
                    *((2026, each) for each in (*organs, None)),
                    *((2027, each) for each in organs),
                ]
            ]
            case = references.next_reference(ctx, "决〔{year}〕{number}号", 2026)
        assert found == {"first": "决〔2026〕1号", "other": "决〔2026〕2号"}
        assert files == ["first"]
        assert given == ["决〔2026〕3号"] * 3 + ["决〔2027〕1号"] * 2
        assert case == "决〔2026〕1号"
        for change in ("UPDATE issued_paper SET title = '改'", "DELETE FROM paper_file"):
            with (
                pytest.raises(DBAPIError, match="append-only"),
                tools.database.begin() as connection,
            ):
                connection.execute(text(change))


def test_no_backup_no_upgrade(
    tiny: Tiny,
    under_way: str,
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextmanager
    def full(*_given: object) -> Iterator[None]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield

    with of_the_first_schema(tiny, databases, tmp_path / "data") as tools:
        with monkeypatch.context() as patched:
            patched.setattr(backup_files, "written", full)
            with pytest.raises(Invalid, match="No space left"):
                installation.prepare(tools, LATER)
        assert schema.revision(tools.database) == "0001"
        (tools.config.data / FOLDER).rmdir()
        (tools.config.data / FOLDER).touch()
        with pytest.raises(Invalid, match="没有改动"):
            installation.prepare(tools, LATER)
        assert schema.revision(tools.database) == "0001"

        installation.prepare(tools, LATER, without_backup="已另行备份")
        assert schema.is_current(tools.database)
        with reading(tools, SYSTEM, NOW) as ctx:
            told = ctx.session.scalars(
                select(AuditEvent.text).where(AuditEvent.verb == "schema.upgrade")
            ).one()
        assert "已另行备份" in told


def test_a_database_of_a_newer_program_is_left_alone(empty_tools: Tools) -> None:
    with empty_tools.database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="更新的程序"):
        installation.prepare(empty_tools, NOW)


def test_half_of_a_restore_is_not_worked_with(empty_tools: Tools) -> None:
    (empty_tools.config.data / STAGING).mkdir()
    with pytest.raises(Conflict, match="重新执行"):
        installation.prepare(empty_tools, NOW)


@contextmanager
def of_the_first_schema(
    tiny: Tiny, databases: Databases, folder: Path, revision: str = "0001"
) -> Iterator[Tools]:
    """The rows of the tools in tables as the first migration makes them, or a later one."""
    with places.empty(databases, folder) as tools:
        with tools.database.begin() as connection, tiny.tools.readers() as session:
            schema.bring_to(connection, revision)
            hold_again = table_rows.without_references(connection)
            for shape in table_rows.shapes(connection):
                if shape.name in NEVER_FILLED:
                    continue
                rows = ((row, 1) for row in table_rows.rows(session.connection(), shape))
                table_rows.load(connection, shape, _as_read(rows))
            hold_again()
        yield tools


def units(tools: Tools) -> list[str]:
    """Two of the region."""
    with tools.readers() as session:
        return list(session.scalars(select(Unit.id).order_by(Unit.id).limit(2)))


def _as_read(rows: Iterator[tuple[list[object], int]]) -> Iterator[tuple[list[object], int]]:
    """As they come back from a file: moments and days are texts there."""
    for row, size in rows:
        told = [value.isoformat() if hasattr(value, "isoformat") else value for value in row]
        yield told, size


def counted(tools: Tools) -> dict[str, int]:
    """Rows per table."""
    with tools.database.connect() as connection:
        return {
            shape.name: sum(1 for _row in table_rows.rows(connection, shape))
            for shape in table_rows.shapes(connection)
        }
