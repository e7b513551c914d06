import threading
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from server.config import IN_MEMORY, Config, normalised
from server.services import databases
from server.services.context import Tools
from server.services.databases import open_database, reading


def test_sqlite_takes_the_write_lock_at_the_beginning(tmp_path: Path) -> None:
    database = open_database(config(f"sqlite:///{tmp_path / 'a.sqlite3'}"))
    said: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *seen: said.append(seen[2]))
    with database.begin() as connection:
        connection.execute(text("SELECT 1"))
    with database.connect() as connection:
        journal = connection.scalar(text("PRAGMA journal_mode"))
        foreign_keys = connection.scalar(text("PRAGMA foreign_keys"))
        synchronous = connection.scalar(text("PRAGMA synchronous"))
    database.dispose()
    assert said[:2] == ["BEGIN IMMEDIATE", "SELECT 1"]
    assert (journal, foreign_keys, synchronous) == ("wal", 1, 2)


def test_who_reads_is_refused_a_write_and_hinders_nobody(tmp_path: Path) -> None:
    database = open_database(config(f"sqlite:///{tmp_path / 'a.sqlite3'}"))
    readers = reading(database)
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    for _again in range(2):
        with readers.connect() as connection, pytest.raises(OperationalError):
            connection.execute(text("INSERT INTO t VALUES (1)"))
        with database.begin() as connection:
            connection.execute(text("INSERT INTO t VALUES (2)"))
        with readers.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM t WHERE x = 1")) == 0
        database.dispose()
    with readers.connect() as connection:
        assert connection.scalar(text("SELECT sum(x) FROM t")) == 4
    database.dispose()


def test_what_listens_to_the_statements_hears_those_that_read(tmp_path: Path) -> None:
    database = open_database(config(f"sqlite:///{tmp_path / 'a.sqlite3'}"))
    readers = reading(database)
    said: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *seen: said.append(seen[2]))
    with readers.connect() as connection:
        connection.execute(text("SELECT 1"))
    database.dispose()
    assert said == ["BEGIN", "SELECT 1"]


def test_readers_go_on_while_somebody_writes(empty_tools: Tools) -> None:
    with empty_tools.writers() as writer:
        writer.execute(text("UPDATE audit_head SET key_id = 'x'"))
        with empty_tools.readers() as reader:
            assert (
                reader.execute(
                    text("SELECT key_id FROM audit_head WHERE chain = 'act'")
                ).scalar_one()
                == ""
            )


def test_a_second_writer_waits_and_sees_what_the_first_wrote(empty_tools: Tools) -> None:
    order: list[str] = []

    def second() -> None:
        with empty_tools.writers() as session:
            query = text("UPDATE audit_head SET seq = seq + 1")
            session.execute(query)
            order.append("second")
            session.commit()

    thread = threading.Thread(target=second)
    with empty_tools.writers() as session:
        session.execute(text("UPDATE audit_head SET seq = seq + 1"))
        thread.start()
        order.append("first")
        session.commit()
    thread.join()
    with empty_tools.readers() as session:
        assert (
            session.execute(text("SELECT seq FROM audit_head WHERE chain = 'act'")).scalar_one()
            == 2
        )
    assert order == ["first", "second"]


def test_writers_of_a_process_take_turns_and_every_turn_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[databases._Turns] = []

    class Noted(databases._Turns):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr(databases, "_Turns", Noted)
    database = open_database(config(f"sqlite:///{tmp_path / 'a.sqlite3'}"))
    readers = reading(database)
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
        assert made[0]._turn.locked()
    assert not made[0]._turn.locked()
    with readers.begin():
        assert not made[0]._turn.locked()
    with pytest.raises(OperationalError), database.begin() as connection:
        connection.execute(text("INSERT INTO unknown VALUES (1)"))
    assert not made[0]._turn.locked()
    with database.connect() as connection:
        for _again in range(2):
            connection.execute(text("INSERT INTO t VALUES (1)"))
            connection.commit()
        connection.execute(text("INSERT INTO t VALUES (1)"))
        connection.invalidate()
    assert not made[0]._turn.locked()
    database.dispose()
    with database.begin() as connection:
        assert made[0]._turn.locked()
        assert connection.scalar(text("SELECT count(*) FROM t")) == 2
    assert not made[0]._turn.locked()
    database.dispose()


def test_an_in_memory_database_is_one_database_for_all_sessions() -> None:
    database = open_database(config(IN_MEMORY))
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    with database.begin() as connection:
        connection.execute(text("SELECT x FROM t"))
    database.dispose()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgresql://u@h/d?host=/run", "postgresql+psycopg://u@h/d?host=/run"),
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////var/x.sqlite3", "sqlite+pysqlite:////var/x.sqlite3"),
    ],
)
def test_an_address_names_its_driver(given: str, expected: str) -> None:
    assert normalised(given) == expected


def config(url: str) -> Config:
    """A configuration with this database."""
    return Config(data=Path("unused"), database_url=normalised(url))
