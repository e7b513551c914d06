"""A backup taken while people work becomes an installation in which they go on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select, table, text, update
from sqlalchemy.exc import DBAPIError

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Invalid
from server.models.audit import AuditEvent
from server.models.case import case, case_step
from server.models.document import attachment
from server.models.search import case_search
from server.services import audit, schema
from server.services.backups import making, restoring, table_rows
from server.services.backups.making import Made
from server.services.backups.upgrades import STAGING
from server.services.context import Tools, reading, transaction
from server.services.files import attachments
from server.services.verbs import ticks
from tests.databases import Databases
from tests.factories import places
from tests.factories.files import PDF
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, APPLICANT, DESK, NOW, Tiny
from tests.services.test_audit import tamper

#: real moments of the backup and of the restore
MADE = datetime(2026, 2, 12, 10, 0, tzinfo=CHINA_TIME)
RESTORED = datetime(2026, 3, 20, 10, 0, tzinfo=CHINA_TIME)

ANSWERS = {**ACCEPT, "organs": []}
SUPPLEMENT = {"registered": "supplement", "reason": "缺材料"}


@pytest.fixture(params=["sqlite", "postgres"])
def other(request: pytest.FixtureRequest) -> Databases:
    """The kind of database a backup is restored into."""
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


def test_a_backup_under_load_goes_on_in_an_empty_place_of_either_kind(
    tiny: Tiny, other: Databases, tmp_path: Path
) -> None:
    first = tiny.open()
    tiny.do(DESK, first, "register", ANSWERS)
    with working(tiny) as done:
        at_work = done.wait_for(2)
        made = made_of(tiny.tools, tmp_path)
        done.wait_for(at_work + 2)
    with places.empty(other, tmp_path / "new") as tools:
        restored = restoring.restore(tools, made.file, RESTORED)

        assert restored.counts == made.counts
        assert counted(tools) == made.counts | {"audit_event": made.counts["audit_event"] + 1}
        assert made.counts["case_step"] < counted(tiny.tools)["case_step"]
        with reading(tools, SYSTEM, NOW) as ctx:
            assert [audit.verify(ctx.session, chain).broken for chain in audit.CHAINS] == [None] * 2
            cases = ctx.session.scalars(select(case.c.id)).all()
            known = ctx.session.execute(select(case_step.c.case_id, case_step.c.seq))
            steps = {(each, 0) for each in cases} | {(row.case_id, row.seq) for row in known}
        tools.releases.update(tiny.tools.releases)
        assert [wrong for each in cases for wrong in violations(tools, each)] == []
        assert index_of(tools) == {row for row in index_of(tiny.tools) if row[:2] in steps}
        again = Tiny(tools)
        again.decided(first)
        assert again.facts(first).status == "closed"
        assert violations(tools, first) == []


def test_what_the_restored_database_is_holds_as_in_a_new_one(
    tiny: Tiny, other: Databases, tmp_path: Path
) -> None:
    tiny.open()
    made = made_of(tiny.tools, tmp_path)
    with (
        places.empty(other, tmp_path / "new") as tools,
        places.empty(other, tmp_path / "fresh") as fresh,
    ):
        restoring.restore(tools, made.file, RESTORED)
        schema.migrate(fresh.database)
        assert laws(tools) == laws(fresh)
        refused = pytest.raises(DBAPIError, match="append-only")
        with refused, transaction(tools, SYSTEM, NOW) as ctx:
            ctx.session.execute(update(AuditEvent).values(verb="x"))


def test_what_fell_due_meanwhile_is_told_before_it_fires(
    tiny: Tiny, databases: Databases, tmp_path: Path
) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", SUPPLEMENT)
    made = made_of(tiny.tools, tmp_path)
    with places.empty(databases, tmp_path / "new") as tools:
        done = restoring.restore(tools, made.file, RESTORED)
        assert done.due_count == len(done.due) > 0
        assert {each.case_id for each in done.due} == {case_id}
        assert [each.due_at for each in done.due] == sorted(each.due_at for each in done.due)
        assert len(ticks.run_due(tools, RESTORED).timers) >= done.due_count


def test_attachments_come_back_by_content_and_sessions_end(
    tiny: Tiny, databases: Databases, tmp_path: Path
) -> None:
    received = attachments.receive(tiny.tools, BytesIO(PDF), "合同.pdf")
    tiny.act(APPLICANT, lambda ctx: attachments.add(ctx, received))
    signed_in(tiny)
    made = made_of(tiny.tools, tmp_path)
    with places.empty(databases, tmp_path / "new") as tools:
        done = restoring.restore(tools, made.file, RESTORED)
        assert (done.attachments, done.revoked) == (1, 1)
        with tools.storage.opened(received.content) as stream:
            assert stream.read() == PDF
        place = tools.storage.folder / received.content.hash[:2] / received.content.hash
        assert place.stat().st_mode & 0o777 == 0o600
        assert not (tools.config.data / STAGING).exists()
        with reading(tools, SYSTEM, NOW) as ctx:
            verb, told = ctx.session.execute(
                select(AuditEvent.verb, AuditEvent.text)
                .where(AuditEvent.chain == "act")
                .order_by(AuditEvent.seq.desc())
                .limit(1)
            ).one()
        assert verb == "backup.restore"
        assert made.chains["act"]["hash"] in told


def test_a_damaged_attachment_is_told_and_keeps_nothing_else_from_being_saved(
    tiny: Tiny, databases: Databases, tmp_path: Path
) -> None:
    received = attachments.receive(tiny.tools, BytesIO(PDF), "合同.pdf")
    tiny.act(APPLICANT, lambda ctx: attachments.add(ctx, received))
    place = tiny.tools.storage.folder / received.content.hash[:2] / received.content.hash
    place.write_bytes(b"changed")
    made = made_of(tiny.tools, tmp_path)
    assert made.damaged == (received.content.hash,)
    assert made.detail["ok"] is False
    with places.empty(databases, tmp_path / "new") as tools:
        assert restoring.restore(tools, made.file, RESTORED).damaged == 1


def test_a_draft_given_up_meanwhile_is_no_damage(
    tiny: Tiny, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = attachments.receive(tiny.tools, BytesIO(PDF), "合同.pdf")
    tiny.act(APPLICANT, lambda ctx: attachments.add(ctx, received))
    tables = making._tables

    def given_up(*given: object) -> None:
        tables(*given)  # type: ignore[arg-type]
        with transaction(tiny.tools, SYSTEM, NOW) as ctx:
            ctx.session.execute(update(attachment).values(state="removed"))
        (tiny.tools.storage.folder / received.content.hash[:2] / received.content.hash).unlink()

    monkeypatch.setattr(making, "_tables", given_up)
    made = made_of(tiny.tools, tmp_path)
    assert made.damaged == ()
    with places.empty(databases, tmp_path / "new") as tools:
        assert restoring.restore(tools, made.file, RESTORED).attachments == 0


def test_only_an_empty_place_is_restored_into(
    tiny: Tiny, databases: Databases, tmp_path: Path
) -> None:
    made = made_of(tiny.tools, tmp_path)
    with places.empty(databases, tmp_path / "new") as tools:
        note = tools.config.data / "note.txt"
        note.write_text("mine", encoding="utf-8")
        with pytest.raises(Conflict, match="空目录"):
            restoring.restore(tools, made.file, RESTORED)
        note.unlink()
        restoring.restore(tools, made.file, RESTORED)
        with pytest.raises(Conflict):
            restoring.restore(tools, made.file, RESTORED)


def test_a_database_in_use_is_not_restored_into(tiny: Tiny, tmp_path: Path) -> None:
    made = made_of(tiny.tools, tmp_path)
    before = counted(tiny.tools)
    with pytest.raises(Conflict):
        restoring.restore(tiny.tools, made.file, RESTORED)
    assert counted(tiny.tools) == before


def test_a_restore_that_was_cut_short_is_begun_anew(
    tiny: Tiny, databases: Databases, tmp_path: Path
) -> None:
    made = made_of(tiny.tools, tmp_path)
    with places.empty(databases, tmp_path / "new") as tools:
        for left in (STAGING, "attachments"):
            (tools.config.data / left).mkdir()
            (tools.config.data / left / "half").touch()
        restoring.restore(tools, made.file, RESTORED)
        assert not (tools.config.data / "attachments").exists()


def test_a_chain_that_does_not_hold_is_refused_and_taken_with_a_reason_only(
    tiny: Tiny, databases: Databases, tmp_path: Path
) -> None:
    tiny.open()
    tamper(tiny.tools, "UPDATE audit_event SET actor_id = 'other' WHERE seq = 2")
    made = made_of(tiny.tools, tmp_path)
    with places.empty(databases, tmp_path / "new") as tools:
        with pytest.raises(Invalid, match="第2条"):
            restoring.restore(tools, made.file, RESTORED)
        assert list(tools.config.data.iterdir()) == []
        done = restoring.restore(tools, made.file, RESTORED, accept_broken="取证需要")
        assert "第2条" in done.broken


def test_an_existing_file_and_a_backup_under_way_are_left_alone(tiny: Tiny, tmp_path: Path) -> None:
    file = tmp_path / "a.rongcuo"
    file.write_bytes(b"mine")
    with pytest.raises(Invalid, match="不会覆盖"):
        making.make(tiny.tools, file, MADE)
    assert file.read_bytes() == b"mine"
    file.rename(tmp_path / "b.rongcuo.part")
    with pytest.raises(Invalid, match="另一个命令"):
        making.make(tiny.tools, tmp_path / "b.rongcuo", MADE)
    with pytest.raises(Invalid, match="无法写文件"):
        making.make(tiny.tools, tmp_path / "none" / "a.rongcuo", MADE)
    assert [each.name for each in tmp_path.iterdir()] == ["b.rongcuo.part"]


class Done:
    """How many cases were begun and registered so far."""

    def __init__(self) -> None:
        self._count = 0
        self._more = threading.Condition()

    def add(self) -> None:
        """One more."""
        with self._more:
            self._count += 1
            self._more.notify_all()

    def wait_for(self, count: int) -> int:
        """How many it is once it is so many."""
        with self._more:
            assert self._more.wait_for(lambda: self._count >= count, timeout=60)
            return self._count


@contextmanager
def working(tiny: Tiny) -> Iterator[Done]:
    """Two people at work all the time."""
    done, ended = Done(), threading.Event()

    def work() -> None:
        while not ended.is_set():
            case_id = tiny.open()
            tiny.do(DESK, case_id, "register", ANSWERS)
            done.add()

    threads = [threading.Thread(target=work) for _each in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        ended.set()
        for thread in threads:
            thread.join(60)


def made_of(tools: Tools, folder: Path) -> Made:
    """A backup."""
    return making.make(tools, folder / "a.rongcuo", MADE)


def counted(tools: Tools) -> dict[str, int]:
    """Rows per table."""
    with tools.database.connect() as connection:
        return {
            shape.name: connection.scalar(select(func.count()).select_from(table(shape.name))) or 0
            for shape in table_rows.shapes(connection)
        }


def index_of(tools: Tools) -> set[tuple[str, int, int]]:
    """What the search knows of: case, step, and how many rows."""
    with tools.readers() as session:
        rows = session.execute(
            select(case_search.c.case_id, case_search.c.seq, func.count()).group_by(
                case_search.c.case_id, case_search.c.seq
            )
        )
        return {(case_id, int(seq), count) for case_id, seq, count in rows}


def laws(tools: Tools) -> list[tuple[str, ...]]:
    """Everything that keeps the tables as they should be."""
    asked = {
        "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL",
        "postgresql": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE connamespace = current_schema()::regnamespace "
        "UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) "
        "FROM pg_trigger WHERE NOT tgisinternal "
        "UNION ALL SELECT tablename::text, indexname::text, indexdef FROM pg_indexes "
        "WHERE schemaname = current_schema()",
    }
    with tools.database.connect() as connection:
        found = connection.execute(text(asked[tools.database.dialect.name]))
        return sorted(tuple(map(str, row)) for row in found)


def signed_in(tiny: Tiny) -> None:
    """Somebody has a session."""
    with transaction(tiny.tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(
            text(
                "INSERT INTO session (id, kind, token_hash, person_id, created_at, fresh_at, "
                "seen_at, expires_at, address, failures) VALUES ('s', 'browser', 'h', :person, "
                ":at, :at, :at, :at, '', 0)"
            ),
            {"person": tiny.person(APPLICANT), "at": NOW.replace(tzinfo=None)},
        )
