"""What a database is told: how many statements each completed task costs, and each page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

#: how many statements a completed task may cost, attachments included
STATEMENTS = 25

_SAID = "statements of the transaction under way"


@dataclass(frozen=True, slots=True)
class Completed:
    """One completed task, from the beginning of its transaction to the commit."""

    #: all statements, also those that begin the transaction
    statements: tuple[str, ...]
    #: tasks that opened with it
    opened: int


@dataclass(slots=True)
class _Transaction:
    """What one connection said since it last ended a transaction."""

    statements: list[str] = field(default_factory=list)
    completes: bool = False
    opened: int = 0

    def say(self, statement: str, given: Any) -> None:
        self.statements.append(statement)
        if statement.startswith("INSERT INTO audit_event"):
            self.completes |= "work.complete" in str(given)
        elif statement.startswith("INSERT INTO work_item"):
            self.opened += len(given) if isinstance(given, list) else 1


@contextmanager
def completions(database: Engine) -> Iterator[list[Completed]]:
    """Note every completed task while the block runs; told from the audit's own record."""
    found: list[Completed] = []

    def say(connection: Connection, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        connection.info.setdefault(_SAID, _Transaction()).say(statement, given)

    def commit(connection: Connection) -> None:
        ended = connection.info.pop(_SAID, _Transaction())
        if ended.completes:
            found.append(Completed(tuple(ended.statements), ended.opened))

    def rollback(connection: Connection) -> None:
        connection.info.pop(_SAID, None)

    listeners: dict[str, Callable[..., Any]] = {
        "before_cursor_execute": say,
        "commit": commit,
        "rollback": rollback,
    }
    for name, listener in listeners.items():
        event.listen(database, name, listener)
    try:
        yield found
    finally:
        for name, listener in listeners.items():
            event.remove(database, name, listener)


@contextmanager
def statements(database: Engine) -> Iterator[list[str]]:
    """Note every statement while the block runs."""
    said: list[str] = []

    def say(*seen: Any) -> None:
        said.append(seen[2])

    event.listen(database, "before_cursor_execute", say)
    try:
        yield said
    finally:
        event.remove(database, "before_cursor_execute", say)
